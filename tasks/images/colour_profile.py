"""What an image says of its colours in numbers, as a minimal ICC profile. Pure: numbers in, bytes out.

The numbers are those of ITU-T H.273. What they mean is taken as Chromium does: a gamma near 2.2 that stands alone is
sRGB, chromaticities count beside a gamma only, and the curves of video are what a screen makes of them (BT.1886).
"""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from math import exp
from typing import Final

Point = tuple[float, float]
Points = Sequence[Point]
"""White, red, green and blue, as x and y."""
Curve = Callable[[float], float]
"""From a sample to its light, both between 0 and 1."""
Row = tuple[float, float, float]

_D65: Final = (0.3127, 0.329)
_SRGB: Final = (_D65, (0.64, 0.33), (0.3, 0.6), (0.15, 0.06))
_SMPTE: Final = (_D65, (0.63, 0.34), (0.31, 0.595), (0.155, 0.07))
_P3: Final = ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06))
PRIMARIES: Final[Mapping[int, Points]] = {
    1: _SRGB,
    4: ((0.31, 0.316), (0.67, 0.33), (0.21, 0.71), (0.14, 0.08)),
    5: (_D65, (0.64, 0.33), (0.29, 0.6), (0.15, 0.06)),
    6: _SMPTE,
    7: _SMPTE,
    8: ((0.31, 0.316), (0.681, 0.319), (0.243, 0.692), (0.145, 0.049)),
    9: (_D65, (0.708, 0.292), (0.17, 0.797), (0.131, 0.046)),
    11: ((0.314, 0.351), *_P3),
    12: (_D65, *_P3),
    22: (_D65, (0.63, 0.34), (0.295, 0.605), (0.155, 0.077)),
}

HDR: Final = {16: "PQ", 18: "HLG"}
"""The transfers that go far beyond white."""
_SHOULDER: Final = ((0.0, 0.0), (235.0, 0.576), (366.0, 0.716), (567.0, 0.847), (875.0, 0.965), (1000.0, 1.0))
"""From nits to light: what Chromium makes of HDR on a screen that has none."""

_SRGB_GAMMA: Final = 45_455
_FLAT: Final = 1e-6
_HLG_KNEE: Final = 0.5
_D50: Final = (0.9642, 1.0, 0.8249)
_BRADFORD: Final[Sequence[Row]] = (
    (0.8951, 0.2664, -0.1614),
    (-0.7502, 1.7135, 0.0367),
    (0.0389, -0.0685, 1.0296),
)
_BRADFORD_BACK: Final[Sequence[Row]] = (
    (0.9869929, -0.1470543, 0.1599627),
    (0.4323053, 0.5183603, 0.0492912),
    (-0.0085287, 0.0400428, 0.9684867),
)


def of_cicp(primaries: int, transfer: int) -> bytes | None:
    """The profile that these numbers mean, b"" if that is sRGB; None if we do not know them."""
    if primaries not in PRIMARIES or transfer not in _CURVES:
        return None
    return b"" if (primaries, transfer) == (1, 13) else matrix_profile(PRIMARIES[primaries], _CURVES[transfer])


def of_gamma(gamma: bytes, chromaticities: bytes | None) -> bytes | None:
    """The profile that a PNG's gAMA and cHRM chunks mean, b"" if that is sRGB; None if they mean nothing."""
    value = int.from_bytes(gamma, "big")
    if value == 0:
        return None
    if chromaticities is None:
        is_usual = abs(value - _SRGB_GAMMA) <= _SRGB_GAMMA * 0.05
        return b"" if is_usual else matrix_profile(_SRGB, _power(100_000 / value))
    numbers = [number / 100_000 for number in struct.unpack(">8I", chromaticities)]
    return matrix_profile(list(zip(numbers[::2], numbers[1::2], strict=True)), _power(100_000 / value))


def matrix_profile(points: Points, curve: Curve) -> bytes | None:
    """The ICC profile (version 2) of an RGB space; None where `points` span none."""
    if not all(0 <= x <= 1 and 0 < y <= 1 for x, y in points):
        return None
    white, *primaries = ((x / y, 1.0, (1 - x - y) / y) for x, y in points)
    if abs(whole := _volume(*primaries)) < _FLAT:
        return None
    tags = {b"wtpt": _xyz(_D50)}
    peak = max(curve(1), 1)  # of film, above white
    samples = [round(65_535 * min(curve(sample / 255) / peak, 1)) for sample in range(256)]
    for n, name in enumerate((b"r", b"g", b"b")):
        share = _volume(*(white if m == n else one for m, one in enumerate(primaries))) / whole  # of the white
        tags[name + b"XYZ"] = _xyz(peak * share * number for number in _seen_from_d50(primaries[n], white))
        tags[name + b"TRC"] = struct.pack(">4s4xI256H", b"curv", 256, *samples)
    return _icc(tags)


def _seen_from_d50(colour: Row, white: Row) -> list[float]:
    """What a colour becomes for an eye that takes D50 and no longer `white` for white, after Bradford."""
    cones = zip(_times(_BRADFORD, colour), _times(_BRADFORD, _D50), _times(_BRADFORD, white), strict=True)
    return _times(_BRADFORD_BACK, [cone * new / old for cone, new, old in cones])


def _times(matrix: Sequence[Row], vector: Sequence[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _volume(a: Row, b: Row, c: Row) -> float:
    """The determinant."""
    return a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1])


def _xyz(numbers: Iterable[float]) -> bytes:
    """A tag of three numbers."""
    fixed = (round(min(max(number, -32_768), 32_767) * 65_536) for number in numbers)
    return struct.pack(">4s4x3i", b"XYZ ", *fixed)


def _icc(tags: Mapping[bytes, bytes]) -> bytes:
    """A display's profile with these tags, whose sizes are multiples of four."""
    table, start = struct.pack(">I", len(tags)), 132 + 12 * len(tags)
    for name, tag in tags.items():
        table += struct.pack(">4sII", name, start, len(tag))
        start += len(tag)
    header = struct.pack(
        ">I4xI4s4s4s12x4s28x3i48x", start, 0x0210_0000, b"mntr", b"RGB ", b"XYZ ", b"acsp", *_D50_FIXED
    )
    return header + table + b"".join(tags.values())


_D50_FIXED: Final = (63_190, 65_536, 54_061)


def _power(exponent: float) -> Curve:
    return lambda sample: sample**exponent


def _with_toe(below: float, slope: float, offset: float, exponent: float) -> Curve:
    """A power whose beginning, `below` some sample, is a straight line."""
    return lambda sample: sample / slope if sample < below else ((sample + offset) / (1 + offset)) ** exponent


def _pq(sample: float) -> float:
    """SMPTE ST 2084: up to 10,000 nits."""
    root = sample ** (32 / 2523)
    return _dimmed(10_000 * (max(root - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * root)) ** (16_384 / 2610))


def _hlg(sample: float) -> float:
    """Hybrid log-gamma, as a screen of 1,000 nits shows it."""
    scene = sample**2 / 3 if sample <= _HLG_KNEE else (exp((sample - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return _dimmed(1000 * scene**1.2)


def _dimmed(nits: float) -> float:
    """The light of an ordinary screen that stands for so many nits."""
    for (x, y), (next_x, next_y) in pairwise(_SHOULDER):
        if nits <= next_x:
            return y + (next_y - y) * (nits - x) / (next_x - x)
    return 1


_VIDEO: Final = _power(2.4)
_CURVES: Final[Mapping[int, Curve]] = {
    1: _VIDEO,
    4: _power(2.2),
    5: _power(2.8),
    6: _VIDEO,
    7: _with_toe(0.0912, 4, 0.1115, 1 / 0.45),
    8: _power(1),
    11: _VIDEO,
    13: _with_toe(0.04045, 12.92, 0.055, 2.4),
    14: _VIDEO,
    15: _VIDEO,
    16: _pq,
    17: lambda sample: sample**2.6 * 52.37 / 48,
    18: _hlg,
}
