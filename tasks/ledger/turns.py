"""The records of one turn of a cell: who owns it, what was answered, how it ended."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import ValidationError

from tasks.ledger.names import BETTER_KNOWN, RELEASED, Turn
from tasks.ledger.records import Answered, Intent, Look, Released
from tasks.records.cell import Cell
from tasks.records.keys import ANSWERS, ENDS, INTENTS
from tasks.records.outcome import SANDBOX, Outcome
from tasks.storage.storage import CampaignStore


@dataclass(frozen=True)
class Turns:
    """Reads and writes the records of single turns for one run. Every method may raise StorageFailed."""

    store: CampaignStore
    run_id: str
    made_by: str | None = field(default=None, kw_only=True)
    """What this run asks for its images; None where it does not say."""

    @property
    def is_paid(self) -> bool:
        """Whether what the sandbox has drawn is nothing to this run, wherever it should come from."""
        return self.made_by not in {None, SANDBOX}

    def intend(self, cell: Cell, turn: int) -> bool:
        """Own the cell's turn, durably, before its request leaves; False where another run does."""
        return self.note_intent(self.intent_of(cell, turn))

    def take(self, cell: Cell, turn: int) -> None:
        """Own a turn in the place of a run that is taken for dead: should it wake, it sends nothing more in it."""
        self.store.write(Turn(cell.cell_id, turn).key(INTENTS), self.intent_of(cell, turn).model_dump_json().encode())

    def note_intent(self, intent: Intent) -> bool:
        """Note what is noted before a request leaves, unless the turn is somebody's; whether it was not."""
        return self.store.create(Turn(intent.cell_id, intent.turn).key(INTENTS), intent.model_dump_json().encode())

    def intent_of(self, cell: Cell, turn: int) -> Intent:
        """What is noted before this run's request leaves."""
        return Intent(
            cell_id=cell.cell_id,
            turn=turn,
            run_id=self.run_id,
            price_usd=cell.price_usd,
            request_sha256=cell.request_sha256,
            at=datetime.now(UTC),
            made_by=self.made_by,
        )

    def release(self, cell_id: str, turn: int) -> None:
        """Give a turn back that is this run's, if it is, and of which nothing was or will be paid.

        It is never asked for again: the next to ask for the cell does so in the next turn.
        """
        if self.read_owner(cell_id, turn) == self.run_id:
            self.mark_released(cell_id, turn)

    def mark_released(self, cell_id: str, turn: int) -> None:
        """Note that nothing was or will be paid in a turn that was this run's, whoever has taken it over since."""
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
        return self.store.read_record(turn.key(INTENTS), Intent)

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
        answered = self.store.read_record(Turn(cell_id, turn).key(ANSWERS), Answered)
        return None if answered is None or self.is_nothing(answered) else answered

    def last_answer(self, cell_id: str, turn: int) -> Answered | None:
        """The answer of a turn or, where it has none, of the last one before it that has."""
        return next(filter(None, (self.read_answer(cell_id, number) for number in range(turn, 0, -1))), None)

    def note_end(self, outcome: Outcome) -> Outcome:
        """Note how a turn ended. Returns what stands: the end that another run has noted, where that is the same."""
        key, record = Turn(outcome.cell_id, outcome.turn).key(ENDS, outcome.status), outcome.model_dump_json().encode()
        if self.store.create(key, record):
            return outcome
        there = self.store.read_record(key, Outcome)
        if there is not None and there.says_the_same(outcome):
            return there
        self.store.write(key, record)
        return outcome

    def read_end(self, cell_id: str, turn: int) -> Outcome | None:
        """How a turn ended, if it has; reads no more than it must."""
        keys = (Turn(cell_id, turn).key(ENDS, status) for status in BETTER_KNOWN)
        ends = filter(None, (self.store.read_record(key, Outcome) for key in keys))
        return next((end for end in ends if not self.is_nothing(end)), None)

    def is_nothing(self, record: Intent | Answered | Outcome) -> bool:
        """Whether a record is the sandbox's, and this run's images are paid."""
        is_drawing = record.is_drawing if isinstance(record, Outcome) else record.made_by == SANDBOX
        return self.is_paid and is_drawing

    def look_at(self, cell_id: str, turn: int) -> Look:
        """How one turn stands at this moment."""
        outcome = self.read_end(cell_id, turn)
        if (outcome is None or outcome.status == "unknown") and self.is_released(cell_id, turn):
            return Look(is_released=True)
        if outcome is not None and outcome.status == "unknown" and self.read_answer(cell_id, turn) is not None:
            return Look(owner="")
        if outcome is None:
            return Look(owner=self.read_owner(cell_id, turn))
        return Look(outcome.less([number for number in outcome.in_doubt if self.is_released(cell_id, number)]))
