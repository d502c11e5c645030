"""What the ledger keeps of a cell and its turns, and what it knows of a campaign."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from pydantic import Field

from tasks.ledger.names import Turn
from tasks.records.answer import ImageObject
from tasks.records.cell import Cell, with_own_ids
from tasks.records.outcome import Outcome
from tasks.records.record import Record


class Intent(Record):
    """A request that is about to leave: from here on it may have been paid."""

    cell_id: str
    turn: int
    run_id: str
    price_usd: Decimal
    request_sha256: str
    at: datetime
    made_by: str | None = None
    """Who is asked: `sandbox`, or the API's host; None in the records of earlier versions."""


class Released(Record):
    """A turn that its owner gave back, for whoever wants to know who and when."""

    run_id: str
    at: datetime


class Answered(Record):
    """An image that was paid, or accepted to be drawn, and not yet stored when this was written.

    Its link lives for hours. Where there is none, it is had by its generation's id.
    """

    cell_id: str
    turn: int
    image: ImageObject
    attempts: int
    started_at: datetime
    made_by: str | None = None
    """`sandbox`, or the host of the API that has answered; None in the records of earlier versions."""

    @property
    def is_drawn(self) -> bool:
        """Whether the image was there already; if not, the API had accepted to draw it."""
        return self.image.url is not None or self.image.generation_id is None


class Look(NamedTuple):
    """How one turn stands: at most one of these; none where nobody has begun it."""

    outcome: Outcome | None = None
    owner: str | None = None
    """The run that has begun it and not ended it; no run's name where that cannot be read, or the answer of an end that
    was unknown has come: whoever comes first fetches its image."""
    is_released: bool = False


def as_known(outcome: Outcome, released: AbstractSet[Turn]) -> Outcome:
    """`outcome` as it is now that it is known which turns were given back: nothing was paid in those."""
    return outcome.less([number for number in outcome.in_doubt if Turn(outcome.cell_id, number) in released])


class Known(Record):
    """Everything the ledger knows of the cells of a campaign at a moment."""

    cells: tuple[Cell, ...] = ()
    """The cells that were asked about, in their order, each under the id that it has in this ledger."""
    outcomes: dict[str, Outcome]
    """The outcome of each cell whose newest turn has ended."""
    open: dict[str, int]
    """The newest turn of each cell that has been asked for and has not ended: in flight in another run, or lost."""
    released: dict[str, int] = Field(default_factory=dict)
    """The newest turn of each cell that was given back, where none has ended or been asked for since."""
    orphaned: tuple[Outcome, ...] = ()
    """The outcomes of cells that the matrix does not ask for any more."""
    orphaned_open: dict[str, int] = Field(default_factory=dict)
    """The newest turn of each such cell whose end is not known."""
    orphaned_open_usd: Decimal = Decimal(0)
    """What those turns may have cost."""

    @property
    def orphaned_ids(self) -> frozenset[str]:
        """The cells that the matrix does not ask for any more."""
        return frozenset(self.orphaned_open) | {outcome.cell_id for outcome in self.orphaned}

    @property
    def orphaned_usd(self) -> Decimal:
        """What has, or may have, been spent on cells that the matrix does not ask for any more."""
        return sum((outcome.cost_usd for outcome in self.orphaned), self.orphaned_open_usd)

    def next_turn(self, cell_id: str) -> int:
        """The turn in which the cell is asked for next, if it is; of a cell that nobody else is asking for."""
        outcome = self.outcomes.get(cell_id)
        return max(outcome.turn if outcome is not None else 0, self.released.get(cell_id, 0)) + 1

    def is_done(self, cell_id: str) -> bool:
        """Whether the cell's newest turn has ended with an image that was stored."""
        outcome = self.outcomes.get(cell_id)
        return outcome is not None and outcome.status == "done" and cell_id not in self.open


def known_of(
    cells: Sequence[Cell],
    outcomes: Mapping[str, Outcome],
    intents: Mapping[str, Intent | None],
    begun: Mapping[str, Turn],
    released: Mapping[str, Turn],
) -> Known:
    """What is known of `cells`, out of what the ledger holds of all, by their ids in it.

    `intents`: of each cell that is `begun`, or whose outcome does not tell whose request its id stands for.
    """
    held = {cell_id: outcome.request_sha256 for cell_id, outcome in outcomes.items()}
    held |= {cell_id: intent.request_sha256 if intent else held.get(cell_id) for cell_id, intent in intents.items()}
    own = with_own_ids(cells, held)
    wanted = {cell.cell_id for cell in own}
    named = {one.cell_id: one.model_copy(update={"request_sha256": held[one.cell_id]}) for one in outcomes.values()}
    lost = [intents[cell_id] for cell_id in begun if cell_id not in wanted]
    return Known(
        cells=own,
        outcomes={cell_id: outcome for cell_id, outcome in named.items() if cell_id in wanted},
        open={cell_id: turn.number for cell_id, turn in begun.items() if cell_id in wanted},
        released={cell_id: turn.number for cell_id, turn in released.items() if cell_id in wanted},
        orphaned=tuple(outcome for cell_id, outcome in outcomes.items() if cell_id not in wanted),
        orphaned_open={cell_id: turn.number for cell_id, turn in begun.items() if cell_id not in wanted},
        orphaned_open_usd=sum((intent.price_usd for intent in lost if intent is not None), Decimal(0)),
    )
