"""A campaign as a run last began or published it: with the outcomes, all that its manifest and page are made of."""

from typing import Any

from pydantic import model_validator

from tasks.records.cell import Cell
from tasks.records.focus import CENTRE
from tasks.records.record import Record
from tasks.records.variant import Variant


class Published(Record):
    """What the matrix, the formats and the options came to, so that nobody needs them to publish once more."""

    title: str
    is_sandbox: bool
    """Whether the sandbox drew the images."""
    variants: tuple[Variant, ...]
    """Those that the manifest lists, in its order."""
    cells: tuple[Cell, ...]
    """In matrix order."""
    former: tuple[Cell, ...] = ()
    """Those of earlier matrices that have an image, and that the matrix does not ask for any more."""
    unlisted: tuple[Variant, ...] = ()
    """In the records of earlier versions: others of which there may be files."""

    @model_validator(mode="before")
    @classmethod
    def _as_it_was_meant(cls, given: Any) -> Any:  # noqa: ANN401  whatever a file holds
        """Variants of an earlier version: what is called `inside` now was `contain`, and crops lay in the middle."""
        if isinstance(given, dict):
            for variant in (*given.get("variants", ()), *given.get("unlisted", ())):
                if isinstance(variant, dict) and "gravity" not in variant:
                    is_cropped = variant.get("fit") != "contain"
                    variant.update({"gravity": CENTRE} if is_cropped else {"fit": "inside"})
        return given
