"""Shapes and sizes of images in our words, `ASPECT_16_9` and `RESOLUTION_1344_704`, and the lists of the documents."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final, Literal, get_args

AspectRatio = Literal[
    "ASPECT_1_1",
    "ASPECT_10_16",
    "ASPECT_16_10",
    "ASPECT_9_16",
    "ASPECT_16_9",
    "ASPECT_3_2",
    "ASPECT_2_3",
    "ASPECT_4_3",
    "ASPECT_3_4",
    "ASPECT_1_3",
    "ASPECT_3_1",
    "ASPECT_4_5",
    "ASPECT_5_4",
    "ASPECT_1_2",
    "ASPECT_2_1",
    "ASPECT_1_4",
    "ASPECT_4_1",
    "AUTO",
]
"""`AUTO` leaves the shape to the API, which reads it out of the prompt."""

ASPECT_RATIOS: Final[tuple[AspectRatio, ...]] = get_args(AspectRatio)
RATIOS_LEGACY: Final = ASPECT_RATIOS[:11]
RATIOS_3: Final = ASPECT_RATIOS[:15]
RATIOS_4: Final = ASPECT_RATIOS[:17]

SIDE_STEP: Final = 16
SIDE_MAX: Final = 4096
AREA_MAX: Final = 4_194_304
"""Sizes of one's own, in pixels: sides are multiples of the step, and their product is no larger than the area."""
AREA_LEAST: Final = 655_360
"""No model lists a size with fewer pixels. Smaller ones of one's own are taken, and not chosen by themselves."""

# One orientation of each size, width x height in pixels. The routes take the transposes as well, save the legacy one
# that of 1280x800.
_SHARED: Final = """
512x1536 576x1408 576x1472 576x1536 640x1344 640x1408 640x1472 640x1536 704x1152 704x1216 704x1280 704x1344 704x1408
704x1472 736x1312 768x1088 768x1216 768x1280 768x1344 832x960 832x1024 832x1088 832x1152 832x1216 832x1248 864x1152
896x960 896x1024 896x1088 896x1120 896x1152 960x1024 960x1088 1024x1024
"""
_OF_2_ALONE: Final = "640x1024 720x1280 768x1024 768x1152 768x1232"
_OF_4: Final = """
2048x2048 1440x2880 1664x2496 1792x2240 1440x2560 1600x2560 1728x2304 1296x3168 1152x2944 1248x3328 1280x3072 1024x3072
1024x1024 896x1120 864x1152 832x1248 800x1280 720x1280 720x1440
"""


def pixels(resolution: str) -> tuple[int, int]:
    """Width and height of `RESOLUTION_1344_704` in pixels."""
    _, width, height = resolution.split("_")
    return int(width), int(height)


def area(resolution: str) -> int:
    """How many pixels it has."""
    width, height = pixels(resolution)
    return width * height


def is_own(resolution: str) -> bool:
    """Whether a model that takes sizes of one's own takes this one."""
    sides = pixels(resolution)
    has_sides = all(SIDE_STEP <= side <= SIDE_MAX and side % SIDE_STEP == 0 for side in sides)
    return has_sides and area(resolution) <= AREA_MAX


def own_sizes() -> list[str]:
    """The sizes to choose from of such a model."""
    sides = range(SIDE_STEP, SIDE_MAX + 1, SIDE_STEP)
    pairs = ((width, height) for width in sides for height in sides if AREA_LEAST <= width * height <= AREA_MAX)
    return [as_resolution(width, height) for width, height in pairs]


def ratio_of(word: str) -> Fraction | None:
    """Width over height of an aspect ratio or a resolution; None of `AUTO`."""
    if word == "AUTO":
        return None
    return _shape(word)


def as_resolution(width: int, height: int) -> str:
    """The word for a size in pixels."""
    return f"RESOLUTION_{width}_{height}"


def nearest(resolution: str, listed: Sequence[str], count: int = 3) -> list[str]:
    """The listed sizes that look most like `resolution`: first by their shape, then by how large they are."""
    wanted, size = math.log(float(_shape(resolution))), area(resolution)

    def distance(one: str) -> tuple[float, float]:
        return round(abs(math.log(float(_shape(one))) - wanted), 2), abs(area(one) / size - 1)

    return sorted(listed, key=distance)[:count]


def _shape(resolution: str) -> Fraction:
    return Fraction(*pixels(resolution))


def _listed(*texts: str) -> list[tuple[int, int]]:
    return [(int(width), int(height)) for text in texts for width, height in (size.split("x") for size in text.split())]


def _words(sizes: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    return tuple(as_resolution(*size) for size in sorted(set(sizes)))


def _both(*texts: str) -> list[tuple[int, int]]:
    return [size for width, height in _listed(*texts) for size in ((width, height), (height, width))]


RESOLUTIONS_LEGACY: Final = _words([*_both(_SHARED, _OF_2_ALONE), (1280, 800)])
RESOLUTIONS_3: Final = _words(_both(_SHARED, "800x1280"))
RESOLUTIONS_4_5: Final = _words(_both(_OF_4))
RESOLUTIONS_4: Final = _words(_both(_OF_4, "512x1536"))
"""4.5 was seen to refuse two sizes that 4.0 takes: 512x1536 and 1536x512."""


def as_written(word: str) -> str:
    """`ASPECT_16_9` as people write it, `16:9`, and `RESOLUTION_1344_704` as `1344x704`; other words as they are."""
    kind, _, numbers = word.partition("_")
    sign = {"ASPECT": ":", "RESOLUTION": "x"}.get(kind)
    return numbers.replace("_", sign) if sign else word
