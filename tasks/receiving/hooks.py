"""Functions of the user's own that are called with what callbacks tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from tasks.named_function import named_function
from tasks.receiving.received_event import ReceivedEvent
from tasks.records.event import EventName

ON_COMPLETED_VARIABLE: Final = "CALLBACK_ON_COMPLETED"
ON_FAILED_VARIABLE: Final = "CALLBACK_ON_FAILED"
ON_APPROVED_VARIABLE: Final = "CALLBACK_ON_APPROVED"
ON_REJECTED_VARIABLE: Final = "CALLBACK_ON_REJECTED"
VARIABLES: Final[Mapping[EventName, str]] = {
    "generation.completed": ON_COMPLETED_VARIABLE,
    "generation.failed": ON_FAILED_VARIABLE,
    "generation.approved": ON_APPROVED_VARIABLE,
    "generation.rejected": ON_REJECTED_VARIABLE,
}
"""Which setting names the function for which event."""

Hook = Callable[[ReceivedEvent], object]
"""Plain or async; a few may run at once, plain ones in threads. One that raises is called again later."""


@dataclass(frozen=True)
class Hooks:
    """What is called for a finished image, one that failed, one that somebody approves and one that he rejects."""

    on_completed: Hook | None = None
    on_failed: Hook | None = None
    on_approved: Hook | None = None
    on_rejected: Hook | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """The functions that `CALLBACK_ON_COMPLETED` and the like name.

        Raises InputInvalid that names the variable whose function cannot be imported.
        """
        return cls(*(named_function(env, variable) for variable in VARIABLES.values()))

    def of(self, event: ReceivedEvent) -> Hook | None:
        """The one for an event, if there is one."""
        hooks = (self.on_completed, self.on_failed, self.on_approved, self.on_rejected)
        return dict(zip(VARIABLES, hooks, strict=True)).get(event.event)
