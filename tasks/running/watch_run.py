"""What somebody asks of this run in Prefect: to be cancelled, to pause, or, by deleting it, to end.

Nothing else would end a run that is deleted, nor one that is cancelled where no worker has started it: a campaign of
an inbox, or of the command. A run that is paused would be torn apart by Prefect.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Final
from uuid import UUID

from httpx import HTTPError
from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.runtime import flow_run

from tasks.errors import Interrupted
from tasks.run_state.toolbox import Toolbox

LOOK_EVERY_S: Final = 3.0
LOOKS: Final = 4
"""In a row that do not find it: what stands before a server that starts anew may say the same once."""


class RunCancelled(Interrupted):
    """Somebody has cancelled the run in Prefect."""


class RunPaused(Interrupted):
    """Somebody has paused the run in Prefect, where it can be resumed."""


ASKED: Final = {
    RunCancelled: "The run was cancelled in Prefect; what was made is kept, run again to go on",
    RunPaused: "The run was paused in Prefect; what was made is kept, and Resume goes on",
    Interrupted: "Somebody has deleted this run in Prefect; what was made is kept, run again to go on",
}

_RUNS: ContextVar[tuple[UUID, ...]] = ContextVar("runs", default=())


@contextmanager
def looked_after() -> Iterator[None]:
    """Inside, what is asked of the current flow run is asked of the flow runs in it as well."""
    own = () if flow_run.id is None else (UUID(flow_run.id),)
    token = _RUNS.set((*_RUNS.get(), *own))
    try:
        yield
    finally:
        _RUNS.reset(token)


async def watch_run(tools: Toolbox) -> None:
    """Stop the campaign once somebody asks for it; until then or until cancelled."""
    async with get_client() as prefect:
        tools.stop.because(await until_asked(prefect, _RUNS.get()))


async def until_asked(prefect: PrefectClient, runs: Sequence[UUID], look_every_s: float = LOOK_EVERY_S) -> Interrupted:
    """What is asked of one of the `runs`, once it is. A server that does not answer says nothing of it."""
    missing = 0
    while True:
        await asyncio.sleep(look_every_s)
        with suppress(HTTPError, PrefectException):
            try:
                asked = await asked_of(prefect, runs)
            except ObjectNotFound:
                missing += 1
                asked = interruption(Interrupted) if missing >= LOOKS else None
            else:
                missing = 0
            if asked is not None:
                return asked


async def asked_of(prefect: PrefectClient, runs: Sequence[UUID] | None = None) -> Interrupted | None:
    """What is asked of one of the `runs`, those of this process if none are given. Raises ObjectNotFound."""
    states = [(await prefect.read_flow_run(run)).state for run in (_RUNS.get() if runs is None else runs)]
    kinds = [kind for kind in map(kind_of, states) if kind is not None]
    return interruption(RunCancelled if RunCancelled in kinds else kinds[0]) if kinds else None


def kind_of(state: State | None) -> type[Interrupted] | None:
    """What a run is asked that is in this state."""
    if state is not None and (state.is_cancelling() or state.is_cancelled()):
        return RunCancelled
    return RunPaused if state is not None and state.is_paused() else None


def interruption(kind: type[Interrupted]) -> Interrupted:
    """What stops the campaign then."""
    return kind(ASKED[kind])
