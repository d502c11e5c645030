"""A campaign as a run last began or published it: with the outcomes, all that its manifest and page are made of."""

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
    """Variants of earlier runs, whose files still lie there."""

    @property
    def cut(self) -> tuple[Variant, ...]:
        """All variants of which there may be files."""
        return (*self.variants, *self.unlisted)

    def after(self, before: "Published | None") -> "Published":
        """The same, with what `before` knew of variants that are not listed any more."""
        names = {variant.name for variant in self.variants}
        kept = tuple(variant for variant in before.cut if variant.name not in names) if before is not None else ()
        return self.model_copy(update={"unlisted": kept})
