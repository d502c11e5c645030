"""What the ledger knows of a cell, read off the names of its records alone.

```
ledger/intents/{cell_id}.{turn}.json            before the request leaves; creating it is what owns the cell
ledger/answers/{cell_id}.{turn}.json            the API's answer: paid, and not yet stored
ledger/ends/{cell_id}.{turn}.{status}.json      how the turn ended
```
A turn is one time of asking: the first, then one for each `--retry`. States move one way:
planned > intent > answered > ended. A turn with two ends (another run took its owner for dead) has the better known.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from pydantic import Field

from tasks.models.answer import ImageObject
from tasks.models.cell import Cell
from tasks.models.outcome import Outcome, Status
from tasks.models.record import Record

INTENTS: Final = "ledger/intents"
ANSWERS: Final = "ledger/answers"
ENDS: Final = "ledger/ends"
RUNS: Final = "ledger/runs"
SANDBOX_MARK: Final = "ledger/sandbox.json"
"""Says that everything in the campaign's folder was made with the sandbox."""
OUTCOMES_KEY: Final = "ledger/outcomes.jsonl"
"""A copy of the newest outcomes, so that a resume reads one file and not thousands; the ends are the truth."""

BETTER_KNOWN: Final[tuple[Status, ...]] = ("done", "blocked", "failed", "unknown")
"""Of two ends of one turn, the earlier in this row counts."""

_NAME: Final = re.compile(r"(?P<cell_id>[a-z0-9-]+)\.(?P<turn>\d+)(?:\.(?P<status>[a-z]+))?\.json")


class Intent(Record):
    """A request that is about to leave: from here on it may have been paid."""

    cell_id: str
    turn: int
    run_id: str
    price_usd: Decimal
    request_sha256: str
    at: datetime


class Answered(Record):
    """An image that is paid and was not yet stored when this was written; its link lives for hours."""

    cell_id: str
    turn: int
    image: ImageObject
    attempts: int
    started_at: datetime


class Turn(NamedTuple):
    """One time of asking for a cell."""

    cell_id: str
    number: int

    def key(self, folder: str, status: Status | None = None) -> str:
        """The key of this turn's record in `folder`."""
        end = f".{status}" if status else ""
        return f"{folder}/{self.cell_id}.{self.number}{end}.json"


class End(NamedTuple):
    """The turn that a name speaks of, and how it ended; None in the names of intents and answers."""

    turn: Turn
    status: Status | None


def parse_name(name: str) -> End | None:
    """What the name of a ledger record says; None for a file that is none of ours."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    status = next((known for known in BETTER_KNOWN if known == match["status"]), None)
    if match["status"] and status is None:
        return None
    return End(Turn(match["cell_id"], int(match["turn"])), status)


def latest_ends(names: Iterable[str]) -> dict[str, End]:
    """How the newest ended turn of each cell ended, from the names in `ledger/ends`."""
    latest: dict[str, End] = {}
    for end in filter(None, map(parse_name, names)):
        known = latest.get(end.turn.cell_id)
        if end.status is not None and (known is None or _rank(end) > _rank(known)):
            latest[end.turn.cell_id] = end
    return latest


def _rank(end: End) -> tuple[int, int]:
    return end.turn.number, -BETTER_KNOWN.index(end.status or "unknown")


def open_turns(intents: Iterable[str], ends: dict[str, End]) -> dict[str, Turn]:
    """The newest turn of each cell that has an intent and no end."""
    turns: dict[str, Turn] = {}
    for named in filter(None, map(parse_name, intents)):
        turn = named.turn
        ended = ends.get(turn.cell_id)
        newest = turns.get(turn.cell_id)
        if (ended is None or ended.turn.number < turn.number) and (newest is None or newest.number < turn.number):
            turns[turn.cell_id] = turn
    return turns


class Known(Record):
    """Everything the ledger knows of the cells of a campaign at a moment."""

    cells: tuple[Cell, ...] = ()
    """The cells that were asked about, in their order, each under the id that it has in this ledger."""
    outcomes: dict[str, Outcome]
    """The outcome of each cell whose newest turn has ended."""
    open: dict[str, int]
    """The newest turn of each cell that has been asked for and has not ended: in flight in another run, or lost."""
    left: tuple[Outcome, ...] = ()
    """The outcomes of cells that the matrix does not ask for any more."""
    left_open: dict[str, int] = Field(default_factory=dict)
    """The newest turn of each such cell whose end is not known."""
    left_open_usd: Decimal = Decimal(0)
    """What those turns may have cost."""

    @property
    def left_usd(self) -> Decimal:
        """What has, or may have, been spent on cells that the matrix does not ask for any more."""
        return sum((outcome.cost_usd for outcome in self.left), self.left_open_usd)

    def is_done(self, cell_id: str) -> bool:
        """Whether the cell's newest turn has ended with an image that was stored."""
        outcome = self.outcomes.get(cell_id)
        return outcome is not None and outcome.status == "done" and cell_id not in self.open
