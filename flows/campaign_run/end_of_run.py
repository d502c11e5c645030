"""How a run ends in Prefect, whatever ends it: its state has the colour of its exit code, and says what to do next.

A worker sends SIGTERM, and kills after half a minute. Prefect would take that for the end of everything: whatever is in
flight, which is paid, would be lost, and no manifest written. So it interrupts the campaign, as Ctrl-C in a terminal
does, and what it was sent for is done after that. So does a run that somebody pauses, cancels or deletes in the UI.

Prefect runs hooks when its server has taken the state, and those of a cancelled run in the worker, which may find the
run's process gone and leave them out. So a run calls them itself, before it ends; they do nothing twice.
"""

import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any

from httpx import HTTPError
from prefect import Flow, get_client, get_run_logger, runtime
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.exceptions import ObjectNotFound, Pause, PrefectException, TerminationSignal
from prefect.states import Cancelled, Completed, Crashed, Failed, Suspended

from flows.prefect_server.suspension import suspension_unheeded
from tasks.errors import CampaignStopped, Interrupted
from tasks.records.result import CampaignResult, NotCompleted
from tasks.reporting.endings import ended_early, ended_so
from tasks.reporting.reporter import Reporter, is_watched, reporter, sent, watched_by
from tasks.running.watch_run import RunCancelled, RunPaused, asked_of, looked_after


class WorkerReporter(Reporter):
    """Is there while nobody watches."""

    is_terminated = False
    """Whether the process was asked to end."""

    async def interruption(self) -> None:
        """Return when the process is asked to end; asked once more, it ends at once."""
        await sent(signal.SIGTERM)
        self.is_terminated = True

    async def cancellation(self) -> None:
        """As above, for a run that was cancelled or paused; another dies of it, and leaves other machines alone."""
        await self.interruption()
        if await what_is_asked() is None:
            raise TerminationSignal(signal.SIGTERM)


Hook = Callable[[Flow[..., Any], FlowRun, State[Any]], Awaitable[None]]
"""What is to be done at the end of a run, as Prefect calls it."""
Asked = Callable[[], Awaitable[Interrupted | None]]
"""Finds out what somebody asks of the run in Prefect."""


Ended = Callable[[Any], State[Any]]
"""The state for what a run has come to."""


async def what_is_asked() -> Interrupted | None:
    """What somebody asks of this run; None where nobody does, and where Prefect's server does not answer."""
    with suppress(HTTPError, PrefectException):
        async with get_client() as prefect:
            try:
                return await asked_of(prefect)
            except ObjectNotFound:
                return None
    return None


async def tell_paused(state: State[Any]) -> None:
    """Have Prefect show what the run has come to, unless it was resumed meanwhile."""
    with suppress(HTTPError, PrefectException):
        async with get_client() as prefect:
            now = (await prefect.read_flow_run(runtime.flow_run.id)).state
            if now is not None and now.is_paused():
                state.state_details.pause_timeout = now.state_details.pause_timeout
                await prefect.set_flow_run_state(runtime.flow_run.id, state, force=True)


def completed(result: CampaignResult) -> State[Any]:
    """The state of a run whose result this is; Prefect hands out its data, or raises them."""
    if result.exit_code:
        return Failed(message=ended_so(result), data=NotCompleted(result))
    return Completed(message=ended_so(result), data=result)


async def end_of_run(
    running: Coroutine[Any, Any, Any],
    hooks: Iterable[Hook] = (),
    *,
    ended: Ended = completed,
    asked: Asked = what_is_asked,
    tell: Callable[[State[Any]], Awaitable[None]] = tell_paused,
) -> State[Any]:
    """The state in which the run ends, after its hooks have run.

    Raises InputInvalid, and what is a fault of this program; TerminationSignal, which ends it as a crash, and Pause,
    which leaves it to whoever resumes it.
    """
    with suspension_unheeded(), looked_after():
        try:
            state = await state_of(running, ended, asked)
        except Exception as error:
            await run_hooks(hooks, Failed(data=error))
            raise
        await run_hooks(hooks, state)
        if state.is_paused():
            await tell(state)
            raise Pause(state=state)
    if state.is_crashed():
        raise TerminationSignal(signal.SIGTERM)
    return state


async def state_of(running: Coroutine[Any, Any, Any], ended: Ended, asked: Asked) -> State[Any]:
    """The state that the run comes to."""
    watcher = reporter() if is_watched() and not isinstance(reporter(), WorkerReporter) else WorkerReporter()
    try:
        with watched_by(watcher):
            result = await running
    except Interrupted as fault:
        return interrupted_state(fault, watcher, await asked())
    except CampaignStopped as fault:
        return Failed(message=ended_early(fault, watcher.result), data=fault)
    state = ended(result)
    if isinstance(await asked(), RunCancelled):  # too late; Prefect takes no other end of such a run
        return Cancelled(message=state.message, data=NotCompleted(result) if state.is_completed() else state.data)
    return state


def interrupted_state(fault: Interrupted, watcher: Reporter, asked: Interrupted | None) -> State[Any]:
    """The state of a run that was ended from outside: as what it was asked for last, by whoever can ask."""
    is_terminated = isinstance(watcher, WorkerReporter) and watcher.is_terminated
    if isinstance(asked, RunCancelled):
        return Cancelled(message=ended_early(asked, watcher.result), data=fault)
    if isinstance(asked or fault, RunPaused) and is_deployed():
        return Suspended(message=ended_early(asked or fault, watcher.result))
    if is_terminated and asked is None:
        return Crashed(message=ended_early(fault, watcher.result))
    return Cancelled(message=ended_early(fault, watcher.result), data=fault)


def is_deployed() -> bool:
    """Whether a worker can take this run up again: Prefect resumes no other."""
    run = FlowRunContext.get()
    return run is not None and run.flow_run is not None and run.flow_run.deployment_id is not None


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
