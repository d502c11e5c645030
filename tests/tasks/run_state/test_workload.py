"""The cells of one run: what is set aside, what is counted, and that each is counted once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import BudgetReached, Interrupted, StorageFailed
from tasks.ledger.resume import Ask
from tasks.reporting.tally import Tally
from tasks.run_state.workload import Workload
from tests.factories import PRICE_USD, a_cell, a_request, an_outcome


def a_workload(cells: int = 3, **fields) -> Workload:
    """Cells that all wait to be asked for."""
    planned = tuple(a_cell(a_request(f"Teapot {number}")) for number in range(cells))
    work = Workload(planned, Tally(cells), **fields)
    work.waiting.extend(Ask(cell, 1) for cell in planned)
    return work


def test_cells_are_started_in_matrix_order():
    """Each once, until none is left."""
    work = a_workload()
    started = [under_way.cell for under_way in iter(work.next_cell, None)]
    assert started == list(work.cells)
    assert not work.has_cells_waiting


def test_the_budget_is_never_overshot_by_what_is_in_flight():
    """What is set aside counts like what is spent; the sentence names the sums and the option."""
    work = a_workload(3, budget_usd=2 * PRICE_USD)
    assert work.next_cell()
    assert work.next_cell()
    assert work.next_cell() is None
    assert isinstance(work.stopped_by, BudgetReached)
    assert "The budget of $0.16 is reached: $0.16 spent" in str(work.stopped_by)
    assert "--budget-usd" in str(work.stopped_by)


def test_what_turned_out_free_can_be_spent_on_others():
    """A refused prompt gives back what was set aside for it."""
    work = a_workload(2, budget_usd=PRICE_USD)
    first = work.next_cell().cell
    work.settle(an_outcome(first, "blocked", cost_usd=Decimal(0)))
    assert work.next_cell() is not None


def test_what_another_run_has_in_flight_counts_against_the_budget():
    """It may well be paid; only its end will tell."""
    work = a_workload(2, budget_usd=PRICE_USD)
    work.begun["lamp-1"] = Ask(a_cell(a_request("Lamp")), 1)
    assert work.next_cell() is None


def test_an_image_that_is_paid_and_not_yet_cut_counts_against_the_budget():
    """Taken up from an earlier run: it is spent, whether it has been settled again or not."""
    work = a_workload(2, budget_usd=PRICE_USD)
    work.start(Ask(a_cell(a_request("Lamp")), 1))
    assert work.next_cell() is None


def test_a_cell_is_settled_once_whoever_says_so():
    """A second end, such as that of an interruption, changes neither the outcome nor the sums."""
    work = a_workload(1)
    cell = work.next_cell().cell
    work.settle(an_outcome(cell, "unknown"))
    work.settle(an_outcome(cell))
    assert work.outcomes[cell.cell_id].status == "unknown"
    assert (work.tally.cost_usd, work.tally.ended, work.reserved_usd) == (PRICE_USD, 1, 0)


def test_what_could_not_be_noted_is_shown_and_does_not_stand():
    """It is told to nobody outside: the next run may find out another end."""
    work = a_workload(2)
    noted, lost = (work.next_cell().cell for _ in range(2))
    work.settle(an_outcome(noted))
    work.settle(an_outcome(lost), is_noted=False)
    assert (set(work.outcomes), set(work.noted_outcomes())) == ({noted.cell_id, lost.cell_id}, {noted.cell_id})


def test_a_cell_leaves_once():
    """Whoever finds it gone has nothing to give back."""
    work = a_workload(1)
    cell = work.next_cell().cell
    assert work.leave(cell.cell_id) is not None
    assert work.leave(cell.cell_id) is None
    assert work.reserved_usd == 0


def test_a_later_turn_adds_only_what_it_cost():
    """What earlier turns cost was counted when the run began."""
    work = a_workload(0)
    work.tally.cost_usd = PRICE_USD
    under_way = work.start(Ask(a_cell(), 2, PRICE_USD, 1))
    work.settle(an_outcome(under_way.cell, turn=2, cost_usd=under_way.cost_usd))
    assert work.tally.cost_usd == 2 * PRICE_USD


def test_the_first_reason_to_stop_is_the_one_that_is_told():
    """What comes of it later is not the cause; and nothing is started any more."""
    work = a_workload()
    work.raise_if_halted()
    work.stop(StorageFailed("full"))
    work.stop(Interrupted("Ctrl-C"))
    assert work.next_cell() is None
    assert work.halting.is_set()
    with pytest.raises(StorageFailed, match="full"):
        work.raise_if_halted()


@given(
    st.lists(st.sampled_from(["start", "done", "blocked", "unknown", "leave"]), max_size=40),
    st.integers(0, 12),
)
def test_whatever_happens_the_budget_holds_and_the_sums_agree(steps, budget):
    """Spent and set aside never exceed the limit; nothing stays set aside for a cell that is not under way."""
    work = a_workload(10, budget_usd=budget * PRICE_USD)
    for step in steps:
        started = next(iter(work.under_way.values()), None)
        if step == "start":
            work.next_cell()
        elif started is not None and step == "leave":
            work.leave(started.cell.cell_id)
        elif started is not None:
            work.settle(an_outcome(started.cell, step, cost_usd=0 * PRICE_USD if step == "blocked" else PRICE_USD))
        assert work.committed_usd <= budget * PRICE_USD
        assert work.reserved_usd == len(work.under_way) * PRICE_USD
        assert work.tally.cost_usd == sum(outcome.cost_usd for outcome in work.outcomes.values())


def test_at_the_budgets_limit_what_was_started_goes_on():
    """Its price is set aside; whatever else stops the campaign, also after it, holds every request back."""
    work = a_workload(2, budget_usd=PRICE_USD)
    work.next_cell()
    assert work.next_cell() is None
    work.raise_if_halted()
    work.stop(Interrupted("Ctrl-C"))
    assert isinstance(work.stopped_by, BudgetReached)
    with pytest.raises(Interrupted):
        work.raise_if_halted()
