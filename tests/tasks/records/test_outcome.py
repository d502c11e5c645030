"""Outcomes are given back as they were put in, though they are kept as text."""

from tasks.records.outcome import STATUSES, Outcomes
from tests.factories import a_cell, a_request, an_outcome

CELLS = [a_cell(a_request(f"Lamp {number}")) for number in range(len(STATUSES))]
ENDED = {
    cell.cell_id: an_outcome(cell, status, turn=turn)
    for turn, (cell, status) in enumerate(zip(CELLS, STATUSES, strict=True), start=1)
}


def test_they_are_given_back_as_they_were():
    """Whatever they came to, and in their order."""
    outcomes = Outcomes()
    outcomes.update(ENDED)
    assert (dict(outcomes), list(outcomes), len(outcomes)) == (ENDED, list(ENDED), len(STATUSES))
    assert outcomes.turns == {cell_id: outcome.turn for cell_id, outcome in ENDED.items()}


def test_the_newest_of_a_cell_is_kept():
    """A cell that is tried again ends again; one that is forgotten is gone."""
    (one, *_) = CELLS
    outcomes = Outcomes()
    for turn in (1, 2):
        outcomes[one.cell_id] = an_outcome(one, turn=turn)
    assert (outcomes[one.cell_id].turn, outcomes.turns) == (2, {one.cell_id: 2})
    del outcomes[one.cell_id]
    assert (dict(outcomes), outcomes.turns) == ({}, {})


def test_a_copy_leaves_out_and_stays_as_it_is():
    """What ends afterwards is not in it."""
    outcomes = Outcomes()
    first, second, third, *_ = CELLS
    outcomes.update({cell.cell_id: ENDED[cell.cell_id] for cell in (first, second)})
    copy = outcomes.copy(without={second.cell_id})
    outcomes[third.cell_id] = ENDED[third.cell_id]
    assert dict(copy) == {first.cell_id: ENDED[first.cell_id]}
    assert list(copy.turns) == [first.cell_id]
    assert len(outcomes) == 3
