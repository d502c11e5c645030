"""What a cell asks of the API, in our own words; `tasks/api/dialects/` puts it into those of a route."""

import hashlib

from tasks.records.record import Record
from tasks.records.reference import Reference
from tasks.records.sizes import AspectRatio, as_written
from tasks.records.vocabulary import MagicPrompt, MagicPromptVersion, Model, PaletteName, Quality, StyleType


class PaletteMember(Record):
    """One colour of a palette: `#rgb` or `#rrggbb`, and its weight from 0.05 to 1.0."""

    color_hex: str
    color_weight: float | None = None


class Palette(Record):
    """Either a palette that the API knows by name, or up to eight colours of one's own; never both."""

    name: PaletteName | None = None
    members: tuple[PaletteMember, ...] = ()


class GenerationRequest(Record):
    """Exactly one wanted image. `None` means that the field is not sent."""

    prompt: str
    model: Model = "V_2"
    aspect_ratio: AspectRatio | None = None
    resolution: str | None = None
    style_type: StyleType | None = None
    magic_prompt: MagicPrompt = "AUTO"
    magic_prompt_version: MagicPromptVersion | None = None
    negative_prompt: str | None = None
    seed: int | None = None
    color_palette: Palette | None = None
    quality: Quality | None = None
    """None on the legacy route, where the model says it."""
    style_preset: str | None = None
    style_codes: tuple[str, ...] | None = None
    enable_copyright_detection: bool | None = None
    custom_model_uri: str | None = None
    private: bool | None = None
    """False for what may be public; None is private, where the route knows of it."""
    style_reference: tuple[Reference, ...] | None = None
    character_reference: tuple[Reference, ...] | None = None
    source_image: tuple[Reference, ...] | None = None
    """The first is the one that is edited."""

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every picture that goes along."""
        return (*(self.style_reference or ()), *(self.character_reference or ()), *(self.source_image or ()))

    def sha256(self) -> str:
        """The digest of the request in canonical form: fields in order, those that are not sent left out.

        A field that is added later and left empty changes no digest, so stored campaigns keep their cells.
        """
        return hashlib.sha256(self.model_dump_json(exclude_none=True).encode()).hexdigest()

    def aspect_text(self) -> str:
        """The resolution or the aspect ratio asked for, as people write it; empty where neither is."""
        return as_written(self.resolution or self.aspect_ratio or "")
