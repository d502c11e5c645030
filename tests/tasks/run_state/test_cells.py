"""The cells of a run: each is in one place at a time, and what is shown of the money follows from where they are."""

from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tasks.errors import BudgetReached
from tasks.ledger.resume import Ask
from tasks.run_state.cells import Cells
from tasks.run_state.purse import Purse
from tasks.run_state.tally import Tally
from tests.factories import PRICE_USD, a_cell, a_request, an_outcome

CELLS = tuple(a_cell(a_request(f"Teapot {number}")) for number in range(6))


def some_cells(count: int = 3, budget_usd: Decimal | None = None) -> Cells:
    """Cells that all wait to be asked for."""
    return Cells(CELLS[:count], Purse(budget_usd), Tally(count))


def test_a_job_is_settled_once_whoever_says_so():
    """A hook and a cancelled lane may both come to say how it ended."""
    cells = some_cells()
    job = cells.start_next()
    cells.settle(job, an_outcome(job.cell))
    cells.settle(job, an_outcome(job.cell, "failed", cost_usd=Decimal(0)))
    assert cells.outcomes[job.cell.cell_id].status == "done"
    assert cells.tally.ended == 1
    assert cells.purse.cost_usd == PRICE_USD


def test_what_could_not_be_noted_is_shown_and_does_not_stand():
    """The next run finds out how it ends, so nobody is told of it before."""
    cells = some_cells()
    job = cells.start_next()
    cells.settle(job, an_outcome(job.cell), is_noted=False)
    assert job.cell.cell_id in cells.outcomes
    assert not cells.noted_outcomes()
    cells.correct(job.cell.cell_id, an_outcome(job.cell))
    assert list(cells.noted_outcomes()) == [job.cell.cell_id]


def test_a_job_leaves_once():
    """And an older job of its cell takes nothing from the newer one."""
    cells = some_cells()
    first = cells.start_next()
    assert cells.leave(first)
    second = cells.start(first.ask)
    assert not cells.leave(first)
    assert cells.under_way == {second.cell.cell_id: second}
    assert cells.purse.reserved_usd == PRICE_USD


def test_a_later_turn_adds_only_what_it_cost():
    """What earlier turns cost was counted when the run began; what this run has spent is its own turns alone."""
    cells = some_cells(0)
    job = cells.start(Ask(a_cell(), 2, PRICE_USD, 1))
    job.send()
    cells.settle(job, an_outcome(job.cell, turn=2, cost_usd=job.cost_usd))
    assert cells.purse.cost_usd == 2 * PRICE_USD
    assert cells.purse.spent_usd == PRICE_USD


def test_what_another_run_has_in_flight_counts_against_the_budget():
    """It may well be paid; only its end will tell."""
    cells = some_cells(1, PRICE_USD)
    cells.expect(Ask(CELLS[5], 1))
    assert cells.purse.committed_usd == PRICE_USD
    cells.expect_no_more(CELLS[5].cell_id)
    assert cells.purse.committed_usd == 0


def test_the_rest_of_a_campaign_is_other_shards():
    """Its cells are known by their prices, and are nobody's here."""
    cells = some_cells(2)
    cells.share(CELLS)
    assert cells.elsewhere == CELLS[2:]


class AnyOrder(RuleBasedStateMachine):
    """Cells that wait, start, leave, end, are taken over and corrected in any order, each of any price."""

    @initialize(budget=st.integers(0, 12))
    def begin(self, budget: int) -> None:
        """A run begins."""
        self.cells = some_cells(len(CELLS), budget * PRICE_USD)

    def jobs(self) -> list:
        """What is under way."""
        return list(self.cells.under_way.values())

    @precondition(lambda self: self.cells.waiting)
    @rule()
    def start(self) -> None:
        """As a lane does it."""
        try:
            self.cells.purse.raise_if_short(self.cells.waiting[0].cell.price_usd, is_reserved=False)
        except BudgetReached:
            return
        self.cells.start_next()

    @precondition(lambda self: self.cells.under_way)
    @rule(status=st.sampled_from(["done", "blocked", "unknown"]), pick=st.integers(0, 5), asked=st.booleans())
    def settle(self, status, pick: int, asked: bool) -> None:
        """A job ends, paid or not."""
        job = self.jobs()[pick % len(self.jobs())]
        if asked:
            job.send()
        cost_usd = job.ask.cost_usd if status == "blocked" else job.cost_usd
        self.cells.settle(job, an_outcome(job.cell, status, turn=job.ask.turn, cost_usd=cost_usd))

    @precondition(lambda self: self.cells.under_way)
    @rule()
    def give_back(self) -> None:
        """A job is given back, and waits for its next turn."""
        job = self.jobs()[0]
        self.cells.leave(job)
        self.cells.wait(job.ask.once_more())

    @precondition(lambda self: self.cells.under_way)
    @rule(asked=st.booleans())
    def lose(self, asked: bool) -> None:
        """Another run has taken a job over, perhaps after it was paid."""
        job = self.jobs()[0]
        if asked:
            job.send()
        later = job.ask.once_more()
        self.cells.hand_over(job, later._replace(cost_usd=job.cost_usd) if asked else later)

    @precondition(lambda self: self.cells.begun)
    @rule()
    def see(self) -> None:
        """The other has ended it."""
        cell_id, ask = next(iter(self.cells.begun.items()))
        self.cells.expect_no_more(cell_id)
        job = self.cells.start(ask)
        self.cells.settle(job, an_outcome(job.cell, turn=ask.turn, cost_usd=job.cost_usd))

    @precondition(lambda self: self.cells.outcomes)
    @rule(gone=st.booleans())
    def correct(self, gone: bool) -> None:
        """The ledger says otherwise."""
        cell_id = next(iter(self.cells.outcomes))
        outcome = self.cells.outcomes[cell_id]
        self.cells.correct(cell_id, None if gone else outcome.model_copy(update={"cost_usd": 3 * PRICE_USD}))

    @rule()
    def publish(self) -> None:
        """Reading changes nothing."""
        assert set(self.cells.noted_outcomes()) <= {cell.cell_id for cell in CELLS}

    @invariant()
    def what_is_shown_is_the_sum_of_what_is_known(self) -> None:
        """Every sum follows from the outcomes, and from what the cells without one have cost before."""
        cells, purse = self.cells, self.cells.purse
        asks = {ask.cell.cell_id: ask.cost_usd for ask in (*cells.waiting, *cells.begun.values())}
        asks |= {cell_id: job.ask.cost_usd for cell_id, job in cells.under_way.items()}
        ended = {cell_id: outcome.cost_usd for cell_id, outcome in cells.outcomes.items() if cell_id not in asks}
        assert purse.cost_usd == sum((asks | ended).values())
        assert purse.reserved_usd == PRICE_USD * len(cells.under_way)
        assert purse.committed_usd == purse.cost_usd + PRICE_USD * (len(cells.under_way) + len(cells.begun))
        assert cells.tally.cost_usd == purse.cost_usd


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=40, stateful_step_count=20)
