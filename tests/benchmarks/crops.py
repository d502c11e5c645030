"""What crops keep of what must stay in them, by the way in which their place is found."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from PIL import Image

from tasks.images.geometry import Size, cover_box, is_cropped
from tasks.images.place_crops import place_crops
from tasks.records.focus import Crop, Point
from tasks.records.variant import Variant
from tests.benchmarks.marked_pictures import Marked, Part, marked_pictures
from tests.benchmarks.rows import Row

TARGETS: Final = (
    Variant(name="og", width=1200, height=630),
    Variant(name="thumb", width=400, height=400),
    Variant(name="story", width=1080, height=1920),
)
KEPT_WHOLE: Final = 0.95
PLACES: Final = 101
ROUNDS: Final = 5

Places = Mapping[str, Crop]
"""The crops of a picture, by variant."""
Method = Callable[[Marked, Sequence[Variant]], Places]


class Score(NamedTuple):
    """What a method has kept."""

    whole: Counter[str]
    """Parts that must stay and are whole, by the kind of picture."""
    all: Counter[str]

    def shown(self) -> str:
        """Such as `photographs 49 of 73, drawings 30 of 40`."""
        return ", ".join(f"{kind} {self.whole[kind]} of {count}" for kind, count in self.all.items())


def crops(folder: Path | None = None) -> list[Row]:
    """How many parts stay whole, by method, over the crops that lose something; and what looking takes."""
    pictures = marked_pictures(folder)
    scores = {name: score(method, pictures) for name, method in METHODS.items()}
    best = scores["best there is"].whole.total()
    rows = [
        Row(f"parts whole in a crop: {name} / best there is", one.whole.total() / best, BARS.get(name, ""), one.shown())
        for name, one in scores.items()
    ]
    looks = [one.image for one in pictures if max(one.image.size) >= 1024]
    return [*rows, Row("looking where the crops of an image lie", looking_ms(looks), "", f"{len(looks)} images", "ms")]


def score(method: Method, pictures: Sequence[Marked]) -> Score:
    """What a method keeps of each picture in each of the targets that crop it."""
    found = Score(Counter(), Counter())
    for picture in pictures:
        size = Size(*picture.image.size)
        lossy = [variant for variant in TARGETS if is_cropped(size, variant)]
        for crop in method(picture, lossy).values():
            found.all[picture.kind] += len(picture.parts)
            found.whole[picture.kind] += sum(kept(part, crop, size) >= KEPT_WHOLE for part in picture.parts)
    return found


def kept(part: Part, crop: Crop, size: Size) -> float:
    """How much of a part lies in the crop, from 0 to 1."""
    left, top, right, bottom = (part[0] * size[0], part[1] * size[1], part[2] * size[0], part[3] * size[1])
    across = min(right, crop.box[2]) - max(left, crop.box[0])
    down = min(bottom, crop.box[3]) - max(top, crop.box[1])
    return max(across, 0) * max(down, 0) / ((right - left) * (bottom - top))


def at(picture: Marked, variant: Variant, point: Point) -> Crop:
    """The crop with that point in its middle."""
    box = cover_box(Size(*picture.image.size), Size(variant.width, variant.height), point)
    return Crop(focus="", box=tuple(box))


def placed(focus: str | None) -> Method:
    """Our own, with a focus."""
    return lambda picture, variants: place_crops(picture.image, variants, focus, {})


def best_of_all(picture: Marked, variants: Sequence[Variant]) -> Places:
    """Whatever place keeps most parts whole, and then most of them."""
    shares = [Fraction(number, PLACES - 1) for number in range(PLACES)]
    size = Size(*picture.image.size)

    def worth(crop: Crop) -> tuple[int, float]:
        shares = [kept(part, crop, size) for part in picture.parts]
        return sum(share >= KEPT_WHOLE for share in shares), sum(shares)

    every = {one.name: [at(picture, one, Point(share, share)) for share in shares] for one in variants}
    return {name: max(found, key=worth) for name, found in every.items()}


def detail_a_line(picture: Marked, variants: Sequence[Variant]) -> Places:
    """The window with most detail and skin on a profile of lines, with a small preference for the middle.

    What ours was made from, as it was: it is kept as a mark to stay above.
    """
    scale = 160 / max(picture.image.size)
    size = [max(8, round(side * scale)) for side in picture.image.size]
    small = picture.image.resize((size[0], size[1]), Image.Resampling.BOX, reducing_gap=2)
    luma, blue, red = np.moveaxis(np.asarray(small.convert("YCbCr"), dtype=np.float32), 2, 0)
    detail = np.zeros_like(luma)
    detail[:, 1:] += np.abs(np.diff(luma, axis=1))
    detail[1:] += np.abs(np.diff(luma, axis=0))
    skin = np.exp(-(((blue - 110) / 12) ** 2 + ((red - 150) / 9) ** 2) / 2)
    skin = skin * np.clip((luma - 50) / 40, 0, 1) * np.clip((245 - luma) / 20, 0, 1)
    worth = detail / max(detail.sum(), 1e-6)
    if skin.mean() > 0.02:
        worth = worth * 0.75 + skin / skin.sum() * 0.25
    made = {}
    for variant in variants:
        box = cover_box(Size(*picture.image.size), Size(variant.width, variant.height))
        parts = ((box.right - box.left) / picture.image.width, (box.bottom - box.top) / picture.image.height)
        x, y = (window(worth.sum(axis=axis), part) for axis, part in enumerate(parts))
        made[variant.name] = at(picture, variant, Point(x, y))
    return made


def window(profile: "np.typing.NDArray[np.float32]", part: float) -> Fraction:
    """The middle of the best window of a `part` of the side."""
    length = max(1, min(len(profile), round(len(profile) * part)))
    room = len(profile) - length
    if not room:
        return Fraction(1, 2)
    total = np.concatenate([[0.0], np.cumsum(profile)])
    off = np.abs(np.arange(room + 1) - room / 2) / (room / 2)
    begin = Fraction(int(np.argmax(total[length:] - total[:-length] - 0.04 * off)), room)
    return begin * (1 - Fraction(part)) + Fraction(part) / 2


def looking_ms(images: Sequence[Image.Image]) -> float:
    """What it takes for all variants of an image together: the mean, each at its best of several times."""
    taken = []
    for image in images:
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            place_crops(image, TARGETS, None, {})
            times.append(time.perf_counter() - started)
        taken.append(min(times))
    return 1000 * sum(taken) / len(taken)


METHODS: Final[Mapping[str, Method]] = {
    "centre": placed("centre"),
    "upper third": lambda picture, variants: {
        one.name: at(picture, one, Point(Fraction(1, 2), Fraction(2, 5))) for one in variants
    },
    "detail a line": detail_a_line,
    "ours": placed(None),
    "best there is": best_of_all,
}
BARS: Final = {"ours": ">= 0.85"}
