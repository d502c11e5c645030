"""The flow `campaign-shard`: one of the runs that share a campaign. `run_shards.py` starts and watches them."""

import asyncio
from typing import cast

from prefect import flow, get_run_logger

from flows.campaign_run.api_settings import api_settings
from flows.campaign_run.end_of_run import end_of_run
from flows.campaign_run.hand_out import Handed, taken
from flows.campaign_run.results import result_of
from flows.campaign_run.run_campaign import work_through
from tasks.api.settings import Settings
from tasks.ledger.variant_set import read_variants
from tasks.planning.plan_campaign import plan_campaign
from tasks.records.campaign import Campaign
from tasks.records.plan import Plan
from tasks.records.result import CampaignResult
from tasks.reporting.report_campaign import report_result, tag_run
from tasks.reporting.reporter import reporter
from tasks.reviewing.takes import with_takes
from tasks.run_state.toolbox import open_toolbox
from tasks.running.begin_run import begin_run
from tasks.running.finished_campaign import publish_finished
from tasks.running.quote_plan import quoted
from tasks.running.settle_variants import use_variants
from tasks.signing.variant_signer import open_signer
from tasks.storage.storage import CampaignStore


@flow(name="campaign-shard", persist_result=False)
async def campaign_shard(campaign: Campaign, shard: int, addresses: str | None = None) -> CampaignResult:
    """Make one shard of a campaign. Started by a campaign's run with `shards`, not by hand.

    Args:
        campaign: The campaign as it was asked for, its addresses without what opens them.
        shard: Which of its shards this is, from 1.
        addresses: Where in the campaign's folder these lie as they were given; empty where nothing was left out.

    """
    return cast("CampaignResult", await end_of_run(make_shard(Handed(campaign, addresses), shard)))


async def make_shard(handed: Handed, shard: int) -> CampaignResult:
    """Make what is missing of a shard. Raises InputInvalid, or the CampaignStopped that ended it early."""
    campaign = await asyncio.to_thread(taken, handed)
    await tag_run(campaign.kind, campaign.slug)
    matrix = await asyncio.to_thread(plan_campaign, campaign)
    store = CampaignStore.open(campaign.output, campaign.slug)
    async with api_settings(campaign, store) as settings:
        return await make_part(await quoted(matrix, settings), shard, settings, store)


async def make_part(matrix: Plan, shard: int, settings: Settings, store: CampaignStore) -> CampaignResult:
    """Make what is missing of a shard of the plan of a `matrix`. Raises the CampaignStopped that ended it early."""
    whole = await asyncio.to_thread(with_takes, matrix, store)
    campaign, plan = whole.campaign, shard_of(whole, shard)
    get_run_logger().info("Shard %d of %d: %d images", shard, campaign.shards, plan.cell_count)
    async with open_toolbox(settings, store, plan.cells, campaign.variants, campaign.budget_usd) as tools:
        tools.cells.share(whole.cells)
        held = (await tools.on_storage_thread(read_variants, store)).as_planned(whole)
        use_variants(tools, held, await tools.on_storage_thread(open_signer))
        await begin_run(tools, frozenset(campaign.retry))
        key = f"{campaign.slug}-shard-{shard}"
        await work_through(campaign, tools, key)
        result = result_of(campaign, tools)
        await report_result(result, key, tools.cells.planned, tools.cells.outcomes)
        reporter().ended(result)
        reporter().hand_out(tools.rescues.link_lines())
        await asyncio.to_thread(publish_finished, matrix)  # the last of them, in case nobody is left to gather them
        if tools.stop.reason is not None:
            raise tools.stop.reason
        return result


def shard_of(plan: Plan, number: int) -> Plan:
    """The cells of one shard, dealt out in turn: each shard has its part of every product and format."""
    cells = plan.cells[number - 1 :: plan.campaign.shards]
    return plan.model_copy(update={"cells": cells, "cell_count": len(cells)})
