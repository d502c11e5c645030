"""A variant is a value: everything that a cut of an original is, before any pixel exists."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from tasks.records.focus import AUTO, Gravity, gravity_of
from tasks.records.record import Record
from tasks.records.slug import word

VARIANT_SIDE_MAX_PX: Final = 16_383
"""WebP cannot hold more; https://developers.google.com/speed/webp/faq."""
SUFFIXES: Final = {"webp": "webp", "jpeg": "jpg", "png": "png", "avif": "avif"}
FITS: Final = ("cover", "contain", "fill", "cover-or-fill", "inside")
GRAMMAR: Final = (
    "NAME=WIDTHxHEIGHT, then in any order what is not as usual, with commas: cover, contain, fill, cover-or-fill=60 or "
    "inside; auto, centre, top, bottom, left, right, top-left and so on; ground=#rrggbb or ground=auto; "
    "only=FORMAT+FORMAT or only=best; webp, jpeg, png or avif; a quality of 1 to 100; "
    "such as story=1080x1920,fill,webp,85"
)

_TEXT: Final = re.compile(r"(?P<name>[^=]+)=(?P<width>\d+)x(?P<height>\d+)(?P<rest>(?:,[^,]*)*)")
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fit": {name: name for name in FITS},
    "format": {name: name for name in SUFFIXES} | {"jpg": "jpeg"},
}
_LIMITS: Final = {
    "name": "its name may have a-z, 0-9 and dashes between them, 40 characters at most",
    "width": f"its sides may have 1 to {VARIANT_SIDE_MAX_PX} pixels",
    "height": f"its sides may have 1 to {VARIANT_SIDE_MAX_PX} pixels",
    "quality": "its quality may be 1 to 100",
    "ground": "its ground may be a colour such as #0a3d62, or auto",
    "only": "only= needs the names of formats with a plus between, or best",
    "cover_from": "what cover-or-fill keeps at least may be 1 to 100 percent",
}


def _shown(position: int, title: str, description: str) -> FieldInfo:
    """How a form shows a field: Prefect's lists those with a default first, by the alphabet, unless told otherwise."""
    return FieldInfo(title=title, description=description, json_schema_extra={"position": position})


def _slugs(given: object) -> object:
    """The formats as words; a text holds them with a plus between."""
    names = given.split("+") if isinstance(given, str) else given
    if not isinstance(names, list | tuple):
        return given
    words = tuple(dict.fromkeys(word(str(name)) for name in names))
    if "" in words:
        raise ValueError("names no format")
    return words


Side = Annotated[int, Field(ge=1, le=VARIANT_SIDE_MAX_PX)]


class Variant(Record):
    """A cut of an original.

    `cover` fills the whole size and crops what is over. `contain` and `fill` have the whole size too, with the whole
    picture in it: `contain` leaves the rest transparent, `fill` draws the picture behind itself, blurred and darkened,
    and a `ground` takes the place of either. `cover-or-fill` is `fill` where `cover` would keep less than `cover_from`.
    `inside` is as large as the whole picture can be in that size, and has no rest.
    """

    name: Annotated[
        str,
        Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=40),
        _shown(0, "Name", "Ends the file's name and heads a column of the manifest; a-z, 0-9 and dashes."),
    ]
    width: Annotated[Side, _shown(1, "Width", "In pixels.")]
    height: Annotated[Side, _shown(2, "Height", "In pixels.")]
    fit: Annotated[
        Literal["cover", "contain", "fill", "cover-or-fill", "inside"],
        _shown(
            3,
            "Fit",
            "`cover` fills the size and crops what is over; `contain` and `fill` show the whole picture in that size, "
            "on a clear ground or on itself, blurred; `inside` makes the file smaller instead.",
        ),
    ] = "cover"
    format: Annotated[Literal["webp", "jpeg", "png", "avif"], _shown(4, "File format", "How the file is encoded.")] = (
        "webp"
    )
    quality: Annotated[
        int, Field(ge=1, le=100), _shown(5, "Quality", "1 to 100, of formats that lose something; 85 looks whole.")
    ] = 85

    ground: Annotated[
        str | None,
        Field(pattern=r"^(auto|#([0-9a-fA-F]{3}){1,2})$"),
        _shown(
            6, "Ground", "What lies beside a whole picture: a colour as #rrggbb, or `auto` for its own main colour."
        ),
    ] = None
    cover_from: Annotated[
        int,
        Field(ge=1, le=100),
        _shown(7, "Cover from", "Of `cover-or-fill`: how much of the picture `cover` has to keep, in percent."),
    ] = 60

    gravity: Annotated[
        Gravity,
        _shown(
            8, "Gravity", "Where a crop lies; `auto` finds it in each picture. A `focus` in the matrix goes before it."
        ),
    ] = "auto"

    only: Annotated[
        tuple[str, ...],
        BeforeValidator(_slugs),
        _shown(
            9, "Only from", "Formats that it is cut from, or `best`: of each row the one whose shape suits it best."
        ),
    ] = ()
    """As words that names of formats are matched with; empty where it is cut from all. A row of others gives one."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.gravity != AUTO and self.fit not in {"cover", "cover-or-fill"}:
            raise ValueError(f"{self.fit} crops nothing, so it cannot be cropped to the {self.gravity}; leave that out")
        if self.ground is not None and self.fit in {"cover", "inside"}:
            raise ValueError(
                f"{self.fit} leaves no ground to be seen; a ground goes with contain, fill or cover-or-fill"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: object) -> object:
        return cls.parse(given).model_dump() if isinstance(given, str) else given

    @classmethod
    def parse(cls, text: str) -> Self:
        """The variant that `text` writes in `GRAMMAR`; ValueError with the end of a sentence where it writes none."""
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"is not a variant; write {GRAMMAR}")
        fields: dict[str, Any] = {name: match[name] for name in ("name", "width", "height")}
        for field, value in _parts(match["rest"]):
            if field in fields:
                raise ValueError(f"is not a variant: it says its {field} twice; write {GRAMMAR}")
            fields[field] = value
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise ValueError(f"is not a variant: {_problem(error)}; write {GRAMMAR}") from error

    def key(self, cell_id: str) -> str:
        """Where the variant of this cell lies, relative to the campaign's folder."""
        return f"variants/{cell_id}-{self.name}.{SUFFIXES[self.format]}"


def _parts(rest: str) -> Iterator[tuple[str, str]]:
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
        elif is_assigned and head == "ground":
            yield "ground", value
        elif is_assigned and head == "cover-or-fill":
            yield from (("fit", head), ("cover_from", value.removesuffix("%")))
        elif said.isascii() and said.isdigit():
            yield "quality", said
        else:
            raise ValueError(f"is not a variant: {said!r} says nothing here; write {GRAMMAR}")


def _problem(error: ValidationError) -> str:
    """What the first of the fields that are wrong must be."""
    first = error.errors()[0]
    return _LIMITS.get(str(first["loc"][0]), "") if first["loc"] else first["msg"].removeprefix("Value error, ")


DEFAULT_VARIANTS: Final = (
    Variant(name="og", width=1200, height=630),
    Variant(name="thumb", width=400, height=400),
    Variant(name="social", width=1080, height=1080),
)
