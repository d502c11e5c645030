"""What is approved is what somebody has kept, one take of each image of the matrix."""

from datetime import timedelta

from tasks.records.cell import Cell
from tasks.records.review import Decision, Review
from tasks.reviewing.approved import approval_of
from tests.factories import STARTED_AT, a_cell, an_outcome


def cell(name: str, decision: Decision | None = None, at: int = 0, **fields: object) -> Cell:
    """A cell of which something may be decided, so many minutes after the start."""
    when = STARTED_AT + timedelta(minutes=at)
    review = Review(cell_id=name, number=1, decision=decision, at=when) if decision else None
    return a_cell(cell_id=name, review=review, **fields)


def names(*cells: Cell, status: str = "done") -> tuple[list[str], ...]:
    """The ids of the cells that are approved, outdone and undecided."""
    approval = approval_of(cells, {one.cell_id: an_outcome(one, status) for one in cells})
    return tuple([one.cell_id for one in its] for its in approval)


def test_only_what_was_kept_is_approved():
    """In the order of the matrix; nobody has approved what nobody has looked at."""
    cells = (cell("a", "keep"), cell("b"), cell("c", "reject"), cell("d", "again"), cell("e", "keep"))
    assert names(*cells) == (["a", "e"], [], ["b"])


def test_what_has_no_image_is_not_approved():
    """A kept cell whose original has gone has nothing to be handed over."""
    assert names(cell("a", "keep"), cell("b"), status="failed") == ([], [], [])


def test_of_two_takes_the_one_that_was_kept_last_counts():
    """Whichever that is, also where the first is not among the cells any more; a tie is the newest's."""
    second, third = ({"replaces": parent, "take": take} for parent, take in (("a", 2), ("b", 3)))
    assert names(cell("a", "keep", 2), cell("b", "keep", 1, **second)) == (["a"], ["b"], [])
    assert names(cell("a", "keep", 1), cell("b", "keep", 1, **second)) == (["b"], ["a"], [])
    assert names(cell("b", "keep", 1, **second), cell("c", "keep", 2, **third)) == (["c"], ["b"], [])


def test_nothing_is_open_where_another_take_is_kept():
    """Somebody asked for another, and then took the first."""
    take = {"replaces": "a", "take": 2}
    assert names(cell("a", "keep"), cell("b", **take)) == (["a"], [], [])
    assert names(cell("a", "again"), cell("b", **take)) == ([], [], ["b"])
