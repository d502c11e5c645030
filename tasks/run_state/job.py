"""A job: the work of this run on one cell, handed on from hop to hop until its one end."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tasks.errors import CellError, OriginalUnreadable
from tasks.images.cut_image import Cuts
from tasks.ledger.names import Turn
from tasks.ledger.records import Answered
from tasks.ledger.resume import Ask
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome, StoredOriginal
from tasks.run_state.image_in_hand import ImageInHand
from tasks.run_state.known_cuts import NO_CUTS, KnownCuts
from tasks.run_state.stage import Stage
from tasks.run_state.told import told


class Job:
    """What outlives one attempt at a cell, and is no business of Prefect's database.

    No dataclass: Prefect looks into those that a task is given, and would walk through the pixels.
    """

    def __init__(self, ask: Ask, made_by: str | None = None) -> None:
        self.ask = ask
        self.made_by = made_by
        """What is asked for its image: `sandbox`, or the API's host."""
        self.stage = Stage.IDLE
        self.started_at = datetime.now(UTC)
        self.attempts = 0
        self.is_asked = False
        """Whether this run has sent a request for it, or has been about to."""
        self.owning: asyncio.Future[bool] | None = None
        """The writing of its intent, which goes on when the waiting for it is cut off."""
        self.answered = asyncio.Event()
        """Set when the API's answer has come, and with it the slot in flight is free for another."""
        self.stored = asyncio.Event()
        """Set when its original is stored."""
        self.answer: Answered | None = None
        self.is_answer_noted = False
        """Whether the storage has it, so that whoever comes next can still fetch its image."""
        self.in_hand = ImageInHand()
        self.original: StoredOriginal | None = None
        self.cuts = NO_CUTS
        self.paid_number: int | None = None
        """Which of the images that this run has paid is this; None where it was not asked for, or not answered."""
        self.outcome: Outcome | None = None
        """How it ended: made once, by the hook of the callbacks or by the run, whichever comes first."""
        self.noting: asyncio.Future[Outcome] | None = None
        """The writing of that end, which goes on when the waiting for it is cut off."""

    @property
    def cell(self) -> Cell:
        """The cell itself."""
        return self.ask.cell

    @property
    def turn(self) -> Turn:
        """The time of asking that it is."""
        return Turn(self.cell.cell_id, self.ask.turn)

    @property
    def cost_usd(self) -> Decimal:
        """What the cell has cost in all its turns, if this one is paid."""
        return self.ask.cost_usd + self.cell.price_usd

    @property
    def is_paid(self) -> bool:
        """Whether the API has answered with its image."""
        return self.stage >= Stage.ANSWERED

    @property
    def is_owned(self) -> bool:
        """Whether its turn was, at one time at least, this run's."""
        owning = self.owning
        if owning is None or not owning.done() or owning.cancelled() or owning.exception() is not None:
            return False
        return owning.result()

    def own(self, owning: asyncio.Future[bool]) -> None:
        """Its intent is being written."""
        self.owning = owning

    def use_paid(self, turn: int) -> None:
        """It uses an image that an earlier turn has paid for."""
        self.ask = self.ask.of_paid(turn)

    def send(self) -> None:
        """A request is about to leave."""
        self.attempts += 1
        self.is_asked = True
        self.stage = Stage.SENT

    def keep_back(self) -> None:
        """The request has not left after all."""
        self.attempts -= 1
        self.stage = Stage.IDLE

    def turn_away(self) -> None:
        """The request was turned away, and nothing was done for it."""
        self.stage = Stage.IDLE

    def doubt(self) -> None:
        """Another run has asked, and nobody knows whether that was paid."""
        self.ask, self.stage = self.ask.doubted(), Stage.SENT

    def accept(self, answer: Answered) -> None:
        """The API has accepted to draw it, for this run or for one that is no more. The slot stays held."""
        self.answer = answer
        self.attempts = answer.attempts - self.ask.attempts
        self.stage = Stage.ACCEPTED

    def pay(self, answer: Answered, number: int | None = None) -> None:
        """The answer has come: to this run, where its `number` is given, or to one that is no more."""
        self.answer = answer
        self.paid_number = number
        self.attempts = answer.attempts - self.ask.attempts
        self.stage = Stage.ANSWERED
        self.answered.set()

    def answer_is_noted(self) -> None:
        """Whoever comes next can fetch its image."""
        self.is_answer_noted = True

    def store(self, original: StoredOriginal, cuts: KnownCuts = NO_CUTS) -> None:
        """Its original is stored; `cuts`: what was cut from it before."""
        self.original, self.cuts, self.stage = original, cuts, Stage.STORED
        self.answered.set()
        self.stored.set()

    def read(self, original: StoredOriginal) -> None:
        """Its original was read again, and tells more of itself."""
        self.original = original

    def cut(self, cuts: Cuts) -> None:
        """Its variants are stored."""
        self.cuts = self.cuts.and_now(cuts)

    def done(self, original: StoredOriginal, variants: dict[str, str]) -> Outcome:
        """Its end with all its files stored."""
        return self._ended(
            status="done",
            original=original,
            variants=variants,
            **self.cuts.fields(),
            cost_usd=self.cost_usd,
            attempts=original.attempts,
            started_at=original.started_at,
            made_by=original.made_by,
        )

    def failed(self, error: Exception) -> Outcome:
        """Its end by `error`. What was answered was paid, whatever went wrong after it.

        An original that cannot be read is none, or a run that tries the cell again would only cut it again.
        """
        is_billed = self.is_paid or getattr(error, "is_billed", self.stage >= Stage.SENT)
        return self._ended(
            status=error.status if isinstance(error, CellError) else "failed",
            original=None if isinstance(error, OriginalUnreadable) else self.original,
            kept=getattr(error, "kept", None) or self.ask.kept,
            cost_usd=self.cost_usd if is_billed else self.ask.cost_usd,
            attempts=self.ask.attempts + self.attempts,
            error=told(error),
            started_at=self.started_at,
            made_by=self.original.made_by if self.original is not None else self.made_by,
            request_id=getattr(error, "request_id", None),
        )

    def note(self, noting: asyncio.Future[Outcome]) -> None:
        """Its end is being written."""
        self.noting = noting

    def stands(self, outcome: Outcome) -> Outcome:
        """The end that stands in the ledger: its own, or one that was there before."""
        self.outcome = outcome
        return outcome

    def _ended(self, **fields: Any) -> Outcome:  # noqa: ANN401  the rest of an outcome
        """The one end of this job: whoever comes second is given the first."""
        self.outcome = self.outcome or Outcome(
            cell_id=self.cell.cell_id,
            turn=self.ask.turn,
            in_doubt=dict(self.ask.in_doubt),
            finished_at=datetime.now(UTC),
            request_sha256=self.cell.request_sha256,
            **fields,
        )
        return self.outcome
