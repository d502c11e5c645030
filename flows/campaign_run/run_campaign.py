"""A campaign from its plan to its result."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from prefect import get_run_logger

from flows.campaign_run.api_settings import api_settings, quoted_by_itself
from flows.campaign_run.results import planned_result, result_of
from flows.campaign_run.run_shards import run_shards
from flows.prefect_server.embedded_server import home_held, is_server_ours
from flows.prefect_server.memory import keep_what_is_in_hand
from tasks.api.settings import Settings
from tasks.errors import CampaignStopped, Interrupted, StorageFailed
from tasks.lane import run_lanes
from tasks.planning.plan_campaign import plan_campaign
from tasks.publish_campaign import publish_campaign
from tasks.records.campaign import Campaign
from tasks.records.plan import Plan
from tasks.records.result import CampaignResult
from tasks.references.kept import keep_references
from tasks.reporting.contact_picture import contact_picture
from tasks.reporting.notify_people import People, news, people_told, subject
from tasks.reporting.report_campaign import progress_artifact, report_plan, report_result
from tasks.reporting.reporter import reporter
from tasks.reporting.summarize import headline
from tasks.reviewing.takes import with_takes
from tasks.run_state.first_of import first_of
from tasks.run_state.toolbox import Toolbox, open_toolbox
from tasks.running.announce_cells import announced
from tasks.running.begin_run import begin_run, paid_usd
from tasks.running.claim_folder import told_of_folder
from tasks.running.end_job import end_interrupted
from tasks.running.hear_webhooks import receiver_notes, webhooks_heard
from tasks.running.held_as_asked import held_as_asked
from tasks.running.plan_retry import looked_up, plan_dry_run
from tasks.running.quote_plan import quoted
from tasks.running.separate_sandbox import keep_apart, stay_apart
from tasks.running.settle_variants import settle_variants
from tasks.running.show_life import shown_alive
from tasks.running.slots import agreed_slots
from tasks.running.take_up_rescued import take_up_rescued
from tasks.storage.storage import CampaignStore

GRACE_S: Final = 8.0
"""How long what is in flight may take to be answered and stored after an interruption."""
CANCEL_TIMEOUT_S: Final = 2.0


async def run_campaign(campaign: Campaign) -> CampaignResult:
    """Plan, generate, cut, publish, report. Raises InputInvalid, or the CampaignStopped that ended it early."""
    if campaign.dry_run:
        plan = await asyncio.to_thread(told_of_folder, await planned(campaign))
        await report_plan(plan)
        return planned_result(plan)
    async with people_told(campaign.title) as people:
        return await carry_out(await planned(campaign), people)


async def planned(campaign: Campaign) -> Plan:
    """The plan that was shown before the run, or one that is made now. Raises InputInvalid."""
    plan = reporter().plan_of(campaign)
    if plan is None:
        plan = await asyncio.to_thread(planned_of, campaign)
    get_run_logger().info("Planned %d images of %d rows", plan.cell_count, plan.row_count)
    return plan


def planned_of(campaign: Campaign) -> Plan:
    """A plan that is made now; that of a dry run at quoted prices, where it asks for them."""
    return plan_dry_run(campaign, quoted_by_itself) if campaign.dry_run else plan_campaign(campaign)


async def carry_out(plan: Plan, people: People) -> CampaignResult:
    """Make what is planned, at the prices that are quoted now. Raises the CampaignStopped that ended it early."""
    store = CampaignStore.open(plan.campaign.output, plan.campaign.slug)
    async with api_settings(plan.campaign, store) as settings:
        return await make(await quoted(plan, settings), settings, store, people)


async def make(plan: Plan, settings: Settings, store: CampaignStore, people: People) -> CampaignResult:
    """Make what is planned, alone or with other runs. Raises the CampaignStopped that ended it early."""
    campaign = plan.campaign
    matrix, plan = plan, await asyncio.to_thread(with_takes, plan, store)
    async with open_toolbox(settings, store, plan.cells, campaign.variants, campaign.budget_usd) as tools:
        notes = await tools.on_storage_thread(keep_apart, store, matrix)
        notes += await tools.on_storage_thread(held_as_asked, store, campaign)
        await tools.on_storage_thread(keep_references, store, plan.references)
        notes += await settle_variants(tools, plan)
        if campaign.shards > 1:
            notes += await take_up_rescued(tools)  # before a shard takes it for lost
            plan, _ = await tools.on_storage_thread(looked_up, plan)
            before_usd = await paid_usd(tools)
            try:
                await run_shards(plan, store)
            except CampaignStopped as fault:
                tools.stop.because(fault)
            tools.purse.spend(None, await paid_usd(tools) - before_usd)
            # What they leave is made here; what they have tried again is not tried once more.
            plan = plan.model_copy(update={"campaign": campaign.model_copy(update={"retry": ()})})
        return await make_images(plan, tools, notes, people)


async def make_images(plan: Plan, tools: Toolbox, notes: tuple[str, ...], people: People) -> CampaignResult:
    """Carry out `plan`: whatever stops it, what is done is written before it ends."""
    campaign, cells = plan.campaign, tools.cells
    begun = await begin_run(tools, frozenset(campaign.retry), campaign.max_in_flight)
    plan = plan if plan.left else plan.model_copy(update={"left": begun.left})  # shards have begun before
    get_run_logger().info("%s", headline(plan))
    reporter().started(plan, tools.tally, notes + begun.notes + await receiver_notes(tools))
    await work_through(campaign, tools, campaign.slug)
    is_published = True
    try:
        await publish_campaign(campaign.title, is_sandbox=campaign.sandbox)
    except StorageFailed as fault:  # what was kept elsewhere is told all the same
        tools.stop.because(fault)
        is_published = False
    result = result_of(campaign, tools, is_published=is_published)
    await report_result(result, campaign.slug, cells.planned, cells.outcomes, await picture_of(tools))
    reporter().ended(result)
    reporter().hand_out(tools.rescues.link_lines())
    await people.hear(subject(result), news(result, cells.planned, cells.outcomes))
    if tools.stop.reason is not None:
        raise tools.stop.reason
    return result


async def work_through(campaign: Campaign, tools: Toolbox, key: str) -> None:
    """Make what waits in the toolbox, until the end or an interruption; `key` names the progress in the UI."""
    with home_held() as is_alone:
        slots = await agreed_slots(campaign.max_in_flight, owns_limit=is_server_ours(), is_alone=is_alone)
    alive, announcing, hearing = shown_alive(tools), announced(tools, campaign), webhooks_heard(tools)
    async with progress_artifact(tools.tally, key), alive, announcing, hearing:
        if campaign.sandbox:
            await stay_apart(tools)
        await until_interrupted(tools, run_lanes(tools, slots, frozenset(campaign.retry)))


async def picture_of(tools: Toolbox) -> bytes | None:
    """A picture of the images for the UI; None on a server of our own, which has none."""
    if is_server_ours():
        return None
    planned, outcomes = tools.cells.planned, tools.cells.outcomes
    return await tools.on_image_thread(contact_picture, tools.store, planned, outcomes, tools.variants)


async def until_interrupted(tools: Toolbox, running: Coroutine[Any, Any, None]) -> None:
    """Run until the end, or until an interruption's grace is over; what is under way then is settled as it stands.

    Nothing of the run goes on after it. What stops the campaign is noted, any other fault is raised.
    """
    keep_what_is_in_hand()
    lanes = asyncio.create_task(running)
    try:
        if await first_of(lanes, reporter().interruption()):
            tools.stop.because(Interrupted("The run was interrupted; run the same command again to go on"))
            await asyncio.wait({lanes}, timeout=GRACE_S)
        if not lanes.done():
            lanes.cancel()
            await asyncio.wait({lanes}, timeout=CANCEL_TIMEOUT_S)
    finally:
        lanes.cancel()
    error = lanes.exception() if lanes.done() and not lanes.cancelled() else None
    if isinstance(error, CampaignStopped):
        tools.stop.because(error)
    elif error is not None:
        raise error
    if tools.stop.reason is not None:
        await end_interrupted(tools, tools.stop.reason)
