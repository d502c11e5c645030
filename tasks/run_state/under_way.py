"""A cell between its start and its end."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from PIL import Image

from tasks.ledger.records import Answered
from tasks.ledger.resume import Ask
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome


@dataclass
class UnderWay:
    """What outlives one attempt at a cell, and is no business of Prefect's database."""

    ask: Ask
    made_by: str | None = None
    """What is asked for its image: `sandbox`, or the API's host."""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    attempts: int = 0
    is_asked: bool = False
    """Whether this run has sent a request for it, or has been about to."""
    is_sent: bool = False
    """Whether a request is out whose answer is not known: from then on it may have been paid."""
    owning: "asyncio.Future[bool] | None" = None
    """The writing of its intent, which goes on when the waiting for it is cut off."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the API's answer has come, and with it the place in flight is free for another."""
    answer: Answered | None = None
    is_answer_noted: bool = False
    """Whether the storage has it, so that whoever comes next can still fetch its image."""
    in_hand: tuple[Answered, bytes] | None = None
    """An image that was downloaded and lies nowhere yet, with the answer that led to it."""
    paid_number: int | None = None
    """Which of the images that this run has paid is this; None where it was not asked for, or not answered."""
    outcome: Outcome | None = None
    """How it ended: made once, by the hook of the callbacks or by the run, whichever comes first."""
    noting: "asyncio.Future[Outcome] | None" = None
    """The writing of that end, which goes on when the waiting for it is cut off."""
    holds_pixels: bool = False
    """Whether its image is decoded on arrival, and kept so until it is cut."""
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
    def is_owned(self) -> bool:
        """Whether its turn was, at one time at least, this run's."""
        owning = self.owning
        if owning is None or not owning.done() or owning.cancelled() or owning.exception() is not None:
            return False
        return owning.result()

    def drop_pixels(self) -> None:
        """Leave their room to another."""
        self.holds_pixels, self.image = False, None

    @property
    def is_idle(self) -> bool:
        """Whether no request for it is out and none was answered: it can be given back as if never begun."""
        return not self.is_sent and not self.answered.is_set()
