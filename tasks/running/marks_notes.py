"""What a person is told before images are cut anew so that their variants say how they were made."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from tasks.images.sources import cuts_of
from tasks.ledger.complete import are_there, is_marked
from tasks.ledger.resume import Standing
from tasks.records.money import counted
from tasks.records.says import Says
from tasks.records.variant import Variant


def marks_notes(now: Standing, stored: AbstractSet[str], variants: Sequence[Variant], said: Says) -> list[str]:
    """How many images are cut anew whose variants are all there, and do not say what they are to; none where none."""
    anew = 0
    for cell, outcome, original in now.to_cut:
        own = cuts_of(cell, variants)
        anew += are_there(outcome, stored, own) and not is_marked(cell, outcome, original, own, said)
    if not anew:
        return []
    says = "no longer say" if said.marks == "none" else "say"
    return [f"{counted(anew, 'image')} cut anew from what is stored, for nothing: variants {says} how they were made"]
