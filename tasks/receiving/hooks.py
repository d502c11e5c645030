"""Functions of the user's own that are called with what callbacks tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from tasks.named_function import named_function
from tasks.receiving.received_event import ReceivedEvent

ON_COMPLETED_VARIABLE: Final = "CALLBACK_ON_COMPLETED"
ON_FAILED_VARIABLE: Final = "CALLBACK_ON_FAILED"

Hook = Callable[[ReceivedEvent], object]
"""Plain or async; a few may run at once, plain ones in threads. One that raises is called again later."""


@dataclass(frozen=True)
class Hooks:
    """What is called for a finished image and for one that failed."""

    on_completed: Hook | None = None
    on_failed: Hook | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """The functions that `CALLBACK_ON_COMPLETED` and `CALLBACK_ON_FAILED` name.

        Raises InputInvalid that names the variable whose function cannot be imported.
        """
        return cls(named_function(env, ON_COMPLETED_VARIABLE), named_function(env, ON_FAILED_VARIABLE))

    def of(self, event: ReceivedEvent) -> Hook | None:
        """The one for an event, if there is one."""
        return {"generation.completed": self.on_completed, "generation.failed": self.on_failed}.get(event.event)
