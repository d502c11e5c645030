"""Whether others want the account's slots, asked of a real server."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Crashed, Pending, Running

from tasks.lane import lane
from tasks.make_variants import make_variants
from tasks.running.slots import WAITS_FOR_MAX, are_others_waiting


@flow
async def some_flow() -> None:
    """A flow; it is never called."""


async def looked(state: State, *, task=lane, run_state: State | None = None, after=timedelta()) -> tuple[bool, bool]:
    """What its own run and another find where a task of a run is in `state`."""
    async with get_client() as prefect:
        run: FlowRun = await prefect.create_flow_run(some_flow)
        await prefect.set_flow_run_state(run.id, run_state or Running(), force=True)
        other = await prefect.create_flow_run(some_flow)
        await prefect.create_task_run(task, run.id, "1", state=state)
        now = datetime.now(UTC) + after
        found = [await are_others_waiting(prefect, each.id, now) for each in (run, other)]
        await prefect.set_flow_run_state(run.id, Crashed(), force=True)  # the next example is another's
        return found[0], found[1]


@pytest.mark.usefixtures("server")
def test_a_lane_that_waits_is_seen_by_other_runs():
    """Its own run does not give a slot back to itself."""
    assert asyncio.run(looked(Pending())) == (False, True)


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    "seen",
    [
        {"state": Running()},
        {"state": Pending(), "run_state": Crashed()},
        {"state": Pending(), "task": make_variants},
        {"state": Pending(), "after": WAITS_FOR_MAX},
    ],
    ids=["it has its slot", "its run is over", "it needs none", "its run was killed long ago"],
)
def test_nobody_else_waits(seen):
    """A slot is not given back for nobody."""
    assert asyncio.run(looked(**seen)) == (False, False)
