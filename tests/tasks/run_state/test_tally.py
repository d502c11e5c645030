"""What is left of a campaign is estimated while it moves, and not while it stands."""

import pytest

from tasks.run_state.tally import STILL_AFTER_S, Tally
from tests.factories import a_cell, an_outcome

DONE = an_outcome(a_cell())


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        """The time it shows."""
        return self.now_s


def a_tally(total: int, *ends_s: float, taken_over: int = 0) -> tuple[Tally, Clock]:
    """A campaign of which one cell has ended each time so many seconds passed."""
    clock = Clock()
    tally = Tally(total, clock)
    for _ in range(taken_over):
        tally.take_over(DONE)
    for passed_s in ends_s:
        clock.now_s += passed_s
        tally.count(DONE)
    return tally, clock


def test_nothing_is_estimated_before_the_first_cell_has_ended():
    """Nor by what an earlier run has done."""
    tally, clock = a_tally(9, taken_over=3)
    clock.now_s += 5
    assert tally.remaining_s() is None


def test_the_pace_is_that_of_this_run():
    """What an earlier one has done took no time."""
    tally, _ = a_tally(12, 2, 2, 2, taken_over=5)
    assert tally.remaining_s() == 8


def test_an_estimate_counts_down_between_ends_and_never_up():
    """The last image takes as long as it takes: what has run out is not told."""
    tally, clock = a_tally(4, 2, 2, 2)
    told = []
    for _ in range(20):
        told.append(tally.remaining_s())
        clock.now_s += 1
    assert told == [2, 1, *[None] * 18]


def test_what_would_be_told_as_no_time_is_not_told():
    """Nobody is to read that there are 0 s left while images are."""
    tally, clock = a_tally(4, 2, 2, 2)
    clock.now_s += 1.25
    assert tally.remaining_s() == 0.75
    clock.now_s += 0.25
    assert tally.remaining_s() is None


@pytest.mark.parametrize(("pace_s", "is_still_after_s"), [(1, STILL_AFTER_S), (60, 90)])
def test_nothing_is_estimated_while_nothing_moves(pace_s, is_still_after_s):
    """Much longer than it has taken so far: hours that are left are no more known than a second."""
    tally, clock = a_tally(1000, pace_s, pace_s)
    clock.now_s += is_still_after_s - 0.5
    assert tally.remaining_s() == 998 * pace_s - is_still_after_s + 0.5
    clock.now_s += 1
    assert tally.remaining_s() is None
    tally.count(DONE)
    assert tally.remaining_s() is not None, "it moves again"


def test_nothing_is_estimated_while_it_is_known_why_nothing_moves():
    """The reason stands where the time would."""
    tally, _ = a_tally(10, 1)
    tally.tell("The API is busy")
    assert tally.remaining_s() is None
    tally.tell("")
    assert tally.remaining_s() == 9
