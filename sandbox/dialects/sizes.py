"""Which pixels the API makes of an aspect ratio, a resolution or a size. Pure.

The document maps no ratio to pixels: 1:1, 16:9 and 4:5 were seen, the others are of the same list of resolutions.
"""

import re
from collections.abc import Mapping
from typing import Final

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
V4_RESOLUTIONS: Final = (
    *("2048x2048", "1440x2880", "2880x1440", "1664x2496", "2496x1664", "1792x2240", "2240x1792", "1440x2560"),
    *("2560x1440", "1600x2560", "2560x1600", "1728x2304", "2304x1728", "1296x3168", "3168x1296", "1152x2944"),
    *("2944x1152", "1248x3328", "3328x1248", "1280x3072", "3072x1280", "1024x3072", "3072x1024", "1024x1024"),
    *("896x1120", "1120x896", "864x1152", "1152x864", "832x1248", "1248x832", "800x1280", "1280x800"),
    *("720x1280", "1280x720", "720x1440", "1440x720", "512x1536", "1536x512"),
)
V45_PRESETS: Final = tuple(size for size in V4_RESOLUTIONS if size not in {"512x1536", "1536x512"})
"""4.5 refused the other two on 2026-10-07."""
V3_RESOLUTIONS: Final = (
    *("512x1536", "576x1408", "576x1472", "576x1536", "640x1344", "640x1408", "640x1472", "640x1536", "704x1152"),
    *("704x1216", "704x1280", "704x1344", "704x1408", "704x1472", "736x1312", "768x1088", "768x1216", "768x1280"),
    *("768x1344", "800x1280", "832x960", "832x1024", "832x1088", "832x1152", "832x1216", "832x1248", "864x1152"),
    *("896x960", "896x1024", "896x1088", "896x1120", "896x1152", "960x832", "960x896", "960x1024", "960x1088"),
    *("1024x832", "1024x896", "1024x960", "1024x1024", "1088x768", "1088x832", "1088x896", "1088x960", "1120x896"),
    *("1152x704", "1152x832", "1152x864", "1152x896", "1216x704", "1216x768", "1216x832", "1248x832", "1280x704"),
    *("1280x768", "1280x800", "1312x736", "1344x640", "1344x704", "1344x768", "1408x576", "1408x640", "1408x704"),
    *("1472x576", "1472x640", "1472x704", "1536x512", "1536x576", "1536x640"),
)
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
