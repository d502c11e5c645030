"""How many bytes each way to encode needs for a picture that looks as like: at equal SSIM, not at equal quality."""

import statistics
import time
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from PIL import Image

from tasks.images.cut_image import ENCODERS
from tests.benchmarks.marked_pictures import marked_pictures
from tests.benchmarks.rows import Row
from tests.benchmarks.similarity import Plane, brightness, similarity

QUALITY: Final = 85
"""Of WebP, whose likeness the others are held to."""
SIZE_PX: Final = (1200, 630)
A_KIND: Final = 4
WAYS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "webp, method 2": ("webp", {"method": 2}),
    "webp, method 4": ("webp", {"method": 4}),
    "jpeg": ("jpeg", ENCODERS["jpeg"]),
    "avif, speed 8": ("avif", {"speed": 8, "max_threads": 1}),
    "avif, speed 6": ("avif", {"speed": 6, "max_threads": 1}),
}
"""The first is what the others are compared with."""


class Needed(NamedTuple):
    """What one way needs for one picture to look as like."""

    size_bytes: float
    """Between the sizes at two qualities, as the likeness wanted lies between theirs."""
    quality: float
    cpu_s: float


def codecs(folder: Path | None = None) -> list[Row]:
    """Of each way: bytes and time against the first, and the qualities that look as like."""
    pictures, found = cuts(folder), {way: list[Needed]() for way in WAYS}
    for image in pictures:
        plane = brightness(image)
        like = similarity(brightness(decoded(encoded(image, *WAYS["webp, method 2"], QUALITY))), plane)
        for way, (name, options) in WAYS.items():
            found[way].append(needed(image, plane, like, name, options))
    first, *_ = found.values()
    return [row(way, first, those) for way, those in found.items()]


def row(way: str, first: list[Needed], those: list[Needed]) -> Row:
    """What a way came to over all pictures."""
    ratios = [its.size_bytes / own.size_bytes for own, its in zip(first, those, strict=True)]
    qualities = sorted(one.quality for one in those)
    return Row(
        f"bytes of {way} / of webp, method 2, at equal likeness",
        statistics.geometric_mean(ratios),
        "",
        f"{len(ratios)} pictures, {min(ratios):.2f} to {max(ratios):.2f}; quality {qualities[0]:.0f} to "
        f"{qualities[-1]:.0f}, {statistics.median(qualities):.0f} in the middle; "
        f"{statistics.mean(one.cpu_s for one in those) * 1000:.0f} ms",
    )


def cuts(folder: Path | None) -> list[Image.Image]:
    """Some pictures of each kind, in the size of an og."""
    kinds: dict[str, list[Image.Image]] = {}
    for one in marked_pictures(folder):
        image = one.image.convert("RGB")
        scale = max(SIZE_PX[0] / image.width, SIZE_PX[1] / image.height)
        width, height = SIZE_PX[0] / scale, SIZE_PX[1] / scale
        left, top = (image.width - width) / 2, (image.height - height) / 2
        if scale <= 1.2:
            box = (left, top, left + width, top + height)
            kinds.setdefault(one.kind, []).append(image.resize(SIZE_PX, Image.Resampling.LANCZOS, box=box))
    return [image for images in kinds.values() for image in images[:: max(1, len(images) // A_KIND)][:A_KIND]]


def needed(image: Image.Image, plane: Plane, like: float, name: str, options: Mapping[str, Any]) -> Needed:
    """The lowest quality that looks as like, found by halving, and what stands between it and the one below."""
    low, high = 20, 97
    tried: dict[int, tuple[float, int, float]] = {}

    def at(quality: int) -> tuple[float, int, float]:
        if quality not in tried:
            started_s = time.thread_time()
            data = encoded(image, name, options, quality)
            used_s = time.thread_time() - started_s
            tried[quality] = similarity(brightness(decoded(data)), plane), len(data), used_s
        return tried[quality]

    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at(middle)[0] >= like else (middle, high)
    below, above = at(low), at(high)
    share = min(1.0, max(0.0, (like - below[0]) / (above[0] - below[0] or 1)))
    return Needed(below[1] + share * (above[1] - below[1]), low + share, above[2])


def encoded(image: Image.Image, name: str, options: Mapping[str, Any], quality: int) -> bytes:
    """The picture as a file."""
    out = BytesIO()
    image.save(out, name, quality=quality, **options)
    return out.getvalue()


def decoded(data: bytes) -> Image.Image:
    """The file as a picture."""
    with Image.open(BytesIO(data)) as image:
        return image.convert("RGB")
