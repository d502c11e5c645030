"""Has the poller look at once for what the API's webhooks tell to be done, where the environment names a receiver."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from prefect import get_run_logger

from tasks.callbacks.callback_settings import load_callback_settings
from tasks.records.models import OFFERS
from tasks.run_state.toolbox import Toolbox
from tasks.webhooks.ask_receiver import NotTold, Receiver, hear

FIRST_TIMEOUT_S: Final = 2.0
"""How long a run waits, at its beginning, to know whether the receiver answers."""


def receiver_of(tools: Toolbox) -> Receiver | None:
    """Whoever takes the webhooks of this run; None where it asks for none."""
    url = tools.ideogram.settings.webhook_url
    if url is None or not any(OFFERS[cell.request.model].route == "v2" for cell in tools.cells.planned):
        return None
    return Receiver(tools.ideogram.http, url, load_callback_settings().secrets)


async def receiver_notes(tools: Toolbox) -> tuple[str, ...]:
    """That the receiver does not answer, where it does not: the run goes on without it."""
    receiver = receiver_of(tools)
    if receiver is None:
        return ()
    try:
        await receiver.news(None, FIRST_TIMEOUT_S)
    except NotTold as why:
        return (receiver.note(why),)
    return ()


@asynccontextmanager
async def webhooks_heard(tools: Toolbox) -> AsyncIterator[None]:
    """Inside, what webhooks tell to be done is looked at first."""
    receiver = receiver_of(tools)
    if receiver is None:
        yield
        return
    hearing = asyncio.create_task(hear(receiver, tools.poller.look_now, get_run_logger().warning))
    try:
        yield
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
