"""What of a picture is worth seeing, and the window that shows most of it. The same picture gives the same window.

A crop of a picture slides along one axis only. So it is enough to know how much each line across that axis is worth:
of detail that stands out from what is around it, in a place that is coloured otherwise than most of the picture (texts
and products, and not the leaves behind them), and of skin with features in it (heads, and not wooden tables). Weights
were tried on pictures of which it is known what must stay: `tests/benchmarks/crops.py`.
"""

from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Plane = NDArray[np.float32]
Profile = NDArray[np.int64]

LOOKED_AT_PX: Final = 160
_LEAST_PX: Final = 8
_NEAR_PX, _AROUND_PX = 2, 16
_WHOLE: Final = 1_000_000
"""What a profile sums to, more or less: in whole numbers, sums are the same on every machine."""
_COLOURS_COUNT: Final = 1.5
_SKIN: Final = ((108, 14), (150, 11))
"""How blue and how red skin of any shade is, and by how much that differs (YCbCr): shades differ in brightness."""
_SKIN_SHARE, _SKIN_AT_LEAST = 0.4, 0.005
_INNER, _MARGIN = 0.5, 0.15
"""What lies well inside of a window counts half as much again, so that nothing that counts stands at its edge."""
_MIDDLE: Final = 0.06
"""How much less the farthest window counts than the middle one, which is taken where there is little to choose."""


class Interest(NamedTuple):
    """How much each line of a picture is worth, small as it was looked at."""

    across: Profile
    """Of columns, from left to right."""
    down: Profile
    """Of rows, from top to bottom."""


def interest_of(image: Image.Image) -> Interest:
    """What of `image` is worth seeing; for all of its crops."""
    scale = LOOKED_AT_PX / max(image.size)
    size = (max(_LEAST_PX, round(image.width * scale)), max(_LEAST_PX, round(image.height * scale)))
    small = image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    if small.mode == "RGBA":
        paper = Image.new("RGB", size, (127, 127, 127))
        paper.paste(small, mask=small)
        small = paper
    bands = small.convert("YCbCr").split()
    luma = _plane(bands[0])
    detail = np.zeros_like(luma)
    detail[:, 1:] += np.abs(np.diff(luma, axis=1))
    detail[1:] += np.abs(np.diff(luma, axis=0))
    drawn = Image.fromarray(np.minimum(detail, 255).astype(np.uint8))
    near, around = (_plane(drawn.filter(ImageFilter.BoxBlur(radius))) for radius in (_NEAR_PX, _AROUND_PX))
    worth = _shares(np.clip(near - around, 0, None) ** 2 * _oddness(bands))
    skin = _skin(*map(_plane, bands))
    if skin.mean() > _SKIN_AT_LEAST:
        faces = _plane(Image.fromarray((skin * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(_NEAR_PX)))
        worth = worth * (1 - _SKIN_SHARE) + _shares(faces * np.sqrt(near)) * _SKIN_SHARE
    return Interest(*((worth.sum(axis=axis, dtype=np.float64) * _WHOLE).round().astype(np.int64) for axis in (0, 1)))


def best_place(profile: Profile, part: Fraction) -> Fraction:
    """Where a window of a `part` of the side begins, as a share of its room; exactly 1/2 where all are alike."""
    length = max(1, min(len(profile), round(len(profile) * part)))
    room = len(profile) - length
    if not room or not profile.any():
        return Fraction(1, 2)
    begins = np.arange(room + 1)
    margin = round(length * _MARGIN)
    total = np.concatenate([np.zeros(1, np.int64), np.cumsum(profile)])
    kept = total[begins + length] - total[begins]
    start, end = np.where(begins, begins + margin, 0), np.where(begins < room, begins + length - margin, len(profile))
    inner = total[end] - total[start]
    off = np.abs(begins / room - 0.5) * 2
    score = np.round(kept + inner * _INNER - off * _MIDDLE * _WHOLE)
    equal = np.flatnonzero(score == score.max())
    best = int(equal[np.argmin(np.abs(equal - room / 2))])
    return Fraction(1, 2) if abs(best - room / 2) <= 1 / 2 else Fraction(best, room)


def _plane(band: Image.Image) -> Plane:
    return np.asarray(band, dtype=np.float32)


def _shares(plane: Plane) -> Plane:
    """The plane, so that it sums to 1, or all zeros."""
    whole = float(plane.sum(dtype=np.float64))
    return plane / np.float32(max(whole, 1e-9))


def _oddness(bands: tuple[Image.Image, ...]) -> Plane:
    """How far the colour of each place is from the mean of the picture."""
    off = np.zeros((bands[0].height, bands[0].width), np.float32)
    for band, weight in zip(bands, (1, _COLOURS_COUNT, _COLOURS_COUNT), strict=True):
        blurred = _plane(band.filter(ImageFilter.BoxBlur(_NEAR_PX)))
        off += weight * (blurred - blurred.mean(dtype=np.float64).astype(np.float32)) ** 2
    return np.asarray(np.sqrt(off), np.float32)


def _skin(luma: Plane, blue: Plane, red: Plane) -> Plane:
    """How much each pixel looks like skin, from 0 to 1."""
    off = sum(((band - mean) / spread) ** 2 for band, (mean, spread) in zip((blue, red), _SKIN, strict=True))
    seen = np.clip((luma - 35) / 40, 0, 1) * np.clip((248 - luma) / 15, 0, 1)
    return np.asarray(np.exp(-off / 2) * seen, np.float32)
