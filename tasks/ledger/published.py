"""A campaign as a run last began or published it: with the outcomes, all that its manifest and page are made of."""

from collections.abc import Iterable
from typing import Any

from pydantic import model_validator

from tasks.records.cell import Cell
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
    unlisted: tuple[Variant, ...] = ()
    """Other variants of which there may be files: of earlier runs, and of a recut that has not ended."""

    @model_validator(mode="before")
    @classmethod
    def _as_it_was_meant(cls, given: Any) -> Any:  # noqa: ANN401  whatever a file holds
        """Variants that an earlier version has noted: what is called `inside` now was called `contain`."""
        if isinstance(given, dict):
            for variant in (*given.get("variants", ()), *given.get("unlisted", ())):
                if isinstance(variant, dict) and "cover_from" not in variant and variant.get("fit") == "contain":
                    variant["fit"] = "inside"
        return given

    @property
    def cut(self) -> tuple[Variant, ...]:
        """All variants of which there may be files."""
        return (*self.variants, *self.unlisted)

    def keys_of(self, variants: Iterable[Variant]) -> set[str]:
        """Where the files of `variants` lie, of every cell that has them."""
        return {variant.key(cell.cell_id) for variant in variants for cell in self.cells}

    def after(self, before: "Published | None") -> "Published":
        """The same, with what `before` knew of variants that are not listed any more."""
        names = {variant.name for variant in self.variants}
        kept = tuple(variant for variant in before.cut if variant.name not in names) if before is not None else ()
        return self.model_copy(update={"unlisted": kept})

    def while_cutting(self, variants: Iterable[Variant]) -> "Published":
        """The same while `variants` are being cut, some of which may take the places of others."""
        return self.model_copy(update={"unlisted": tuple(dict.fromkeys((*self.unlisted, *variants)))})

    def redefined(self, asked: Iterable[Variant]) -> list[Variant]:
        """Those of the variants `asked` under whose names other cuts may lie."""
        return [one for one in asked if any(one.name == known.name and one != known for known in self.cut)]
