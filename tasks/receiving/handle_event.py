"""The work that follows a callback: a line in the log, and the user's own function."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tasks.receiving.hooks import Hooks
from tasks.receiving.received_event import ReceivedEvent

Done = Callable[[], Awaitable[None]]
"""Notes that the work on an event has ended well, and need never be done again."""

logger = logging.getLogger(__name__)


async def handle_event(event: ReceivedEvent, hooks: Hooks) -> None:
    """Tell the log, then call the function that is set for such an event. Raises what that raises.

    It may be called again for the same `event.id`, after a crash or a failure: what it does should be harmless twice.
    """
    level = logging.WARNING if event.event.endswith(".failed") else logging.INFO
    logger.log(level, event.event, extra=facts_of(event))
    hook = hooks.of(event)
    if hook is None:
        return
    try:
        result = await asyncio.to_thread(hook, event)
        if inspect.isawaitable(result):
            await result
    except (Exception, asyncio.CancelledError, GeneratorExit):
        raise
    except BaseException as error:  # it would end the receiver, and each that is started after it
        said = f"The function for {event.event} tried to end the process: {type(error).__name__}"
        raise RuntimeError(said) from error


async def unnoted() -> None:
    """Note nothing: nobody keeps a journal of this event."""


@dataclass
class Work:
    """What follows one event, and how far it has come."""

    event: ReceivedEvent
    hooks: Hooks
    done: Done = unnoted
    is_begun: bool = False
    error: Exception | None = None
    """What the user's function raised."""

    async def do(self) -> None:
        """Do it, and note that it is done. Raises what the user's function raises."""
        self.is_begun = True
        try:
            await handle_event(self.event, self.hooks)
        except Exception as error:
            self.error = error
            raise
        await self.done()


def facts_of(event: ReceivedEvent) -> dict[str, object]:
    """What a log may hold of an event: not its prompt, nor the row's own columns."""
    facts = event.model_dump(mode="json", exclude={"event", "prompt", "metadata", "timestamp"}, exclude_none=True)
    return {"event_id": facts.pop("id"), **facts}
