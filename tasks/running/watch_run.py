"""Whether the run is still there in Prefect: whoever deletes one wants it to end, and nothing else would end it."""

import asyncio
from contextlib import suppress
from typing import Final

from httpx import HTTPError
from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.runtime import flow_run

from tasks.errors import Interrupted
from tasks.run_state.toolbox import Toolbox

LOOK_EVERY_S: Final = 6.0
LOOKS: Final = 2
"""In a row that do not find it: what stands before a server that starts anew may say the same once."""


async def watch_run(tools: Toolbox) -> None:
    """Stop the campaign once its run has been deleted; until then or until cancelled."""
    async with get_client() as prefect:
        await until_deleted(prefect)
    tools.stop.because(deleted())


def deleted() -> Interrupted:
    """What ends a run that was deleted."""
    return Interrupted("Somebody has deleted this run in Prefect; what was made is kept, run again to go on")


async def until_deleted(prefect: PrefectClient, look_every_s: float = LOOK_EVERY_S) -> None:
    """Return when the run is not there any more. A server that does not answer says nothing of it."""
    missing = 0
    while missing < LOOKS:
        await asyncio.sleep(look_every_s)
        with suppress(HTTPError, PrefectException):
            missing = 0 if await is_there(prefect) else missing + 1


async def is_there(prefect: PrefectClient) -> bool:
    """Whether the server knows this run."""
    try:
        await prefect.read_flow_run(flow_run.id)
    except ObjectNotFound:
        return False
    return True
