"""The cells of one run, and where each of them stands: the one place where a run keeps what changes."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from tasks.errors import BudgetReached, CampaignStopped
from tasks.ledger.records import Answered
from tasks.ledger.resume import Ask
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome, Outcomes, StoredOriginal
from tasks.reporting.tally import Tally
from tasks.run_state.api_health import ApiHealth
from tasks.run_state.others import Others
from tasks.run_state.paid_images import PaidImages
from tasks.run_state.under_way import UnderWay

PIXELS_HELD_MAX: Final = 32
"""So many images are held decoded, some 4 MB each, between their arrival and their cut."""


@dataclass
class Workload:
    """Every cell of the campaign is waiting, begun by another run, under way, or ended."""

    cells: tuple[Cell, ...]
    """In matrix order."""
    tally: Tally
    budget_usd: Decimal | None = None
    """What the campaign may cost in all its runs."""
    made_by: str | None = None
    """What is asked for the images: `sandbox`, or the API's host."""
    left: tuple[Outcome, ...] = ()
    """Of cells that the matrix does not ask for any more."""
    elsewhere: tuple[Cell, ...] = ()
    """The cells of the campaign that are other shards' to make."""
    prices: dict[str, Decimal] = field(default_factory=dict)
    """The price of each cell that any run of the campaign may make."""
    left_open: dict[str, int] = field(default_factory=dict)
    """The open turns of cells that the matrix does not ask for any more."""
    left_usd: Decimal = Decimal(0)
    """What has, or may have, been spent on such cells."""
    spent_usd: Decimal = Decimal(0)
    """What the requests of this run have cost, of those that have ended."""
    reserved_usd: Decimal = Decimal(0)
    """The price of what is under way: set aside before a request leaves, so that many at once cannot overshoot."""
    doubted_usd: Decimal = Decimal(0)
    """The price of attempts that were tried again and may have been billed all the same."""
    waiting: deque[Ask] = field(default_factory=deque)
    begun: dict[str, Ask] = field(default_factory=dict)
    """Asked for by another run that has not ended them."""
    under_way: dict[str, UnderWay] = field(default_factory=dict)
    spare: dict[str, Answered] = field(default_factory=dict)
    """Answers to this run of cells that another has taken over: of use where that one comes to no image."""
    others: Others = field(default_factory=Others)
    stored: asyncio.Queue[StoredOriginal] = field(default_factory=asyncio.Queue)
    """Originals whose variants are to be cut."""
    outcomes: Outcomes = field(default_factory=Outcomes)
    not_noted: set[str] = field(default_factory=set)
    """Cells whose outcome is shown and not in the ledger: the next run finds out how they end."""
    lanes: set[int] = field(default_factory=set)
    """The numbers of the lanes that hold a place in flight."""
    grants: int = 0
    """How often a lane was granted its place or gave it back."""
    is_contended: bool = False
    """Whether others want the places that this run holds."""
    server_lost_at: float | None = None
    """Since when Prefect's server grants nothing because it does not answer, by the monotonic clock."""
    stopped_by: CampaignStopped | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with `stopped_by`."""
    halted_by: CampaignStopped | None = None
    """Why no request may leave any more, also for cells that were started."""
    halting: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with `halted_by`."""
    api: ApiHealth = field(default_factory=ApiHealth)
    paid: PaidImages = field(default_factory=PaidImages)

    @property
    def has_cells_waiting(self) -> bool:
        """Whether a lane that asked for a place would have something to do with it."""
        return bool(self.waiting) and self.stopped_by is None

    @property
    def has_room_for_pixels(self) -> bool:
        """Whether one more image may be held decoded until it is cut."""
        return sum(each.holds_pixels for each in self.under_way.values()) < PIXELS_HELD_MAX

    def known_turns(self) -> dict[str, int]:
        """The newest turn of each cell whose price is in this run's sums."""
        left = ((outcome.cell_id, outcome.turn) for outcome in self.left)
        begun = ((cell_id, ask.turn) for cell_id, ask in self.begun.items())
        under_way = ((cell_id, one.ask.turn) for cell_id, one in self.under_way.items())
        return self.left_open | dict(left) | self.outcomes.turns | dict(begun) | dict(under_way)

    @property
    def committed_usd(self) -> Decimal:
        """What is spent, or will be if everything under way is paid, or may have been, here and in other runs."""
        elsewhere = sum((ask.cell.price_usd for ask in self.begun.values()), Decimal(0))
        return self.tally.cost_usd + self.reserved_usd + elsewhere + self.left_usd + self.doubted_usd

    def take_place(self, lane: int) -> None:
        """A lane was granted its place."""
        self.lanes.add(lane)
        self.grants += 1

    def give_place(self, lane: int) -> None:
        """A lane gives its place back."""
        self.lanes.discard(lane)
        self.grants += 1

    def next_cell(self) -> UnderWay | None:
        """Start the next cell that the budget allows; None when none is left, or none is to be started any more."""
        if not self.has_cells_waiting:
            return None
        price_usd = self.waiting[0].cell.price_usd
        if self.budget_usd is not None and self.committed_usd + price_usd > self.budget_usd:
            self.stop(BudgetReached(self.budget_usd, self.committed_usd, price_usd, doubted_usd=self.doubted_usd))
            return None
        return self.start(self.waiting.popleft())

    def start(self, ask: Ask) -> UnderWay:
        """Put a cell under way, its price set aside until it leaves."""
        self.reserved_usd += ask.cell.price_usd
        self.under_way[ask.cell.cell_id] = under_way = UnderWay(ask, self.made_by)
        return under_way

    def stop(self, fault: CampaignStopped) -> None:
        """Start no more cells; the first reason given is the one that is told.

        At the budget's limit the cells that were started go on, their price is set aside; otherwise none is sent.
        """
        self.stopped_by = self.stopped_by or fault
        self.stopping.set()
        if not isinstance(fault, BudgetReached):
            self.halted_by = self.halted_by or fault
            self.halting.set()

    def heard(self) -> None:
        """The API has worked on a request, whatever came of it."""
        self.api.heard()
        self.tally.trouble = ""

    def not_heard(self) -> None:
        """A request was sent and got no answer."""
        if away := self.api.not_heard():
            self.stop(away)

    def is_cut_off(self, under_way: UnderWay) -> bool:
        """Whether the API has worked on nothing since this cell was started, and there are others to try instead."""
        others = (other for other in self.under_way.values() if other is not under_way and not other.answered.is_set())
        return self.api.is_silent_since(under_way.started_at) and (bool(self.waiting) or any(others))

    def is_worth_another(self, cell_id: str) -> bool:
        """Whether it may be this cell that the API does not like: put off, it lets the others try."""
        return self.api.is_worth_another(cell_id, (ask.cell.cell_id for ask in self.waiting))

    def raise_if_halted(self) -> None:
        """Raise why no request may leave any more, if none may."""
        if self.halted_by is not None:
            raise self.halted_by

    def doubt(self, under_way: UnderWay) -> None:
        """An attempt was turned away, and that does not prove that it is not billed."""
        self.doubted_usd += under_way.cell.price_usd

    def raise_if_unaffordable(self, under_way: UnderWay) -> None:
        """Raise BudgetReached where one more attempt at a cell might cost more than is left."""
        price_usd, committed_usd = under_way.cell.price_usd, self.committed_usd
        if self.budget_usd is not None and committed_usd > self.budget_usd:
            doubted_usd = self.doubted_usd
            raise BudgetReached(self.budget_usd, committed_usd - price_usd, price_usd, doubted_usd=doubted_usd)

    def leave(self, cell_id: str) -> UnderWay | None:
        """The cell is no longer under way; what was set aside for it is free. None where it had left already."""
        under_way = self.under_way.pop(cell_id, None)
        if under_way is not None:
            self.reserved_usd -= under_way.cell.price_usd
        return under_way

    def noted_outcomes(self) -> Outcomes:
        """The outcomes that stand."""
        return self.outcomes.copy(without=self.not_noted)

    def settle(self, outcome: Outcome, *, is_noted: bool = True) -> None:
        """Note how a cell that is under way ended, and what it cost in this run; once, whoever else comes to say so."""
        under_way = self.leave(outcome.cell_id)
        if under_way is None:
            return
        cost_usd = outcome.cost_usd - under_way.ask.cost_usd
        self.tally.cost_usd += cost_usd
        if under_way.is_asked:
            self.spent_usd += cost_usd
        self.outcomes[outcome.cell_id] = outcome
        if not is_noted:
            self.not_noted.add(outcome.cell_id)
        self.tally.count(outcome)
