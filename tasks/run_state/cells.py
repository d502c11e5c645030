"""The cells of one run, and where each of them stands: the one place where that changes, and with it the purse."""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from tasks.ledger.records import Answered, Known
from tasks.ledger.resume import Ask, Standing
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome, Outcomes
from tasks.run_state.job import Job
from tasks.run_state.known_cuts import KnownCuts
from tasks.run_state.purse import Purse
from tasks.run_state.tally import Tally

PIXELS_HELD_MAX: Final = 32
"""So many images, of some 4 MB each, are kept decoded between their arrival and their cut."""


@dataclass
class Cells:
    """Every cell is waiting, begun by another run, under way, or ended."""

    planned: tuple[Cell, ...]
    """In matrix order."""
    purse: Purse
    tally: Tally
    made_by: str | None = None
    """What is asked for the images: `sandbox`, or the API's host."""
    elsewhere: tuple[Cell, ...] = ()
    """The cells of the campaign that are other shards' to make."""
    orphaned: tuple[Outcome, ...] = ()
    """Of cells that the matrix does not ask for any more."""
    former: int = 0  # how many images of those lie among the files that are handed on
    waiting: deque[Ask] = field(default_factory=deque)
    begun: dict[str, Ask] = field(default_factory=dict)  # asked for by another run that has not ended them
    under_way: dict[str, Job] = field(default_factory=dict)
    left: dict[str, Ask] = field(default_factory=dict)  # drawn by the API, for the next run to fetch
    outcomes: Outcomes = field(default_factory=Outcomes)
    _orphaned_open: dict[str, int] = field(default_factory=dict)
    _spare: dict[str, Answered] = field(default_factory=dict)
    _not_noted: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """All of them wait, until more is known."""
        self.waiting.extend(Ask(cell, 1) for cell in self.planned)

    def share(self, whole: Iterable[Cell]) -> None:
        """The rest of the `whole` campaign is other shards' to make."""
        here = {cell.cell_id for cell in self.planned}
        self.elsewhere = tuple(cell for cell in whole if cell.cell_id not in here)

    def know(self, known: Known) -> None:
        """Take over what the ledger knows: under which id each cell goes, and what the matrix does not ask for."""
        count = len(self.planned)
        self.planned, self.elsewhere = known.cells[:count], known.cells[count:]
        self.orphaned, self._orphaned_open = known.orphaned, known.orphaned_open
        self.purse.know(known.cells, known.orphaned_usd)
        self.waiting.clear()

    def take_up(self, now: Standing) -> None:
        """Put each cell where the ledger says that it stands. One that is only to be cut is under way at once."""
        for outcome in (*now.ended, *now.earlier):
            self.revise(outcome.cell_id, outcome)
        for outcome in now.ended:
            self.tally.take_over(outcome)
        for cell, outcome, original in now.to_cut:
            before = KnownCuts.before(outcome, now.left[cell.cell_id])
            self.start(Ask.after(cell, outcome.turn, outcome).of_paid(outcome.turn)).store(original, before)
        for ask in now.to_ask:
            self.wait(ask)
        for ask in now.begun:
            self.expect(ask)

    def rename(self, ask: Ask) -> None:
        """Have a cell wait under its next longer id, because another run has used this id for another request."""
        shorter = ask.cell.cell_id
        longer = ask.cell.possible_ids[ask.cell.possible_ids.index(shorter) + 1]
        cell = ask.cell.model_copy(update={"cell_id": longer})
        self.planned = tuple(cell if one.cell_id == shorter else one for one in self.planned)
        self.purse.rename(shorter, cell)
        self.wait(Ask(cell, 1))

    def wait(self, ask: Ask) -> None:
        """A cell is to be asked for, after those that wait already."""
        self.waiting.append(ask)
        self._count(ask.cell.cell_id, ask.cost_usd)

    def expect(self, ask: Ask) -> None:
        """Another run has begun a cell, and this run waits for its end."""
        self.begun[ask.cell.cell_id] = ask
        self.purse.expect(ask.cell.cell_id, ask.cell.price_usd)
        self._count(ask.cell.cell_id, ask.cost_usd)

    def expect_no_more(self, cell_id: str) -> None:
        """Wait no longer for the end that another run makes of a cell."""
        del self.begun[cell_id]
        self.purse.expect(cell_id, Decimal(0))

    def start(self, ask: Ask) -> Job:
        """Put a cell under way. Its price is set aside until its job leaves."""
        job = self.under_way[ask.cell.cell_id] = Job(ask, self.made_by)
        self.purse.reserve(ask.cell.cell_id, ask.cell.price_usd)
        self._count(ask.cell.cell_id, ask.cost_usd)
        return job

    def start_next(self) -> Job:
        """Put the cell under way that waits first."""
        return self.start(self.waiting.popleft())

    def use_paid(self, job: Job, turn: int) -> None:
        """A job uses an image that an earlier turn has paid for, so the cell costs no more than it has cost."""
        job.use_paid(turn)
        self._count(job.cell.cell_id, job.ask.cost_usd)

    def leave(self, job: Job) -> bool:
        """Take a job out of what is under way, and set nothing aside for it. False where it had left already."""
        if self.under_way.get(job.cell.cell_id) is not job:
            return False
        del self.under_way[job.cell.cell_id]
        self.purse.reserve(job.cell.cell_id, Decimal(0))
        return True

    def put_off(self, job: Job) -> None:
        """Leave a job to the next run. Its price stays set aside."""
        if self.leave(job):
            self.left[job.cell.cell_id] = job.ask
            self.purse.expect(job.cell.cell_id, job.cell.price_usd)

    def hand_over(self, job: Job, later: Ask) -> None:
        """Leave a job to another run: expect its `later` turn, and keep the answer of this one, if it has come."""
        if self.leave(job):
            if job.answer is not None:
                self._spare[job.cell.cell_id] = job.answer
            if job.is_asked:
                self.purse.spend(job.turn, later.cost_usd - job.ask.cost_usd)
            self.expect(later)

    def take_spare(self, cell_id: str) -> Answered | None:
        """The answer that this run has to a cell that another took over. It is given out once."""
        return self._spare.pop(cell_id, None)

    def settle(self, job: Job, outcome: Outcome, *, is_noted: bool = True) -> None:
        """Count how a job ended, and what it cost in this run. A second call for the same job does nothing."""
        if not self.leave(job):
            return
        if job.is_asked:
            self.purse.spend(job.turn, outcome.cost_usd - job.ask.cost_usd)
        self._not_noted |= set() if is_noted else {outcome.cell_id}
        self.revise(outcome.cell_id, outcome)
        self.tally.count(outcome)

    def try_again(self, job: Job, outcome: Outcome) -> None:
        """A job has ended, and its cell waits for the next turn. This `outcome` stands until that turn has ended."""
        self.leave(job)
        self.revise(outcome.cell_id, outcome)
        self.wait(Ask.after(job.cell, outcome.turn + 1, outcome))

    def revise(self, cell_id: str, outcome: Outcome | None) -> None:
        """Replace the outcome of a cell; None means that it has not ended after all."""
        if outcome is not None:
            self.outcomes[cell_id] = outcome
        else:
            self.outcomes.pop(cell_id, None)
        self._count(cell_id, outcome.cost_usd if outcome is not None else Decimal(0))

    def correct(self, cell_id: str, outcome: Outcome | None) -> None:
        """Replace the outcome of a cell by the one that the ledger has."""
        self._not_noted.discard(cell_id)
        self.revise(cell_id, outcome)

    def wait_no_more(self, cell_ids: Collection[str]) -> None:
        """Those cells need not be asked for after all."""
        self.waiting = deque(ask for ask in self.waiting if ask.cell.cell_id not in cell_ids)

    def known_turns(self) -> dict[str, int]:
        """The newest turn of each cell whose price is in this run's sums."""
        left = ((outcome.cell_id, outcome.turn) for outcome in self.orphaned)
        begun = ((cell_id, ask.turn) for cell_id, ask in (self.begun | self.left).items())
        under_way = ((cell_id, job.ask.turn) for cell_id, job in self.under_way.items())
        return self._orphaned_open | dict(left) | self.outcomes.turns | dict(begun) | dict(under_way)

    def noted_outcomes(self) -> Outcomes:
        """The outcomes that are in the ledger, and not only shown."""
        return self.outcomes.copy(without=self._not_noted)

    def has_others(self, job: Job) -> bool:
        """Whether anything else waits, or is out without an answer."""
        return bool(self.waiting) or any(one is not job and not one.is_paid for one in self.under_way.values())

    def has_room_for_pixels(self) -> bool:
        """Whether one more image may be held decoded until it is cut."""
        return sum(job.in_hand.is_to_be_decoded for job in self.under_way.values()) < PIXELS_HELD_MAX

    def _count(self, cell_id: str, cost_usd: Decimal) -> None:
        """What a cell has cost so far."""
        self.purse.cost(cell_id, cost_usd)
        self.tally.cost_usd = self.purse.cost_usd
