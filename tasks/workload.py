"""The cells of one run, and where each of them stands: the one place where a run keeps what changes."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from PIL import Image

from tasks.errors import BudgetReached, CampaignStopped
from tasks.models.cell import Cell
from tasks.models.ledger import Answered
from tasks.models.outcome import Outcome, StoredOriginal
from tasks.resume_campaign import Ask
from tasks.tally import Tally


@dataclass
class UnderWay:
    """A cell between its start and its end: what outlives one attempt, and is no business of Prefect's database."""

    ask: Ask
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    attempts: int = 0
    is_sent: bool = False
    """Whether a request is out whose answer is not known: from then on it may have been paid."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the API's answer has come, and with it the place in flight is free for another."""
    answer: Answered | None = None
    image: Image.Image | None = None
    """Handed from download to cutting, so that nothing is decoded twice."""

    @property
    def cell(self) -> Cell:
        """The cell itself."""
        return self.ask.cell

    @property
    def cost_usd(self) -> Decimal:
        """What the cell has cost in all its turns, if this one is paid."""
        return self.ask.cost_usd + self.cell.price_usd

    @property
    def is_idle(self) -> bool:
        """Whether no request for it is out and none was answered: it can be given back as if never begun."""
        return not self.is_sent and not self.answered.is_set()


@dataclass
class Workload:
    """Every cell of the campaign is waiting, begun by another run, under way, or ended."""

    cells: tuple[Cell, ...]
    """In matrix order."""
    tally: Tally
    budget_usd: Decimal | None = None
    """What the campaign may cost in all its runs."""
    reserved_usd: Decimal = Decimal(0)
    """The price of what is under way: set aside before a request leaves, so that many at once cannot overshoot."""
    waiting: deque[Ask] = field(default_factory=deque)
    begun: dict[str, Ask] = field(default_factory=dict)
    """Asked for by another run that has not ended them."""
    under_way: dict[str, UnderWay] = field(default_factory=dict)
    stored: asyncio.Queue[StoredOriginal] = field(default_factory=asyncio.Queue)
    """Originals whose variants are to be cut."""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    stopped_by: CampaignStopped | None = None
    halted_by: CampaignStopped | None = None
    """Why no request may leave any more, also for cells that were started."""
    halting: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with `halted_by`."""

    @property
    def has_cells_waiting(self) -> bool:
        """Whether a lane that asked for a place would have something to do with it."""
        return bool(self.waiting) and self.stopped_by is None

    @property
    def committed_usd(self) -> Decimal:
        """What is spent, or will be if everything under way is paid, here and in other runs."""
        elsewhere = sum((ask.cell.price_usd for ask in self.begun.values()), Decimal(0))
        return self.tally.cost_usd + self.reserved_usd + elsewhere

    def next_cell(self) -> UnderWay | None:
        """Start the next cell that the budget allows; None when none is left, or none is to be started any more."""
        if not self.has_cells_waiting:
            return None
        price_usd = self.waiting[0].cell.price_usd
        if self.budget_usd is not None and self.committed_usd + price_usd > self.budget_usd:
            self.stop(BudgetReached(self.budget_usd, self.committed_usd, price_usd))
            return None
        return self.start(self.waiting.popleft())

    def start(self, ask: Ask) -> UnderWay:
        """Put a cell under way, its price set aside until it leaves."""
        self.reserved_usd += ask.cell.price_usd
        self.under_way[ask.cell.cell_id] = under_way = UnderWay(ask)
        return under_way

    def stop(self, fault: CampaignStopped) -> None:
        """Start no more cells; the first reason given is the one that is told.

        At the budget's limit the cells that were started go on, their price is set aside; otherwise none is sent.
        """
        self.stopped_by = self.stopped_by or fault
        if not isinstance(fault, BudgetReached):
            self.halted_by = self.halted_by or fault
            self.halting.set()

    def raise_if_halted(self) -> None:
        """Raise why no request may leave any more, if none may."""
        if self.halted_by is not None:
            raise self.halted_by

    def leave(self, cell_id: str) -> UnderWay | None:
        """The cell is no longer under way; what was set aside for it is free. None where it had left already."""
        under_way = self.under_way.pop(cell_id, None)
        if under_way is not None:
            self.reserved_usd -= under_way.cell.price_usd
        return under_way

    def settle(self, outcome: Outcome) -> None:
        """Note how a cell that is under way ended, and what it cost in this run; once, whoever else comes to say so."""
        under_way = self.leave(outcome.cell_id)
        if under_way is None:
            return
        self.tally.cost_usd += outcome.cost_usd - under_way.ask.cost_usd
        self.outcomes[outcome.cell_id] = outcome
        self.tally.count(outcome)
