"""Pictures that go along with a request: known by their content, whatever they are called and wherever they lie."""

from collections.abc import Mapping
from typing import Final, Literal

from tasks.records.keys import REFERENCES
from tasks.records.record import Record

ReferenceColumn = Literal["style_reference", "character_reference", "source_image"]
PricedReference = Literal["character_reference", "source_image"]
"""With pictures of these an image has a price of its own; with others that of its model."""
MediaType = Literal["image/png", "image/jpeg", "image/webp"]
"""What the API takes."""

REFERENCE_COLUMNS: Final[tuple[ReferenceColumn, ...]] = ("style_reference", "character_reference", "source_image")
REFERENCE_MAX_BYTES: Final = 25_000_000
"""The documented limit of one picture, 25 MB."""
REQUEST_MAX_BYTES: Final = 50_000_000
"""That of a whole request, 50 MB, as v1 states it."""
FORM_BYTES: Final = 1_000_000
"""Kept free in a request for what is not pictures: a prompt, and what stands between the parts."""

_SUFFIXES: Final[Mapping[MediaType, str]] = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class Reference(Record):
    """A picture as a request has it."""

    sha256: str
    media_type: MediaType

    @property
    def name(self) -> str:
        """What its file is called in a campaign's folder, and to the API: nothing of how its owner calls it."""
        return f"{self.sha256}.{_SUFFIXES[self.media_type]}"

    @property
    def key(self) -> str:
        """Where it lies in a campaign's folder."""
        return f"{REFERENCES}/{self.name}"


class FoundReference(Record):
    """A picture as planning has found it."""

    reference: Reference
    typed: str
    """As a table names it."""
    place: str
    """Its whole path or address, which may hold a signature."""
    size_bytes: int
    width_px: int
    height_px: int
