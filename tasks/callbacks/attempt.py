"""How one attempt to deliver an event went."""

from typing import Literal, Protocol

from tasks.records.record import Record

AttemptResult = Literal["delivered", "failed", "gone", "refused"]
"""`failed` is tried again later; `gone` (410) ends all deliveries to the endpoint; `refused`: we do not send there."""


class Attempt(Record):
    """What came of sending one event to one endpoint, once."""

    result: AttemptResult
    message: str
    """A sentence for the person who looks after deliveries; no secrets, a short excerpt of the answer at most."""
    status_code: int | None = None
    """Of the answer; None where there was none."""
    is_slowed: bool = False
    """The endpoint asks for fewer deliveries (429, 502, 503, 504, or it named a wait)."""
    retry_after_s: float | None = None
    """What it asks us to wait, if it does."""


class Sender(Protocol):
    """What carries one attempt out; it never raises."""

    async def send(self, url: str, event_id: str, body: bytes) -> Attempt:
        """Send one event to one endpoint, once."""
