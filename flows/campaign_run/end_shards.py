"""Ends the runs that share a campaign, when the campaign's own run ends early."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from prefect import Flow, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterParentFlowRunId
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelling

OVER_WITHIN_S: Final = 14.0
"""How long runs that were cancelled may take to note what was in flight; a worker kills after 30 s."""


async def cancel_shards(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001  a hook
    """Hook: a campaign that was cancelled or paused, or has failed, leaves no shard running; one that crashed all."""
    if flow_run.parameters.get("shards", 1) > 1 and not (state.is_completed() or state.is_crashed()):
        of_this = FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[flow_run.id]))
        async with get_client() as prefect:
            await cancel(await prefect.read_flow_runs(flow_run_filter=of_this))


async def cancel(runs: list[FlowRun]) -> None:
    """Ask Prefect to end those of the runs that have not ended."""
    async with get_client() as prefect:
        for run in runs:
            if not is_over(await prefect.read_flow_run(run.id)):
                await prefect.set_flow_run_state(run.id, Cancelling())


async def until_over(runs: list[FlowRun], within_s: float = OVER_WITHIN_S) -> None:
    """Return when all of the runs have ended, or the time is over: until then what they have made is not all noted."""
    async with get_client() as prefect:
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                for run in runs:
                    while not is_over(await prefect.read_flow_run(run.id)):  # noqa: ASYNC110  seen from outside only
                        await asyncio.sleep(1)


def is_over(run: FlowRun) -> bool:
    """Whether the run has ended, in whatever way."""
    return run.state is not None and run.state.is_final()
