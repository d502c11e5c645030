"""The flows `handle-completed` and `handle-failed`: what follows a callback, as runs that Prefect's server shows."""

import os

from prefect import flow
from prefect.runtime import flow_run

from tasks.clients.hooks import Hooks
from tasks.handle_event import handle_event
from tasks.models.fault import shortened
from tasks.models.received_event import ReceivedEvent


def run_name() -> str:
    """Such as `teapot-hero-4cc9bec7`: the cell that the event tells of."""
    event = flow_run.parameters.get("event")
    told = event if isinstance(event, dict) else dict(event or {})
    return shortened(str(told.get("job_id") or told.get("jobId") or told.get("id")), 100)


@flow(name="handle-completed", flow_run_name=run_name, persist_result=False)
async def handle_completed(event: ReceivedEvent) -> None:
    """Do what follows a finished image.

    Args:
        event: What the callback told; its `id` is the `webhook-id`.

    """
    await handle_event(event, Hooks.from_env(os.environ))


@flow(name="handle-failed", flow_run_name=run_name, persist_result=False)
async def handle_failed(event: ReceivedEvent) -> None:
    """Do what follows an image that failed.

    Args:
        event: What the callback told; its `id` is the `webhook-id`.

    """
    await handle_event(event, Hooks.from_env(os.environ))
