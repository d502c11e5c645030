"""Which pictures go along with what: how many a model takes, how large they may be, and what excludes them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tasks.records import sizes
from tasks.records.fault import without_secrets
from tasks.records.offer import Offer
from tasks.records.reference import FORM_BYTES, REFERENCE_COLUMNS, REQUEST_MAX_BYTES, FoundReference, Reference

SIDE_STEP: Final = 32
"""Sides of what 4.5 makes of a source image are multiples of it."""
SIDE_MIN: Final = 256
SHAPE_MAX: Final = 6
"""No picture that 4.5 takes is more than so many times as long as it is wide, and none that it makes of one."""
SOURCE_SIZES: Final = (
    f"sides are multiples of {SIDE_STEP} from {SIDE_MIN} up, one at most {SHAPE_MAX} times the other, "
    f"{sizes.AREA_MAX:,} pixels in all"
)


def reference_misfits(wishes: Mapping[str, Any], offer: Offer) -> Iterator[tuple[str, str, str]]:
    """What cannot be of the pictures that were found, each as column, problem and remedy."""
    named = {column: wishes[column] for column in REFERENCE_COLUMNS if column in wishes and column in offer.references}
    for column, found in named.items():
        most = offer.references[column]
        if len(found) > most:
            are = "1 picture" if most == 1 else f"{most} pictures"
            yield column, f"names {len(found)} pictures; {offer.model} takes {are}", "leave the others out"
    size_bytes = sum(one.size_bytes for found in named.values() for one in found)
    if size_bytes > REQUEST_MAX_BYTES - FORM_BYTES:
        most_mb = (REQUEST_MAX_BYTES - FORM_BYTES) / 1e6
        problem = f"is too large: the pictures of one image have {size_bytes / 1e6:.1f} MB, and may have {most_mb:.0f}"
        yield next(reversed(named)), problem, "make them smaller, or leave some out"
    if "character_reference" in named and "custom_model_uri" in wishes:
        problem = "has no known price beside a custom_model_uri, and is not offered with one"
        yield "character_reference", problem, "leave one of them empty"
    if has_source(wishes, offer):
        yield from _source_misfits(wishes, named["source_image"])


def _source_misfits(wishes: Mapping[str, Any], found: tuple[FoundReference, ...]) -> Iterator[tuple[str, str, str]]:
    """What 4.5 does not make of a source image."""
    for one in found:
        if max(one.width_px, one.height_px) > SHAPE_MAX * min(one.width_px, one.height_px):
            shape = f"{one.width_px} x {one.height_px}"
            problem = f"holds a picture of {shape} pixels, more than {SHAPE_MAX} times as long as wide"
            yield "source_image", problem, "cut it, or choose another"
    for column in ("resolution", "size"):
        wanted = wishes.get(column, "")
        if wanted.startswith("RESOLUTION") and not _is_made_of_source(sizes.pixels(wanted)):
            problem = f"is no size of what is made of a source_image: {SOURCE_SIZES}"
            yield column, problem, "use another, such as 2048x2048, or an aspect_ratio"


def has_source(wishes: Mapping[str, Any], offer: Offer) -> bool:
    """Whether it is made of a source image, and so may have other sizes than those that the model lists."""
    return "source_image" in wishes and "source_image" in offer.references


def _is_made_of_source(sides: tuple[int, int]) -> bool:
    least, most = sorted(sides)
    has_sides = least >= SIDE_MIN and not any(side % SIDE_STEP for side in sides)
    return has_sides and most <= SHAPE_MAX * least and least * most <= sizes.AREA_MAX


def lacks_pictures(wishes: Mapping[str, Any]) -> bool:
    """Whether none was found of those in a column, which is told where it was looked for: such wishes have no price."""
    return any(wishes.get(column) == () for column in REFERENCE_COLUMNS)


def only_references(wishes: Mapping[str, Any]) -> dict[str, tuple[Reference, ...]]:
    """The pictures of wishes as a request has them: by what they are, and not by where they lie."""
    return {name: tuple(one.reference for one in wishes[name]) for name in REFERENCE_COLUMNS if name in wishes}


def typed_references(wishes: Mapping[str, Any]) -> dict[str, str]:
    """What a table calls the pictures of wishes, as the manifest has it: without what opens an address."""
    named = {name: wishes[name] for name in REFERENCE_COLUMNS if name in wishes}
    return {name: "; ".join(without_secrets(one.typed) for one in found) for name, found in named.items()}


def typed_wish(wish: object) -> str:
    """A wish as people write it, several of one with spaces between."""
    if isinstance(wish, tuple):
        return " ".join(one.typed if isinstance(one, FoundReference) else str(one) for one in wish)
    return str(wish)
