"""Keeps a run that somebody pauses in Prefect's UI from being torn apart: it ends by itself, in order.

Prefect notices that its run was suspended, and from then on raises an exception at the beginning and the end of each
task: what is in flight, which is paid, would be lost, and no manifest written.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prefect._flow_run_suspension import FlowRunSuspensionRequest
from prefect.context import FlowRunContext


class Unheeded(FlowRunSuspensionRequest):
    """A request to suspend the run, which ends nothing."""

    def raise_if_requested(self) -> None:
        """Raise nothing."""


@contextmanager
def suspension_unheeded() -> Iterator[None]:
    """Inside, no task of the current flow run, and none of the flows in it, ends since the run was suspended."""
    context = FlowRunContext.get()
    if context is None:
        yield
        return
    heeded, context.flow_run_suspension_request = context.flow_run_suspension_request, Unheeded()
    try:
        yield
    finally:
        context.flow_run_suspension_request = heeded
