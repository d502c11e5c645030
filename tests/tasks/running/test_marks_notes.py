"""Whoever starts a run is told before which images are cut anew for what their variants say, and for a signature."""

from tasks.ledger.records import Known
from tasks.ledger.resume import standing
from tasks.records.outcome import Outcome
from tasks.records.says import Says
from tasks.records.variant import DEFAULT_VARIANTS
from tasks.running.marks_notes import marks_notes
from tasks.signing.settings import UNSIGNED
from tests.factories import a_cell, a_request, an_original, an_outcome

CELL, OTHER = a_cell(), a_cell(a_request("A cup"))
SIGNED = {"og": "fingerprint", "thumb": "", "social": "fingerprint"}


def told(*outcomes: Outcome, **said) -> list[str]:
    """The notes of a run over two cells, of which these have ended with all their files."""
    keys = {an_original(CELL).key, an_original(OTHER).key}
    keys |= {one.key(cell.cell_id) for one in DEFAULT_VARIANTS for cell in (CELL, OTHER)}
    known = Known(cells=(CELL, OTHER), outcomes={one.cell_id: one for one in outcomes}, open={})
    now = standing(known.cells, known, frozenset(), keys, DEFAULT_VARIANTS, Says(**said))
    return marks_notes(now, keys, DEFAULT_VARIANTS, Says(**said))


def test_a_signature_that_is_missing_is_a_cut_for_nothing():
    """Of the variants that are to have one: a thumb of 400 pixels is not signed."""
    (note,) = told(an_outcome(CELL), an_outcome(OTHER, signed=SIGNED), signed_over_px=512)
    assert note == "1 image cut anew from what is stored, for nothing: variants are signed with Content Credentials"
    assert told(an_outcome(CELL, signed=SIGNED), signed_over_px=512) == []
    assert len(told(an_outcome(CELL, signed=SIGNED), signed_over_px=0)) == 1


def test_a_run_that_signs_no_more_says_so():
    """Where it makes anything: an image without a signature among those that have one would pass unnoticed."""
    assert told(an_outcome(CELL, signed=SIGNED)) == [UNSIGNED]
    assert told(an_outcome(CELL, signed=SIGNED), an_outcome(OTHER)) == []
    assert told(an_outcome(CELL)) == []
