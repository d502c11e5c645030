"""One attempt while it is under way. Only the waiting for an answer can be cut off: what has come is written down."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tasks.callbacks.attempt import Attempt, Sender
from tasks.callbacks.delivery_queue import DueDelivery
from tasks.callbacks.names import QueuedEvent
from tasks.callbacks.retry import next_due

STALE_AFTER: Final = timedelta(seconds=60)
"""An attempt that was claimed so long ago, and of which nothing was told, is taken for lost: it counts as failed."""
CUT_OFF: Final = Attempt(result="failed", message="The run ended before the endpoint had answered")
DAMAGED: Final = Attempt(result="refused", message="The record of the event cannot be read")
CLOSED: Final = Attempt(result="gone", message="said in answer to an earlier event")


def stale_at(attempts: int, claimed_at: datetime) -> datetime:
    """When the next attempt may be made after one that was claimed, if nothing is told of it by then."""
    stale = claimed_at + STALE_AFTER
    return max(stale, next_due(attempts, claimed_at, 0.5) or stale)


@dataclass(eq=False)
class Sending:
    """A delivery whose attempt has begun."""

    due: DueDelivery
    begun_at: datetime
    is_cut_off: bool = False
    sent_at: datetime | None = None
    """Since when its endpoint has it."""
    _sending: "asyncio.Task[Attempt] | None" = None

    def is_silent_since(self, at: datetime) -> bool:
        """Whether its endpoint has had it since then, and said nothing."""
        is_waiting = self._sending is not None and not self._sending.done()
        return is_waiting and self.sent_at is not None and self.sent_at <= at

    async def send(self, sender: Sender, event: QueuedEvent, now: datetime) -> Attempt:
        """What the endpoint answers, or that the attempt was cut off before it did."""
        self.sent_at = now
        self._sending = asyncio.create_task(sender.send(event.url, event.event_id, event.body.encode()))
        if self.is_cut_off:
            self._sending.cancel()
        try:
            await asyncio.wait({self._sending})
        finally:
            self._sending.cancel()
        return CUT_OFF if self._sending.cancelled() else self._sending.result()

    def cut_off(self) -> None:
        """Wait for no answer any more."""
        self.is_cut_off = True
        if self._sending is not None:
            self._sending.cancel()
