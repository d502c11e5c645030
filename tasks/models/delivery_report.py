"""What a person asks of the outboxes, and what is told of them."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from tasks.models.outbox import State
from tasks.models.record import Record

ALL: Final = "all"


def aware(at: datetime) -> datetime:
    """A time that names no zone is one of UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class Wish(Record):
    """What is to be done with the outboxes below an output."""

    list_only: bool = False
    replay: tuple[str, ...] = ()
    """Ids of events, whatever has become of them; or `all`: every dead letter."""
    replay_since: Annotated[datetime, AfterValidator(aware)] | None = None
    """Every dead letter of an event that happened since; UTC, unless it says otherwise."""

    @property
    def is_replay(self) -> bool:
        """Whether a person asks for certain events, and nothing else is to be sent."""
        return bool(self.replay) or self.replay_since is not None


class Line(Record):
    """A delivery that is not done."""

    campaign: str
    event_id: str
    event: str
    job_id: str
    place: str
    """The endpoint, without what may hold a token."""
    state: Literal["waiting", "claimed", "dead"]
    attempts: int
    due: datetime | None = None
    why: str = ""


class Report(Record):
    """Where the callbacks of one campaign stand."""

    campaign: str
    counts: dict[State, int]
    lines: tuple[Line, ...]
    """Of what waits and what is dead, as far as they are shown."""
    due_count: int
    """Of those that wait, how many could be attempted now."""
    sent: dict[State, int]
    """What the attempts of this time came to."""
    hindrance: str = ""
    """Why nothing may be sent from here, where that is so."""

    @property
    def is_clear(self) -> bool:
        """Whether nothing is due and nothing is dead."""
        return not self.due_count and not self.counts.get("dead")
