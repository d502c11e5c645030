"""The ledger of a campaign: what is known of each cell, durable, on the campaign's own storage."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, TypeVar

from pydantic import ValidationError

from tasks.clients.storage import CampaignStore
from tasks.models.cell import Cell, with_own_ids
from tasks.models.ledger import (
    ANSWERS,
    BETTER_KNOWN,
    ENDS,
    INTENTS,
    OUTCOMES_KEY,
    RELEASED,
    SANDBOX_MARK,
    Answered,
    End,
    Intent,
    Intents,
    Known,
    Look,
    Released,
    Turn,
    latest_ends,
    newest_after,
)
from tasks.models.outcome import Outcome
from tasks.models.published import PUBLISHED_KEY, Published
from tasks.models.record import Record

READERS: Final = 32

K = TypeVar("K")
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Ledger:
    """Reads and writes the records of a campaign's cells for one run. Every method may raise StorageFailed."""

    store: CampaignStore
    run_id: str

    def load(self, cells: Sequence[Cell]) -> Known:
        """What is known of these cells: a listing of the ends, one of the intents, and one file.

        Outcomes that the file does not hold, since the run that made them was killed, are read one by one, and so are
        the intents of what has not ended, or has under an earlier version: they tell whose request an id stands for. A
        turn whose end is damaged counts as one that has not ended.
        """
        ended, intents = self.store.names(ENDS), Intents.of(self.store.names(INTENTS))
        outcomes = self._outcomes(latest_ends(ended, intents.released))
        ends = {cell_id: End(Turn(cell_id, outcome.turn), outcome.status) for cell_id, outcome in outcomes.items()}
        turns, released = newest_after(intents.begun, ends), newest_after(intents.released, ends)
        asked = turns | {cell_id: ends[cell_id].turn for cell_id, one in outcomes.items() if one.request_sha256 is None}
        read = dict(zip(asked, self._each(list(asked.values()), self.read_intent), strict=True))
        held = {cell_id: outcome.request_sha256 for cell_id, outcome in outcomes.items()}
        held |= {cell_id: intent.request_sha256 if intent else held.get(cell_id) for cell_id, intent in read.items()}
        own = with_own_ids(cells, held)
        wanted = {cell.cell_id for cell in own}
        lost = [read[cell_id] for cell_id in turns if cell_id not in wanted]
        return Known(
            cells=own,
            outcomes={
                cell_id: outcome.model_copy(update={"request_sha256": held[cell_id]})
                for cell_id, outcome in outcomes.items()
                if cell_id in wanted
            },
            open={cell_id: turn.number for cell_id, turn in turns.items() if cell_id in wanted},
            released={cell_id: turn.number for cell_id, turn in released.items() if cell_id in wanted},
            left=tuple(outcome for cell_id, outcome in outcomes.items() if cell_id not in wanted),
            left_open={cell_id: turn.number for cell_id, turn in turns.items() if cell_id not in wanted},
            left_open_usd=sum((intent.price_usd for intent in lost if intent is not None), Decimal(0)),
        )

    def _outcomes(self, ends: Mapping[str, End]) -> dict[str, Outcome]:
        """The outcome of each of these ends that can be read."""
        copies = self._copied_outcomes() if ends else {}
        outcomes: dict[str, Outcome] = {}
        missing: list[str] = []
        for cell_id, (turn, status) in ends.items():
            copy = copies.get(cell_id)
            if copy is not None and (copy.turn, copy.status) == (turn.number, status):
                outcomes[cell_id] = copy
            else:
                missing.append(turn.key(ENDS, status))
        read = self._each(missing, lambda key: self._read(key, Outcome))
        return outcomes | {outcome.cell_id: outcome for outcome in read if outcome is not None}

    def intend(self, cell: Cell, turn: int) -> bool:
        """Own the cell's turn, durably, before its request leaves; False where another run does."""
        intent = Intent(
            cell_id=cell.cell_id,
            turn=turn,
            run_id=self.run_id,
            price_usd=cell.price_usd,
            request_sha256=cell.request_sha256,
            at=datetime.now(UTC),
        )
        key = Turn(cell.cell_id, turn).key(INTENTS)
        return self.store.create(key, intent.model_dump_json().encode())

    def release(self, cell_id: str, turn: int) -> None:
        """Give a turn back that is this run's, if it is, and of which nothing was or will be paid.

        It is never asked for again: the next to ask for the cell does so in the next turn.
        """
        if self.read_owner(cell_id, turn) == self.run_id:
            mark = Released(run_id=self.run_id, at=datetime.now(UTC))
            self.store.create(Turn(cell_id, turn).key(INTENTS, RELEASED), mark.model_dump_json().encode())

    def is_released(self, cell_id: str, turn: int) -> bool:
        """Whether a turn was given back by its owner."""
        try:
            self.store.read(Turn(cell_id, turn).key(INTENTS, RELEASED))
        except FileNotFoundError:
            return False
        return True

    def read_intent(self, turn: Turn) -> Intent | None:
        """What was noted before the request of a turn left; None where there is nothing that can be read."""
        return self._read(turn.key(INTENTS), Intent)

    def read_owner(self, cell_id: str, turn: int) -> str | None:
        """The run that owns a turn; None where nobody does, and no run's name where the intent is damaged."""
        try:
            data = self.store.read(Turn(cell_id, turn).key(INTENTS))
        except FileNotFoundError:
            return None
        try:
            return Intent.model_validate_json(data).run_id
        except ValidationError:
            return ""

    def note_answer(self, answered: Answered) -> None:
        """Keep the answer until its image is stored: whoever comes after a crash can still download it."""
        self.store.write(Turn(answered.cell_id, answered.turn).key(ANSWERS), answered.model_dump_json().encode())

    def read_answer(self, cell_id: str, turn: int) -> Answered | None:
        """The answer of a turn that was noted; None where there is none that can be read."""
        return self._read(Turn(cell_id, turn).key(ANSWERS), Answered)

    def last_answer(self, cell_id: str, turn: int) -> Answered | None:
        """The answer of a turn or, where it has none, of the last one before it that has."""
        return next(filter(None, (self.read_answer(cell_id, number) for number in range(turn, 0, -1))), None)

    def note_end(self, outcome: Outcome) -> None:
        """How the turn ended."""
        key = Turn(outcome.cell_id, outcome.turn).key(ENDS, outcome.status)
        self.store.write(key, outcome.model_dump_json().encode())

    def read_end(self, cell_id: str, turn: int) -> Outcome | None:
        """How a turn ended, if it has; reads no more than it must."""
        keys = (Turn(cell_id, turn).key(ENDS, status) for status in BETTER_KNOWN)
        return next(filter(None, (self._read(key, Outcome) for key in keys)), None)

    def look_at(self, cell_id: str, turn: int) -> Look:
        """How one turn stands at this moment."""
        outcome = self.read_end(cell_id, turn)
        if outcome is not None and outcome.status != "unknown":
            return Look(outcome)
        if self.is_released(cell_id, turn):
            return Look(is_released=True)
        return Look(outcome, self.read_owner(cell_id, turn) if outcome is None else None)

    def copy_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Keep a copy of all outcomes in one file, for the next resume."""
        self.store.write(OUTCOMES_KEY, "\n".join(outcome.model_dump_json() for outcome in outcomes).encode())

    def keep_published(self, published: Published) -> None:
        """Keep what the manifest and the page were made of, so that they can be made again without the matrix."""
        kept = published.after(self.read_published())
        self.store.write(PUBLISHED_KEY, kept.model_dump_json(exclude_none=True).encode())

    def read_published(self) -> Published | None:
        """The campaign as it was last published; None where it never was, or by a version that kept none."""
        return self._read(PUBLISHED_KEY, Published)

    def is_sandbox(self) -> bool:
        """Whether everything in the campaign's folder was made with the sandbox."""
        folder, _, name = SANDBOX_MARK.rpartition("/")
        return name in self.store.names(folder)

    def _copied_outcomes(self) -> dict[str, Outcome]:
        try:
            lines = self.store.read(OUTCOMES_KEY).splitlines()
            outcomes = [Outcome.model_validate_json(line) for line in lines]
        except (FileNotFoundError, ValidationError):
            return {}
        return {outcome.cell_id: outcome for outcome in outcomes}

    def _read(self, key: str, kind: type[R]) -> R | None:
        """The record under `key`; None where there is none, or none that can be read any more."""
        try:
            return kind.model_validate_json(self.store.read(key))
        except (FileNotFoundError, ValidationError):
            return None

    @staticmethod
    def _each(keys: list[K], read: Callable[[K], R | None]) -> list[R | None]:
        with ThreadPoolExecutor(READERS, "ledger") as pool:
            return list(pool.map(read, keys))
