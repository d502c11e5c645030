"""The flows `handle-completed`, `handle-failed`, `handle-approved` and `handle-rejected`: what follows a callback, as
runs that Prefect's server shows.

The receiver hands them the work that it wants to be done, so that it knows what was done when the server fails.
"""

import logging
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextvars import ContextVar
from typing import Any, Final

from prefect import Flow, flow
from prefect.runtime import flow_run

from tasks.api.connection import as_text
from tasks.receiving.handle_event import Work
from tasks.receiving.hooks import Hooks
from tasks.receiving.received_event import ReceivedEvent
from tasks.records.event import EventName
from tasks.records.fault import shortened

NOT_SHOWN: Final = "Prefect's server failed, so this may not be shown there; it is done all the same"

logger = logging.getLogger(__name__)

given_work: ContextVar[Work] = ContextVar("given_work")


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
    await work_on(event).do()


@flow(name="handle-failed", flow_run_name=run_name, persist_result=False)
async def handle_failed(event: ReceivedEvent) -> None:
    """Do what follows an image that failed.

    Args:
        event: What the callback told; its `id` is the `webhook-id`.

    """
    await work_on(event).do()


@flow(name="handle-approved", flow_run_name=run_name, persist_result=False)
async def handle_approved(event: ReceivedEvent) -> None:
    """Do what follows an image that somebody has approved.

    Args:
        event: What the callback told; its `id` is the `webhook-id`.

    """
    await work_on(event).do()


@flow(name="handle-rejected", flow_run_name=run_name, persist_result=False)
async def handle_rejected(event: ReceivedEvent) -> None:
    """Do what follows an image that somebody does not want used, or wants made again.

    Args:
        event: What the callback told; its `id` is the `webhook-id`.

    """
    await work_on(event).do()


FLOWS: Final[Mapping[EventName, Flow[[ReceivedEvent], Coroutine[Any, Any, None]]]] = {
    "generation.completed": handle_completed,
    "generation.failed": handle_failed,
    "generation.approved": handle_approved,
    "generation.rejected": handle_rejected,
}
"""The flow for each event of an image."""


def work_on(event: ReceivedEvent) -> Work:
    """The work that was given, or what the environment says where the flow is run by itself."""
    return given_work.get(None) or Work(event, Hooks.from_env(os.environ))


async def done_as_run(work: Work, start: Callable[[ReceivedEvent], Awaitable[None]]) -> None:
    """Do `work` as the run that `start` makes of it, and once: where Prefect fails before it, without a run.

    Raises what the user's function raised, and nothing of Prefect's.
    """
    token = given_work.set(work)
    try:
        await start(work.event)
    except Exception as error:  # noqa: BLE001  whatever Prefect raises, also where the function did
        if work.error is not None:
            raise work.error from None
        logger.warning(
            NOT_SHOWN, extra={"event_id": work.event.id, "error": as_text(f"{type(error).__name__}: {error}")}
        )
        if not work.is_begun:
            await work.do()
    finally:
        given_work.reset(token)
