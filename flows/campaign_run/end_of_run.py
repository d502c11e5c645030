"""How a campaign's run ends in Prefect, also where a worker ends it, since somebody cancelled it or the worker stops.

A worker sends SIGTERM, and kills after half a minute. Prefect would take that for the end of everything: whatever is in
flight, which is paid, would be lost, and no manifest written. So it interrupts the campaign, as Ctrl-C in a terminal
does, and what it was sent for is done after that.

Prefect runs hooks when its server has taken the state, and those of a cancelled run in the worker, which may find the
run's process gone and leave them out. So a run calls them itself, before it ends; they do nothing twice.
"""

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from prefect import Flow, get_client, get_run_logger, runtime
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.exceptions import TerminationSignal
from prefect.states import Cancelled, Completed, Crashed, Failed

from tasks.errors import Interrupted
from tasks.records.result import CampaignResult
from tasks.reporting.reporter import Reporter, is_watched, watched_by


class WorkerReporter(Reporter):
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


Hook = Callable[[Flow[..., Any], FlowRun, State[Any]], Awaitable[None]]
"""What is to be done at the end of a run, as Prefect calls it."""


async def is_cancelling() -> bool:
    """Whether somebody has cancelled this run."""
    async with get_client() as prefect:
        state = (await prefect.read_flow_run(runtime.flow_run.id)).state
    return state is not None and state.is_cancelling()


async def end_of_run(
    running: Coroutine[Any, Any, CampaignResult],
    hooks: Iterable[Hook] = (),
    *,
    is_cancelled: Callable[[], Awaitable[bool]] = is_cancelling,
) -> State[CampaignResult]:
    """The state in which the run ends, unless it fails, after its hooks have run.

    Raises TerminationSignal, which ends it as a crash.
    """
    try:
        state = await state_of(running, is_cancelled)
    except Exception as error:
        await run_hooks(hooks, Failed(data=error))
        raise
    await run_hooks(hooks, state)
    if state.is_crashed():
        raise TerminationSignal(signal.SIGTERM)
    return state


async def state_of(
    running: Coroutine[Any, Any, CampaignResult], is_cancelled: Callable[[], Awaitable[bool]]
) -> State[CampaignResult]:
    """The state that the run comes to."""
    if is_watched():
        return completed(await running)
    worker = WorkerReporter()
    try:
        with watched_by(worker):
            return completed(await running)
    except Interrupted as interrupted:
        if not worker.is_terminated:
            raise
        return (Cancelled if await is_cancelled() else Crashed)(message=str(interrupted))


async def run_hooks(hooks: Iterable[Hook], state: State[Any]) -> None:
    """Run the hooks of this flow run for the `state` that it is about to end in; one that fails keeps no other back."""
    run = FlowRunContext.get()
    if run is None or run.flow is None or run.flow_run is None:
        return
    for hook in hooks:
        try:
            await hook(run.flow, run.flow_run, state)
        except Exception:  # noqa: BLE001  each has its own ways to fail
            get_run_logger().warning("At the end of the run, %s failed", hook.__name__, exc_info=True)


def completed(result: CampaignResult) -> State[CampaignResult]:
    """The state of a run whose result this is; Prefect hands out its data."""
    return Completed(message=result.sentence(), data=result)
