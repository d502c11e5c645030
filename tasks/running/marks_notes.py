"""What a person is told before images are cut anew so that their variants say how they were made, or are signed."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from tasks.images.sources import cuts_of
from tasks.ledger.complete import are_there, is_marked, is_signed, relabelled
from tasks.ledger.resume import Standing
from tasks.records.money import counted
from tasks.records.says import Says
from tasks.records.variant import Variant
from tasks.signing.settings import UNSIGNED


def marks_notes(now: Standing, stored: AbstractSet[str], variants: Sequence[Variant], said: Says) -> list[str]:
    """How many images are cut anew whose variants are all there, and do not say what they are to; none where none."""
    anew = shown = signed = 0
    for cell, outcome, original in now.to_cut:
        own = cuts_of(cell, variants)
        if are_there(outcome, stored, own):
            is_said = is_marked(cell, outcome, original, own, said)
            anew += not is_said
            is_shown = not relabelled(cell, outcome, own, said)
            shown += not is_shown
            signed += is_said and is_shown and not is_signed(outcome, original, own, said)
    says = "no longer say" if said.marks == "none" else "say"
    told = [
        (anew, f"variants {says} how they were made"),
        (shown, "variants show the label that they are to show"),
        (signed, "variants are signed with Content Credentials"),
    ]
    notes = [f"{counted(n, 'image')} cut anew from what is stored, for nothing: {why}" for n, why in told if n]
    return [*notes, *([UNSIGNED] if leaves_unsigned(now, said) else [])]


def leaves_unsigned(now: Standing, said: Says) -> bool:
    """Whether images are cut without a signature, of a campaign that has signed others."""
    if said.signed_over_px is not None or not (now.to_cut or now.to_ask or now.begun):
        return False
    return any(outcome.signed_variants for outcome in (*now.ended, *(outcome for _, outcome, _ in now.to_cut)))
