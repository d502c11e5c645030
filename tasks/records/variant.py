"""A variant is a value: everything that a cut of an original is, before any pixel exists."""

from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from tasks.records.focus import AUTO, Gravity
from tasks.records.record import Record
from tasks.records.slug import word
from tasks.records.variant_text import GRAMMAR, QUALITIES, SUFFIXES, VARIANT_SIDE_MAX_PX, WHOLE, fields_of, problem_of

NAME_MAX_CHARS: Final = 40


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


def _numbers(given: object) -> object:
    """Widths, each once; a text holds them with a plus between."""
    numbers = given.split("+") if isinstance(given, str) else given
    return tuple(dict.fromkeys(numbers)) if isinstance(numbers, list | tuple) else numbers


Side = Annotated[int, Field(ge=1, le=VARIANT_SIDE_MAX_PX)]


class Variant(Record):
    """A cut of an original.

    `cover` fills the whole size and crops what is over. `contain` and `fill` have the whole size too, with the whole
    picture in it: `contain` leaves the rest transparent, `fill` draws the picture behind itself, blurred and darkened,
    and a `ground` takes the place of either. `cover-or-fill` is `fill` where `cover` would keep less than `cover_from`.
    `inside` is as large as the whole picture can be in that size, and has no rest. `original` has no size of its own:
    it is a PNG of the original's pixels, each as it is.
    """

    name: Annotated[
        str,
        Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=NAME_MAX_CHARS),
        _shown(0, "Name", "Ends the file's name and heads a column of the manifest; a-z, 0-9 and dashes."),
    ]
    width: Annotated[Side, _shown(1, "Width", "In pixels.")]
    height: Annotated[Side, _shown(2, "Height", "In pixels.")]
    fit: Annotated[
        Literal["cover", "contain", "fill", "cover-or-fill", "inside", "original"],
        _shown(
            3,
            "Fit",
            "`cover` fills the size and crops what is over; `contain` and `fill` show the whole picture in that size, "
            "on a clear ground or on itself, blurred; `inside` makes the file smaller instead; `original` is a PNG of "
            "every pixel, whatever width and height say.",
        ),
    ] = "cover"
    format: Annotated[Literal["webp", "jpeg", "png", "avif"], _shown(4, "File format", "How the file is encoded.")] = (
        "webp"
    )
    quality: Annotated[
        int,
        Field(ge=1, le=100),
        _shown(5, "Quality", "1 to 100, of formats that lose something; what looks whole differs from one to another."),
    ] = QUALITIES["webp"]

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

    widths: Annotated[
        tuple[Side, ...],
        BeforeValidator(_numbers),
        _shown(10, "Widths", "More files of the same shape, each so many pixels wide, for the `srcset` of a page."),
    ] = ()

    label: Annotated[
        bool | None,
        _shown(
            11,
            "Label",
            "Whether the campaign's label is drawn on it. Where nobody says it of any variant, on all; where it is "
            "asked for of some, on those.",
        ),
    ] = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.fit == WHOLE and self.format != "png":
            raise ValueError(f"an original keeps every pixel, which {self.format} does not; leave the format out")
        if self.fit == WHOLE and self.label:
            raise ValueError("an original keeps every pixel, so no label can be drawn on it; leave label out")
        if self.widths and self.fit in {"inside", WHOLE}:
            raise ValueError(f"{self.fit} has no width that is known before, so it cannot have widths")
        sides = [round(self.height * px / self.width) for px in self.widths]
        names = [f"{self.name}-{px}" for px in self.widths]
        if max(map(len, names), default=0) > NAME_MAX_CHARS or max(sides, default=0) > VARIANT_SIDE_MAX_PX:
            most = f"{NAME_MAX_CHARS} characters at most, and sides {VARIANT_SIDE_MAX_PX} pixels"
            raise ValueError(f"with its widths, names have {most}")
        if self.gravity != AUTO and self.fit not in {"cover", "cover-or-fill"}:
            raise ValueError(f"{self.fit} crops nothing, so it cannot be cropped to the {self.gravity}; leave that out")
        if self.ground is not None and self.fit in {"cover", "inside", WHOLE}:
            raise ValueError(
                f"{self.fit} leaves no ground to be seen; a ground goes with contain, fill or cover-or-fill"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: object) -> object:
        if isinstance(given, str):
            return cls.parse(given).model_dump()
        if isinstance(given, dict) and given.get("quality") is None:
            given = {**given, "quality": QUALITIES.get(given.get("format") or "webp", QUALITIES["webp"])}
        if isinstance(given, dict) and given.get("fit") == WHOLE:  # its size is the largest that there may be
            return {"format": "png", **given, "width": VARIANT_SIDE_MAX_PX, "height": VARIANT_SIDE_MAX_PX}
        return given

    @classmethod
    def parse(cls, text: str) -> Self:
        """The variant that `text` writes in `GRAMMAR`; ValueError with the end of a sentence where it writes none."""
        fields = fields_of(text)
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise ValueError(f"is not a variant: {problem_of(error)}; write {GRAMMAR}") from error

    @property
    def size_text(self) -> str:
        """Such as `1200x630`."""
        return WHOLE if self.fit == WHOLE else f"{self.width}x{self.height}"

    @property
    def narrower(self) -> tuple["Variant", ...]:
        """The variants that its other widths stand for, each called after its own."""
        fields = self.model_dump() | {"widths": ()}
        return tuple(
            Variant.model_validate(
                fields
                | {"name": f"{self.name}-{px}", "width": px, "height": max(1, round(self.height * px / self.width))}
            )
            for px in self.widths
            if px != self.width
        )

    def key(self, cell_id: str) -> str:
        """Where the variant of this cell lies, relative to the campaign's folder."""
        return f"variants/{cell_id}-{self.name}.{SUFFIXES[self.format]}"


DEFAULT_VARIANTS: Final = (
    Variant(name="og", width=1200, height=630),
    Variant(name="thumb", width=400, height=400),
    Variant(name="social", width=1080, height=1080),
)
