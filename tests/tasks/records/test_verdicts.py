"""What keeps a campaign that is held from being approved, and who can do something about it."""

import pytest

from tasks.records.cell import Cell
from tasks.records.outcome import Status
from tasks.records.review import Decision, Review, Take
from tasks.records.verdicts import Verdicts
from tests.factories import STARTED_AT, a_cell, a_request, an_outcome

LAMP, MUG, VASE = (a_cell(a_request(name), cell_id=name) for name in ("lamp", "mug", "vase"))
NEXT = a_cell(a_request("lamp"), cell_id="lamp-2", copy_number=2, replaces="lamp", take=2)


def decided(cell: Cell, decision: Decision) -> Cell:
    """The cell once that is decided on it."""
    take = Take(number=2, cell_id=NEXT.cell_id, prompt="lamp", request_sha256=NEXT.request_sha256, copy_number=2)
    review = Review(
        cell_id=cell.cell_id, number=1, decision=decision, at=STARTED_AT, take=take if decision == "again" else None
    )
    return cell.model_copy(update={"review": review})


def standing(*cells: Cell, **ended: Status) -> Verdicts:
    """Where these cells stand; all are done but those that have `ended` otherwise, by the words of their ids."""
    statuses = {cell.cell_id: ended.get(cell.cell_id.replace("-", "_"), "done") for cell in cells}
    made = [cell for cell in cells if statuses[cell.cell_id] != "pending"]
    return Verdicts.of(cells, {cell.cell_id: an_outcome(cell, statuses[cell.cell_id]) for cell in made})


@pytest.mark.parametrize("status", ["blocked", "failed", "unknown"])
def test_what_has_no_image_waits_for_a_persons_word(status):
    """It is reworded, tried again, or rejected: then the campaign does without it."""
    kept = decided(LAMP, "keep")
    waits = standing(kept, MUG, mug=status)
    assert (waits.without, waits.is_approved, waits.open) == (1, False, 1)
    assert standing(kept, decided(MUG, "reject"), mug=status).is_approved


def test_what_was_not_made_yet_is_not_approved():
    """Whatever is decided on all others."""
    assert standing(decided(LAMP, "keep"), MUG, mug="pending").sentence() == "1 not made yet"


def test_what_is_to_be_made_again_is_not_decided_until_it_is_made():
    """Then its take has to be; the image before it needs no further word."""
    again = decided(LAMP, "again")
    assert standing(again, decided(MUG, "keep")).sentence() == "1 to be made again"
    assert standing(again, NEXT, decided(MUG, "keep")).sentence() == "1 image undecided"
    assert standing(again, decided(NEXT, "keep")).is_approved
    assert standing(again, NEXT, decided(MUG, "keep"), lamp_2="blocked").without == 1


def test_a_take_that_nobody_wants_any_more_is_not_waited_for():
    """A budget ended before it was made, and somebody has kept the first; where it is asked for still, it is."""
    assert standing(decided(LAMP, "keep"), NEXT, lamp_2="pending").is_approved
    asked = standing(decided(LAMP, "again"), NEXT, decided(MUG, "keep"), lamp_2="pending")
    assert (asked.pending, asked.is_approved) == (1, False)


def test_of_two_takes_one_that_is_kept_settles_the_image():
    """Somebody asked for another, and then took the first: nobody has to say anything of the other."""
    verdicts = standing(decided(LAMP, "keep"), NEXT)
    assert (verdicts.kept, verdicts.replaced, verdicts.is_approved) == (1, 1, True)


def test_a_kept_image_that_is_gone_is_not_approved():
    """Nobody could publish it."""
    assert not standing(decided(LAMP, "keep"), decided(VASE, "keep"), vase="failed").is_approved


def test_something_has_to_be_kept():
    """Of an empty campaign, or one of which all is rejected, nothing is approved."""
    assert not standing().is_approved
    assert standing(decided(LAMP, "reject")).sentence() == "everything is decided, and nothing is kept"
