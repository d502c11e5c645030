"""What a campaign's variants say of how they were made."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from tasks.records.cell import Cell
from tasks.records.label import NOTHING_SAID, Label, LabelStyle, label_of
from tasks.records.option_types import Marks
from tasks.records.variant import Variant
from tasks.records.variant_text import WHOLE


class Says(NamedTuple):
    """What they say, as the campaign has settled it; rows may have a word in it too."""

    marks: Marks = "yes"
    """In metadata."""
    label: LabelStyle = NOTHING_SAID
    """For people to see."""
    labelled: frozenset[str] | None = None
    """The variants that are labelled, by their names; None for all that can be."""
    signed_over_px: int | None = None
    """How long the longer side of a variant may be that is not signed, in this run; None where none is signed."""

    def signed(self, over_px: int | None) -> "Says":
        """The same, with variants signed whose longer side is over so many pixels; of none without a number."""
        return self._replace(signed_over_px=over_px)

    def labels(self, cell: Cell, variants: Iterable[Variant]) -> dict[str, Label]:
        """What is drawn on each of the variants of a cell, by its name; none of those that show nothing."""
        label = label_of(cell, self.label)
        if label is None:
            return {}
        return {one.name: label for one in variants if self.takes_label(one)}

    def takes_label(self, variant: Variant) -> bool:
        """Whether a label is drawn on the variant, where there is one."""
        if variant.fit == WHOLE or variant.label is False:
            return False
        return self.labelled is None or variant.name in self.labelled

    def sentence(self, variants: Iterable[Variant], *, has_own: bool) -> str:
        """What is drawn on which of the variants; empty for nothing. `has_own`: rows or formats say more."""
        style, known = self.label, list(variants)
        icon = f"the icon {style.icon.name}" if style.icon is not None and style.icon.sha256 else ""
        usual = repr(style.text) if style.text else "" if style.text == "" else icon
        words = " and ".join(filter(None, (usual, "as rows and formats say" if has_own else "")))
        if not words:
            return ""
        names = ", ".join(one.name for one in known if self.takes_label(one))
        whole = ", ".join(one.name for one in known if one.fit == WHOLE)
        without = f"; not {whole}, of which every pixel is kept" if whole else ""
        return f"labelled {words}: {names or 'no variant'}{without}"


USUAL: Final = Says()
"""Of a campaign in which nobody has chosen."""


def labelled_of(variants: Iterable[Variant]) -> frozenset[str] | None:
    """The variants that ask for a label, if any does: then no other has one."""
    return frozenset(one.name for one in variants if one.label) or None
