"""Whether everything of a cell is there, and as it is to be."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from tasks.images.geometry import Size
from tasks.images.marks import marks_of
from tasks.images.place_crops import lie_as_wanted
from tasks.records.cell import Cell
from tasks.records.marks import facts_of
from tasks.records.outcome import Outcome, StoredOriginal
from tasks.records.says import Says
from tasks.records.variant import Variant
from tasks.signing.claim import to_sign


def kept_original(outcome: Outcome, stored: AbstractSet[str]) -> StoredOriginal | None:
    """The original of a cell, if it was stored and is still there."""
    return outcome.original if outcome.original is not None and outcome.original.key in stored else None


def kept_key(outcome: Outcome, stored: AbstractSet[str]) -> str | None:
    """Where what was paid for a cell lies, if it is still there: its original, or what came and is no image."""
    original = outcome.original.key if outcome.original is not None else None
    return next((key for key in (original, outcome.kept) if key in stored), None)


def is_complete(
    cell: Cell, outcome: Outcome, stored: AbstractSet[str], variants: Sequence[Variant], said: Says
) -> bool:
    """Whether the cell is done, every file of it is there, and is cut where and says what it is to."""
    original = kept_original(outcome, stored)
    if outcome.status != "done" or original is None:
        return False
    return are_as_wanted(cell, outcome, original, stored, variants, said)


def left_as_they_are(
    cell: Cell, outcome: Outcome, stored: AbstractSet[str], variants: Sequence[Variant], said: Says
) -> frozenset[str]:
    """The names of variants that need not be cut again with others, where that would sign them anew: as other bytes."""
    original = outcome.original
    if said.signed_over_px is None or original is None:
        return frozenset()
    kept = (one for one in variants if are_as_wanted(cell, outcome, original, stored, [one], said))
    return frozenset(one.name for one in kept)


def are_as_wanted(  # noqa: PLR0913  all that a variant is made of
    cell: Cell,
    outcome: Outcome,
    original: StoredOriginal,
    stored: AbstractSet[str],
    variants: Sequence[Variant],
    said: Says,
) -> bool:
    """Whether each of the variants is there, is cut where and says what it is to, and is signed where it is to be."""
    if not lie_as_wanted(outcome.crops, Size(original.width_px, original.height_px), variants, cell.focus):
        return False
    is_said = says_all(cell, outcome, original, variants, said) and is_signed(outcome, original, variants, said)
    return is_said and are_there(outcome, stored, variants)


def are_there(outcome: Outcome, stored: AbstractSet[str], variants: Sequence[Variant]) -> bool:
    """Whether the file of each of the variants is there."""
    return all(variant.key(outcome.cell_id) in stored for variant in variants)


def says_all(cell: Cell, outcome: Outcome, original: StoredOriginal, variants: Sequence[Variant], said: Says) -> bool:
    """Whether each of the variants says what it is to say of how it was made, in metadata and for people to see."""
    return is_marked(cell, outcome, original, variants, said) and not relabelled(cell, outcome, variants, said)


def relabelled(cell: Cell, outcome: Outcome, variants: Sequence[Variant], said: Says) -> list[Variant]:
    """Those of the variants that show another label than they are to show."""
    wanted = {name: label.digest for name, label in said.labels(cell, variants).items()}
    shown = {name: drawn.digest for name, drawn in outcome.labelled.items()}
    return [one for one in variants if shown.get(one.name) != wanted.get(one.name)]


def is_marked(cell: Cell, outcome: Outcome, original: StoredOriginal, variants: Sequence[Variant], said: Says) -> bool:
    """Whether each of the variants says what it is to say of how it was made."""
    source = Size(original.width_px, original.height_px)
    if min(source) < 1:
        return True  # an odd record, of which nothing is known
    wanted = marks_of(facts_of(cell, original, said.marks), variants, source)
    digests = {name: facts.digest for name, facts in wanted.items()}
    return all(outcome.marked.get(one.name) == digests.get(one.name) for one in variants)


def is_signed(outcome: Outcome, original: StoredOriginal, variants: Sequence[Variant], said: Says) -> bool:
    """Whether each of the variants is signed that is to be, by whichever certificate; one too many is no harm."""
    source = Size(original.width_px, original.height_px)
    if said.signed_over_px is None or min(source) < 1:
        return True
    return all(outcome.signed.get(one.name) for one in to_sign(variants, source, said.signed_over_px))
