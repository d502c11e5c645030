"""How a campaign's run ends in Prefect, also where a worker ends it, since somebody cancelled it or the worker stops.

A worker sends SIGTERM, and kills after half a minute. Prefect would take that for the end of everything: whatever is in
flight, which is paid, would be lost, and no manifest written. So it interrupts the campaign, as Ctrl-C in a terminal
does, and what it was sent for is done after that.
"""

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any

from prefect import get_client, runtime
from prefect.client.schemas.objects import State
from prefect.exceptions import TerminationSignal
from prefect.states import Cancelled, Completed

from tasks.errors import Interrupted
from tasks.records.result import CampaignResult
from tasks.reporting.reporter import Front, is_watched, watched_by


class WorkerFront(Front):
    """Is there while nobody watches."""

    is_terminated = False
    """Whether the process was asked to end."""

    async def interruption(self) -> None:
        """Return when the process is asked to end; asked once more, it ends at once."""
        if threading.current_thread() is not threading.main_thread():
            await super().interruption()  # only there do signals arrive
        asked, loop, handler = asyncio.Event(), asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)
        loop.add_signal_handler(signal.SIGTERM, asked.set)
        try:
            await asked.wait()
            self.is_terminated = True
        finally:
            loop.remove_signal_handler(signal.SIGTERM)
            signal.signal(signal.SIGTERM, handler)

    async def cancellation(self) -> None:
        """As above, for a run that has been cancelled; another dies of it, and leaves the machines beside it alone."""
        await self.interruption()
        if not await is_cancelling():
            raise TerminationSignal(signal.SIGTERM)


async def end_of_run(running: Coroutine[Any, Any, CampaignResult]) -> State[CampaignResult]:
    """The state in which the run ends, unless it fails. Raises TerminationSignal, which ends it as a crash."""
    if is_watched():
        return completed(await running)
    worker = WorkerFront()
    try:
        with watched_by(worker):
            return completed(await running)
    except Interrupted as interrupted:
        if not worker.is_terminated:
            raise
        if await is_cancelling():
            return Cancelled(message=str(interrupted))
        raise TerminationSignal(signal.SIGTERM) from interrupted


def completed(result: CampaignResult) -> State[CampaignResult]:
    """The state of a run whose result this is; Prefect hands out its data."""
    return Completed(message=result.sentence(), data=result)


async def is_cancelling() -> bool:
    """Whether somebody has cancelled this run."""
    async with get_client() as prefect:
        state = (await prefect.read_flow_run(runtime.flow_run.id)).state
    return state is not None and state.is_cancelling()
