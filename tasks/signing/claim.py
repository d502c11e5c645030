"""What a signed variant says of how it came to be. Pure: the C2PA library is told it, and adds hashes and signature.

https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html#_actions
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from tasks.images.geometry import Size, contain_size, cover_box, cut_size, is_covered
from tasks.images.xmp_packet import SOURCE_TYPES, program
from tasks.records.focus import Crop
from tasks.records.variant import Variant
from tasks.records.variant_text import WHOLE

ORIGINAL: Final = "original"
"""What the ingredient is called among the actions."""
ON_A_GROUND: Final = "Laid on a ground"
_FORMATS: Final = {"jpg": "jpeg", "tif": "tiff"}


class Parent(NamedTuple):
    """The file that a variant was cut from."""

    data: bytes
    mime: str
    told: dict[str, Any]
    """What is said of it, as the library's JSON."""


class Action(NamedTuple):
    """Something that was done to the original."""

    name: str
    description: str = ""


OPENED: Final = Action("c2pa.opened")
_OF_A_FILE: Final = {"c2pa.opened", "c2pa.transcoded"}
"""What names the file that it was done to."""


def mime_of(key: str) -> str:
    """The type of the file that lies under `key`, by the end of its name."""
    suffix = key.rpartition(".")[2]
    return f"image/{_FORMATS.get(suffix, suffix)}"


def to_sign(variants: Iterable[Variant], source: Size, over_px: int) -> list[Variant]:
    """Those of the variants of a picture of the size `source` whose longer side is over `over_px`."""
    return [one for one in variants if max(cut_size(source, one)) > over_px]


def actions_of(original_key: str, source: Size, variant: Variant, crop: Crop | None, label: str = "") -> list[Action]:
    """What was done to an original of the size `source`, in this order. `label`: the words that were drawn on it."""
    done = list(_of_pixels(source, variant, crop)) if variant.fit != WHOLE else []
    done += [Action("c2pa.edited", f"Visible label: {label}")] if label else []
    is_other = mime_of(original_key) != f"image/{variant.format}"
    return [*done, Action("c2pa.transcoded")] if is_other else done


def _of_pixels(source: Size, variant: Variant, crop: Crop | None) -> Iterator[Action]:
    target = Size(variant.width, variant.height)
    if is_covered(source, variant):
        left, top, right, bottom = crop.box if crop is not None else cover_box(source, target)
        part, drawn = (right - left, bottom - top), target
        if part != source:
            yield Action("c2pa.cropped")
    else:
        part, drawn = source, contain_size(source, target)
    if part != drawn:
        yield Action("c2pa.resized")
    if drawn != cut_size(source, variant):
        yield Action("c2pa.edited", ON_A_GROUND)


def claim_of(title: str, mime: str, source_type: str, actions: Iterable[Action]) -> dict[str, Any]:
    """What the library signs for a file, as its JSON; the first action is the opening of the original."""
    name, _, version = program().partition(" ")
    agent = {"name": name, **({"version": version} if version else {})}
    first = {"digitalSourceType": SOURCE_TYPES + source_type}
    told = [
        {"action": one.name, "softwareAgent": agent, **_parameters(one), **(first if one == OPENED else {})}
        for one in (OPENED, *actions)
    ]
    return {
        "title": title,
        "format": mime,
        "claim_generator_info": [agent],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": told}, "created": True}],  # by us: not gathered
    }


def _parameters(action: Action) -> dict[str, Any]:
    about = {"description": action.description} if action.description else {}
    of = {"ingredientIds": [ORIGINAL]} if action.name in _OF_A_FILE else {}
    return {"parameters": {**of, **about}} if of or about else {}


def parent_of(key: str, data: bytes) -> Parent:
    """The original that lies under `key`."""
    name, mime = key.rpartition("/")[2], mime_of(key)
    told = {"title": name, "format": mime, "relationship": "parentOf", "instance_id": ORIGINAL}
    return Parent(data, mime, told)
