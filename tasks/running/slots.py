"""The account's slots in flight, as Prefect's tag limit grants them: how many there are, and who else wants them."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from httpx import HTTPError
from prefect import get_client, get_run_logger
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateType,
    TaskRunFilterTags,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import TaskRunSort
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.runtime import flow_run

from tasks.run_state.toolbox import Toolbox

TAG: Final = "ideogram"
LIMIT: Final = f"tag:{TAG}"
LOOK_EVERY_S: Final = 3.0
GRANTED_WITHIN_S: Final = 10.0
"""A run that holds no slot for longer says why nothing moves."""
WAITS_FOR_MAX: Final = timedelta(hours=1)
"""A lane that has waited for longer belongs to a run that was killed."""


async def agreed_slots(asked: int, *, owns_limit: bool, is_alone: bool) -> int:
    """How many slots this run may take, by Prefect's limit for the tag.

    Creates the limit where there is none; on a shared server an existing one rules. `owns_limit`: nobody else sets
    limits on this server. `is_alone`: no other run is alive on it, so slots that are taken are those of a killed one.
    """
    async with get_client() as prefect:
        limit = await current_limit(prefect)
        if limit is None or (owns_limit and limit != asked):
            await prefect.create_concurrency_limit(tag=TAG, concurrency_limit=asked)
            limit = asked
        if is_alone:
            await prefect.update_global_concurrency_limit(LIMIT, GlobalConcurrencyLimitUpdate(active_slots=0))
    if limit < asked:
        get_run_logger().warning("The server's limit for the tag %r is %d, not the %d asked for", TAG, limit, asked)
    return min(asked, limit)


async def current_limit(prefect: PrefectClient) -> int | None:
    """The tag's limit; None where there is none."""
    try:
        return (await prefect.read_global_concurrency_limit_by_name(LIMIT)).limit
    except ObjectNotFound:
        return None


async def watch_slots(tools: Toolbox) -> None:
    """Find out whether others want the slots that this run holds, and say so where it gets none, until cancelled."""
    idle_s = 0.0
    async with get_client() as prefect:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            idle_s = 0.0 if tools.slots.lanes or not tools.has_cells_waiting else idle_s + LOOK_EVERY_S
            if idle_s >= GRANTED_WITHIN_S and not tools.tally.trouble:
                tools.tally.tell(f"waiting for Prefect's server to grant a slot (its limit of the tag {TAG!r})")
            with suppress(HTTPError, PrefectException):
                waiting = await are_others_waiting(prefect, UUID(flow_run.id), datetime.now(UTC))
                tools.slots.contend(is_contended=waiting)


async def are_others_waiting(prefect: PrefectClient, own_run: UUID, now: datetime) -> bool:
    """Whether a lane of another run waits for a slot.

    The limit does not tell: Prefect keeps no trace of a request that it denies. A lane that waits shows as pending
    after some seconds. So does one of a run that was killed, for ever; those of long ago are passed over.
    """
    others = FlowRunFilter(
        id=FlowRunFilterId(not_any_=[own_run]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING])),
    )
    pending = TaskRunFilter(
        tags=TaskRunFilterTags(all_=[TAG]),
        state=TaskRunFilterState(type=TaskRunFilterStateType(any_=[StateType.PENDING])),
    )
    newest = await prefect.read_task_runs(
        flow_run_filter=others, task_run_filter=pending, sort=TaskRunSort.EXPECTED_START_TIME_DESC, limit=1
    )
    return any(run.expected_start_time and now - run.expected_start_time < WAITS_FOR_MAX for run in newest)
