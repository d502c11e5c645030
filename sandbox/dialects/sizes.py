"""Which pixels the API makes of an aspect ratio, a resolution or a size. Pure.

The document maps no ratio to pixels: 1:1, 16:9 and 4:5 were seen, the others are of the same list of resolutions.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tasks.records import sizes

SizePx = tuple[int, int]

PIXELS_OF_RATIO: Final[Mapping[str, SizePx]] = {
    "1x1": (1024, 1024),
    "16x9": (1312, 736),
    "9x16": (736, 1312),
    "16x10": (1280, 800),
    "10x16": (800, 1280),
    "3x2": (1248, 832),
    "2x3": (832, 1248),
    "4x3": (1152, 864),
    "3x4": (864, 1152),
    "5x4": (1120, 896),
    "4x5": (896, 1120),
    "2x1": (1408, 704),
    "1x2": (704, 1408),
    "3x1": (1536, 512),
    "1x3": (512, 1536),
    "4x1": (2048, 512),
    "1x4": (512, 2048),
}
RATIOS: Final = tuple(ratio for ratio in PIXELS_OF_RATIO if ratio not in {"4x1", "1x4"})
"""Those of every route but 4.0 transparent, which takes 4x1 and 1x4 as well."""


def _as_sent(resolutions: Sequence[str]) -> tuple[str, ...]:
    return tuple("x".join(word.split("_")[1:]) for word in resolutions)


V3_RESOLUTIONS: Final = _as_sent(sizes.RESOLUTIONS_3)
V4_RESOLUTIONS: Final = _as_sent(sizes.RESOLUTIONS_4)
V45_PRESETS: Final = _as_sent(sizes.RESOLUTIONS_4_5)
BIG_PX: Final = (2048, 2048)
"""What 4.x draws where no size is asked for."""

_SIDES: Final = re.compile(r"(\d{1,5})x(\d{1,5})")
_EDIT_STEP_PX: Final = 32
_EDIT_SIDE_MIN_PX: Final = 256
_EDIT_RATIO_MAX: Final = 6
_CUSTOM_STEP_PX: Final = 16
_CUSTOM_SIDE_MAX_PX: Final = 4096


def pixels(size: str) -> SizePx | None:
    """Width and height of `WIDTHxHEIGHT`; None for any other text."""
    sides = _SIDES.fullmatch(size)
    return (int(sides[1]), int(sides[2])) if sides else None


def of_ratio(ratio: str, factor: int = 1) -> SizePx:
    """The pixels of an aspect ratio, `auto` included, on each side `factor` times as many."""
    width_px, height_px = PIXELS_OF_RATIO.get(ratio, PIXELS_OF_RATIO["1x1"])
    return width_px * factor, height_px * factor


def is_edit_size(size_px: SizePx) -> bool:
    """Whether 4.5 makes this size of source images."""
    short, long = sorted(size_px)
    are_steps = short % _EDIT_STEP_PX == long % _EDIT_STEP_PX == 0
    return are_steps and short >= _EDIT_SIDE_MIN_PX and long <= _EDIT_RATIO_MAX * short and short * long <= 2048 * 2048


def is_custom_size(size_px: SizePx) -> bool:
    """Whether p-image makes this size."""
    are_steps = all(side % _CUSTOM_STEP_PX == 0 and 0 < side <= _CUSTOM_SIDE_MAX_PX for side in size_px)
    return are_steps and size_px[0] * size_px[1] <= 2048 * 2048
