"""What a person asks of the outboxes, and what is told of them."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from tasks.callbacks.names import State
from tasks.records.campaign import DEFAULT_OUTPUT
from tasks.records.record import Order, Record

ALL: Final = "all"
SENT_AS: Final = {"waiting": "failed, to be tried again"}
"""What an attempt came to, in other words than the state that it led to."""
A_TIME: Final = "it must be a date or a time, such as 2026-11-20 or 2026-11-20T18:00"


def aware(at: datetime) -> datetime:
    """A time that names no zone is one of UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _written_out(at: object) -> object:
    if isinstance(at, str) and "-" not in at[1:]:
        raise ValueError(f"is not accepted; {A_TIME}")
    return at


Since = Annotated[datetime, BeforeValidator(_written_out), AfterValidator(aware)]


class Wish(Order):
    """What is to be done with the outboxes below an output."""

    output: str = Field(default=DEFAULT_OUTPUT, title="Output")
    """Folder or URL that holds campaigns, such as s3://bucket/campaigns."""
    campaign: str | None = Field(default=None, title="Campaign")
    """The folder's name of one campaign; without it, all of them are served."""
    replay: tuple[str, ...] = Field(default=(), title="Send once more")
    """Ids of events to send once more, whatever has become of them; or `all`, every dead letter."""
    replay_since: Since | None = Field(default=None, title="Send dead letters since")
    """Send every dead letter of an event that happened since then once more, such as 2026-11-20; UTC, unless it says
    otherwise."""
    list_only: bool = Field(default=False, title="List only")
    """Send nothing; only tell what waits and what is dead."""

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
    endpoint: str
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

    def sentence(self) -> str:
        """Such as `now 3 delivered; in all 120 delivered, 2 waiting, 1 dead`."""
        sent = ", ".join(
            f"{count:,} {SENT_AS.get(state, state)}" for state, count in sorted(self.sent.items()) if count
        )
        counts = ", ".join(f"{self.counts[state]:,} {state}" for state in sorted(self.counts))
        more = len(self.lines) < sum(count for state, count in self.counts.items() if state != "delivered")
        shown = f"; the first {len(self.lines):,} of those that are not delivered:" if more else ""
        held = f"; what waits is not sent: {self.hindrance}" if self.hindrance else ""
        return f"{f'now {sent}; ' if sent else ''}in all {counts}{held}{shown}"
