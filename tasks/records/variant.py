"""A variant is a value: everything that a cut of an original is, before any pixel exists."""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from tasks.records.record import Record

VARIANT_SIDE_MAX_PX: Final = 16_383
"""WebP cannot hold more; https://developers.google.com/speed/webp/faq."""
SUFFIXES: Final = {"webp": "webp", "jpeg": "jpg", "png": "png", "avif": "avif"}
GRAMMAR: Final = "NAME=WIDTHxHEIGHT[,cover|contain][,webp|jpeg|png|avif][,QUALITY], such as story=1080x1920,webp,85"

_TEXT = re.compile(
    r"(?P<name>[^=]+)=(?P<width>\d+)x(?P<height>\d+)(?:,(?P<fit>cover|contain))?"
    r"(?:,(?P<format>webp|jpeg|png|avif))?(?:,(?P<quality>\d+))?"
)


def _shown(position: int, title: str, description: str) -> FieldInfo:
    """How a form shows a field: Prefect's lists those with a default first, by the alphabet, unless told otherwise."""
    return FieldInfo(title=title, description=description, json_schema_extra={"position": position})


Side = Annotated[int, Field(ge=1, le=VARIANT_SIDE_MAX_PX)]


class Variant(Record):
    """A cut of an original. `cover` fills the whole size and crops what is over; `contain` fits inside it."""

    name: Annotated[
        str,
        Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=40),
        _shown(0, "Name", "Ends the file's name and heads a column of the manifest; a-z, 0-9 and dashes."),
    ]
    width: Annotated[Side, _shown(1, "Width", "In pixels.")]
    height: Annotated[Side, _shown(2, "Height", "In pixels.")]
    fit: Annotated[
        Literal["cover", "contain"],
        _shown(3, "Fit", "`cover` fills the size and crops what is over; `contain` fits the whole picture inside."),
    ] = "cover"
    format: Annotated[Literal["webp", "jpeg", "png", "avif"], _shown(4, "File format", "How the file is encoded.")] = (
        "webp"
    )
    quality: Annotated[
        int, Field(ge=1, le=100), _shown(5, "Quality", "1 to 100, of formats that lose something; 85 looks whole.")
    ] = 85

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
        try:
            return cls.model_validate({key: value for key, value in match.groupdict().items() if value is not None})
        except ValidationError as error:
            field = error.errors()[0]["loc"][0]
            limits = f"sides of 1 to {VARIANT_SIDE_MAX_PX} pixels, quality of 1 to 100, a name of a-z, 0-9 and dashes"
            raise ValueError(f"is not a variant, by its {field}: {limits}; write {GRAMMAR}") from error

    def key(self, cell_id: str) -> str:
        """Where the variant of this cell lies, relative to the campaign's folder."""
        return f"variants/{cell_id}-{self.name}.{SUFFIXES[self.format]}"


DEFAULT_VARIANTS: Final = (
    Variant(name="og", width=1200, height=630),
    Variant(name="thumb", width=400, height=400),
    Variant(name="social", width=1080, height=1080),
)
