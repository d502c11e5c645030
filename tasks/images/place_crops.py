"""Where the crops of a picture lie: where somebody has said, where they lay before, or where the picture shows most."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isclose

from PIL import Image

from tasks.images.geometry import Box, Size, cover_box, is_cropped
from tasks.images.interest import Interest, Profile, best_place, interest_of
from tasks.records.focus import AUTO, CENTRE, Crop, Point, point_of
from tasks.records.variant import Variant


def place_crops(
    image: Image.Image, variants: Sequence[Variant], focus: str | None, before: Mapping[str, Crop]
) -> dict[str, Crop]:
    """The crop of each of the variants that is one, by its name.

    `focus` is what the row says, and goes before what a variant says. `before`: where crops of the same picture lay;
    what the picture decided then stays so, whatever another version would find in it.
    """
    source, interest = Size(*image.size), None
    crops = {}
    for variant in variants:
        if not is_cropped(source, variant):
            continue
        wanted, target = focus or variant.gravity, Size(variant.width, variant.height)
        point = point_of(wanted)
        crop = before.get(variant.name)
        if point is None and crop is not None and crop.focus == AUTO and _fits(crop, source, target):
            crops[variant.name] = crop
            continue
        if point is None:
            interest = interest or interest_of(image)
            point = point_of_interest(interest, source, target)
        crops[variant.name] = Crop(focus=wanted, box=tuple(cover_box(source, target, point)))
    return crops


def point_of_interest(interest: Interest, source: Size, target: Size) -> Point:
    """The middle of the crop that shows most of what is worth seeing."""
    box = cover_box(source, target)
    return Point(
        _middle(interest.across, source.width_px, box.right - box.left),
        _middle(interest.down, source.height_px, box.bottom - box.top),
    )


def lie_as_wanted(crops: Mapping[str, Crop], source: Size, variants: Sequence[Variant], focus: str | None) -> bool:
    """Whether every crop lies where it is to lie; one that is not noted lies in the middle, as all once did."""
    if min(source) < 1:
        return True  # an odd record, of which nothing is known
    cropped = [variant for variant in variants if is_cropped(source, variant)]
    found = {variant.name: crops[variant.name].focus if variant.name in crops else CENTRE for variant in cropped}
    return all(found[variant.name] == (focus or variant.gravity) for variant in cropped)


def _middle(profile: Profile, side_px: int, part_px: float) -> Fraction:
    part = Fraction(part_px) / side_px
    return best_place(profile, part) * (1 - part) + part / 2


def _fits(crop: Crop, source: Size, target: Size) -> bool:
    """Whether the crop has the size that it would have now, and lies inside."""
    now, was = cover_box(source, target), Box(*crop.box)
    sides = ((now.right - now.left, was.right - was.left), (now.bottom - now.top, was.bottom - was.top))
    inside = 0 <= was.left < was.right <= source.width_px and 0 <= was.top < was.bottom <= source.height_px
    return inside and all(isclose(one, other, rel_tol=1e-9) for one, other in sides)
