"""How people write a variant: a name, a size, and in any order what is not as usual."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from tasks.records.focus import gravity_of

VARIANT_SIDE_MAX_PX: Final = 16_383
"""WebP cannot hold more; https://developers.google.com/speed/webp/faq."""
SUFFIXES: Final = {"webp": "webp", "jpeg": "jpg", "png": "png", "avif": "avif"}
QUALITIES: Final = {"webp": 85, "jpeg": 85, "avif": 67, "png": 85}
"""What each format has without a word; equal numbers look unlike. Of a PNG it says nothing."""
FITS: Final = ("cover", "contain", "fill", "cover-or-fill", "inside")
WHOLE: Final = "original"
"""The fit of what is not cut."""
GRAMMAR: Final = (
    "NAME=WIDTHxHEIGHT, such as story=1080x1920, then in any order what is not as usual, with commas: cover, contain, "
    "fill, cover-or-fill=60 or inside; auto, centre, top, bottom, left, right, top-left and so on; ground=#rrggbb or "
    "ground=auto; only=FORMAT+FORMAT or only=best; webp, jpeg, png or avif; a quality of 1 to 100; widths=320+640 for "
    "more files; label or nolabel; such as story=1080x1920,fill,webp,85; or NAME=original, a PNG of every pixel"
)

_TEXT: Final = re.compile(r"(?P<name>[^=]+)=(?:(?P<width>\d+)x(?P<height>\d+)|original)(?P<rest>(?:,[^,]*)*)")
_NEARLY: Final = re.compile(r"(?:(?P<name>[^=]*?)\s*=)?\s*(?P<width>\d+)\s*[xX*×]\s*(?P<height>\d+)(?P<rest>(?:,.*)?)")  # noqa: RUF001
"""As people write it who do not know how: without a name, or with another sign."""
_WORDS: Final[Mapping[str, Mapping[str, str | bool]]] = {
    "fit": {name: name for name in FITS},
    "format": {name: name for name in SUFFIXES} | {"jpg": "jpeg"},
    "label": {"label": True, "nolabel": False},
}
_LIMITS: Final = {
    "name": "its name may have a-z, 0-9 and dashes between them, 40 characters at most",
    "width": f"its sides may have 1 to {VARIANT_SIDE_MAX_PX} pixels",
    "height": f"its sides may have 1 to {VARIANT_SIDE_MAX_PX} pixels",
    "quality": "its quality may be 1 to 100",
    "ground": "its ground may be a colour such as #0a3d62, or auto",
    "widths": f"widths= needs numbers of pixels with a plus between, each 1 to {VARIANT_SIDE_MAX_PX}",
    "only": "only= needs the names of formats with a plus between, or best",
    "cover_from": "what cover-or-fill keeps at least may be 1 to 100 percent",
}


def fields_of(text: str) -> dict[str, Any]:
    """The fields of the variant that `text` writes in `GRAMMAR`; ValueError with the end of a sentence where none."""
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"is not a variant{_guess(text.strip())} {GRAMMAR}")
    fields: dict[str, Any] = {name: match[name] for name in ("name", "width", "height") if match[name]}
    fields |= {} if match["width"] else {"fit": WHOLE}
    for field, value in _parts(match["rest"]):
        if field in fields:
            raise ValueError(f"is not a variant: it says its {field} twice; write {GRAMMAR}")
        fields[field] = value
    return fields


def _guess(text: str) -> str:
    """What may be meant, as the middle of a sentence that goes on with how to write one."""
    nearly = _NEARLY.fullmatch(text)
    if nearly is None:
        return "; write"
    return f": did you mean {nearly['name'] or 'story'}={nearly['width']}x{nearly['height']}{nearly['rest']}? Write"


def _parts(rest: str) -> Iterator[tuple[str, str | bool]]:
    """Each field that the words behind the size set, and its value. Raises ValueError at a word that sets none."""
    for said in map(str.strip, rest.lower().split(",")[1:]):
        head, is_assigned, value = said.partition("=")
        field = next((field for field, words in _WORDS.items() if said in words), None)
        if field is not None:
            yield field, _WORDS[field][said]
        elif gravity := gravity_of(said):
            yield "gravity", gravity
        elif is_assigned and head == "only":
            yield "only", value
        elif is_assigned and head == "widths":
            yield "widths", value
        elif is_assigned and head == "ground":
            yield "ground", value
        elif is_assigned and head == "cover-or-fill":
            yield from (("fit", head), ("cover_from", value.removesuffix("%")))
        elif said.isascii() and said.isdigit():
            yield "quality", said
        else:
            raise ValueError(f"is not a variant: {said!r} says nothing here; write {GRAMMAR}")


def problem_of(error: ValidationError) -> str:
    """What the first of the fields that are wrong must be."""
    first = error.errors()[0]
    return _LIMITS.get(str(first["loc"][0]), "") if first["loc"] else first["msg"].removeprefix("Value error, ")
