"""What a run knows of one turn of a cell and could not note on the campaign's storage: kept on its own machine."""

from tasks.ledger.names import Turn
from tasks.ledger.records import Answered, Intent
from tasks.records.outcome import Outcome
from tasks.records.record import Record


def name_of(turn: Turn, run_id: str) -> str:
    """What the file of a turn is called that a run has kept."""
    return f"{turn.cell_id}.{turn.number}.{run_id}"


class Rescued(Record):
    """One turn; what the campaign's storage has of it already is none, or false, here."""

    storage: str
    """Which campaign's: where its storage really is."""
    is_sandbox: bool
    """What the sandbox drew must never pass for what was paid."""
    intent: Intent
    """Also lost where a bucket is removed and made anew."""
    was_owned: bool
    """Whether the turn was, at one time at least, that run's."""
    answered: Answered | None = None
    """Paid; its image lies beside this record if there was room for it."""
    outcome: Outcome | None = None
    """How the turn ended."""
    is_released: bool = False
    """Nothing was or will be paid in this turn."""

    @property
    def turn(self) -> Turn:
        """Which turn it is."""
        return Turn(self.intent.cell_id, self.intent.turn)

    @property
    def name(self) -> str:
        """What its file is called, before the dot of the suffix; no two runs have one name."""
        return name_of(self.turn, self.intent.run_id)

    def after(self, before: "Rescued | None") -> "Rescued":
        """The record with what an earlier one of the same turn and run tells beyond it."""
        if before is None:
            return self
        return self.model_copy(
            update={
                "answered": self.answered or before.answered,
                "outcome": self.outcome or before.outcome,
                "is_released": self.is_released or before.is_released,
            }
        )
