"""Colours that go together, picked by seed, by preset name, or made from the colours asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from PIL import ImageColor

Color = tuple[int, int, int]
"""Red, green and blue, 0..255."""

WHITE: Final[Color] = (255, 255, 255)
NIGHT: Final[Color] = (22, 18, 38)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one picture."""

    paper: Color
    """What the text stands on."""
    shade: Color
    """The other end of the background."""
    accents: tuple[Color, ...]
    """Three or more."""
    ink: Color
    """The text."""

    @property
    def is_dark(self) -> bool:
        """Whether the text is lighter than what it stands on."""
        return luminance(self.paper) < luminance(self.ink)


def mix(first: Color, second: Color, share: float) -> Color:
    """`first` with `share` (0..1) of `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def luminance(color: Color) -> float:
    """How light a colour looks, 0..255."""
    red, green, blue = color
    return 0.299 * red + 0.587 * green + 0.114 * blue


def palette_for(rng: Random, name: str | None, members: Sequence[tuple[str, float]]) -> Palette:
    """The colours asked for by hex `members` (with weights) or preset `name`; else a curated set."""
    if members:
        return _from_members(members)
    if name is not None:
        return _PRESETS[name]
    return rng.choice(_CURATED)


def _from_members(members: Sequence[tuple[str, float]]) -> Palette:
    """The heaviest colour becomes the background, the others the accents; tints fill up to three."""
    ordered = sorted(members, key=lambda member: -member[1])
    colors = [_color(color) for color, _ in ordered]
    ground, rest = colors[0], colors[1:]
    paper = mix(ground, WHITE if luminance(ground) > 110 else NIGHT, 0.35)
    tints = [mix(ground, WHITE, 0.45), mix(ground, NIGHT, 0.45), mix(ground, WHITE, 0.7)]
    accents = tuple(rest + tints[: max(0, 3 - len(rest))])
    return Palette(paper, ground, accents, NIGHT if luminance(paper) > 130 else WHITE)


def _color(text: str) -> Color:
    red, green, blue = ImageColor.getrgb(text)[:3]
    return red, green, blue


def _palette(words: str) -> Palette:
    paper, shade, ink, *accents = (_color(f"#{word}") for word in words.split())
    return Palette(paper, shade, tuple(accents), ink)


# paper, shade, ink, then the accents
_APRICOT: Final = _palette("FFF3E6 FFCFA8 2A1B3D FF7A45 E8403A 2B3A67 FFC15E")
_LAGOON: Final = _palette("E9F7F5 A9DEDC 06363F 118AB2 06B893 073B4C FFD166")
_MIDNIGHT: Final = _palette("100F33 2C2470 F7F5FF 7B5CFF FF5DA2 22D3EE FFC857")
_FOREST: Final = _palette("0E2B24 1F5646 F4F8EF E9C46A F4A261 52B788 D8F3DC")
_BLUSH: Final = _palette("FFF1F4 FFC4D3 3D0F2A FF4D6D C9184A 5A189A FFB3C1")
_CITRUS: Final = _palette("FFFBE3 FFE27A 16262B FF9F1C 2EC4B6 E71D36 124559")
_NORDIC: Final = _palette("EFF3F8 C3D3E8 1B2536 3D5A80 EE6C4D 98C1D9 293241")
_PLUM: Final = _palette("2A0F3D 631F78 FFF4FB FF7AC6 FFB86C B388FF 6EE7F9")
_TERRACOTTA: Final = _palette("F8EFE4 F1C9BA 33303B E07A5F 3D405B 81B29A F2CC8F")
_COBALT: Final = _palette("0B2168 2150D8 F5F8FF FF6B35 FFD23F 4CC9F0 F7F7FF")
_EMBER: Final = _palette("2B0C10 7A1E14 FFF1E4 FF6A2B FFB03A E0301E FFD9A0")
_MELON: Final = _palette("FFF4EC FFC9B5 1F3B2D FF6B6B 4CAF7A FF9E80 B8E0A0")
_MOSAIC: Final = _palette("F6F1E7 E6D3B1 23233B D1495B EDAE49 00798C 30638E")
_PASTEL: Final = _palette("FBF6FF E2D4F7 3A3355 F7A8C4 A8D8F0 F9D98C B6E3C4")
_ULTRAMARINE: Final = _palette("0A1247 1D2FBF F3F5FF 4361EE 4CC9F0 9BB1FF F4F1DE")

_CURATED: Final = (
    _APRICOT, _MIDNIGHT, _LAGOON, _BLUSH, _FOREST, _CITRUS, _COBALT, _TERRACOTTA, _PLUM, _NORDIC, _MOSAIC,
)  # fmt: skip
_PRESETS: Final[Mapping[str, Palette]] = {
    "EMBER": _EMBER,
    "FRESH": _LAGOON,
    "JUNGLE": _FOREST,
    "MAGIC": _PLUM,
    "MELON": _MELON,
    "MOSAIC": _MOSAIC,
    "PASTEL": _PASTEL,
    "ULTRAMARINE": _ULTRAMARINE,
}
