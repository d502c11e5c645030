"""A campaign from its plan to its result."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from itertools import islice
from typing import Final

from prefect import get_run_logger

from flows.embedded_server import is_server_ours
from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tasks.clients.storage import CampaignStore
from tasks.front import front
from tasks.models.campaign import Campaign, Plan
from tasks.models.cell import Cell
from tasks.models.fault import shortened
from tasks.models.outcome import STATUSES, Outcome
from tasks.models.result import CampaignResult
from tasks.plan_campaign import plan_campaign
from tasks.publish_campaign import publish_campaign
from tasks.report_campaign import progress_artifact, report_result
from tasks.run_lanes import run_lanes
from tasks.settings import SANDBOX_KEY, Settings, load_settings
from tasks.toolbox import Toolbox, open_toolbox

TROUBLES_TOLD: Final = 5
SANDBOX_LATENCY_SCALE: Final = 0.2
"""The built-in stand-in answers five times as fast as the API, so that a try takes seconds."""


async def run_campaign(campaign: Campaign) -> CampaignResult:
    """Plan, generate, cut, publish, report. Raises InputInvalid, or the CampaignStopped that ended it early."""
    plan = front().plan_of(campaign)
    if plan is None:
        plan = await asyncio.to_thread(plan_campaign, campaign, look=campaign.dry_run)
    get_run_logger().info("Planned %d images of %d rows for $%.2f", plan.cell_count, plan.row_count, plan.cost_usd)
    if campaign.dry_run:
        return planned_result(plan)
    store = CampaignStore.open(campaign.output, campaign.slug)
    async with (
        api_settings(campaign) as settings,
        open_toolbox(settings, store, plan.cells, campaign.variants) as tools,
    ):
        return await make_images(plan, tools)


async def make_images(plan: Plan, tools: Toolbox) -> CampaignResult:
    """Carry out `plan`: whatever stops it, what is done is written before it ends."""
    campaign = plan.campaign
    front().started(plan, tools.tally)
    async with progress_artifact(tools.tally, campaign.slug):
        await run_lanes(tools, campaign.max_in_flight, owns_limit=is_server_ours())
    await publish_campaign(campaign.title)
    result = result_of(campaign, tools)
    await report_result(result, campaign.slug, tools.cells, tools.outcomes)
    front().ended(result)
    if tools.stopped_by is not None:
        raise tools.stopped_by
    return result


@asynccontextmanager
async def api_settings(campaign: Campaign) -> AsyncIterator[Settings]:
    """The settings of the environment, or of a stand-in that runs as long as the context."""
    if not campaign.sandbox:
        yield load_settings()
        return
    options = SandboxOptions(places=campaign.max_in_flight, latency_scale=SANDBOX_LATENCY_SCALE)
    with ExitStack() as stack:
        url = await asyncio.to_thread(stack.enter_context, running_sandbox(options))
        yield Settings.for_api(url, SANDBOX_KEY)


def planned_result(plan: Plan) -> CampaignResult:
    """The result of a dry run: everything still to be done, nothing paid."""
    campaign = plan.campaign
    folder = CampaignStore.open(campaign.output, campaign.slug).root
    return CampaignResult(
        name=campaign.title,
        folder=folder,
        cells=plan.cell_count,
        by_status={"pending": plan.cell_count},
        is_dry_run=True,
    )


def troubles(cells: Sequence[Cell], outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    """The first cells that somebody must look at, such as `row 3, Green tea: blocked: ...`."""
    ended = ((cell, outcomes.get(cell.cell_id)) for cell in cells)
    sentences = (
        f"row {cell.row}, {shortened(cell.product or cell.request.prompt, 40)}: {outcome.status}: {outcome.error}"
        for cell, outcome in ended
        if outcome is not None and outcome.error
    )
    return tuple(islice(sentences, TROUBLES_TOLD))


def result_of(campaign: Campaign, tools: Toolbox) -> CampaignResult:
    """What the campaign came to; cells that were never started are `pending`."""
    counts = {status: tools.tally.by_status[status] for status in STATUSES}
    counts["pending"] += len(tools.cells) - tools.tally.ended
    return CampaignResult(
        name=campaign.title,
        folder=tools.store.root,
        cells=len(tools.cells),
        by_status={status: count for status, count in counts.items() if count},
        cost_usd=tools.tally.cost_usd,
        troubles=troubles(tools.cells, tools.outcomes),
        stopped_because=str(tools.stopped_by) if tools.stopped_by else None,
        is_sandbox=campaign.sandbox,
    )
