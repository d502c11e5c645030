"""One attempt while it is under way. Only the waiting for an answer can be cut off: what has come is written down."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tasks.delivery_queue import Job
from tasks.models.attempt import Attempt, Sender
from tasks.models.outbox import QueuedEvent

CUT_OFF: Final = Attempt(result="failed", message="The run ended before the endpoint had answered")


@dataclass(eq=False)
class UnderWay:
    """A job whose attempt has begun."""

    job: Job
    begun_at: datetime
    is_cut_off: bool = False
    _sending: "asyncio.Task[Attempt] | None" = None

    async def send(self, sender: Sender, event: QueuedEvent) -> Attempt:
        """What the endpoint answers, or that the attempt was cut off before it did."""
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
