"""The hooks: what ends in Prefect becomes an event in the outbox, before the state is left behind. They do no more.

A run that is killed between an end and its hook leaves the event to `announced` of the next, which queues whatever the
ledger knows and the outbox does not; an event's name is made of what it tells, so nobody queues it twice.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.context import TaskRunContext
from prefect.exceptions import ParameterTypeError
from prefect.flows import Flow
from prefect.tasks import Task
from pydantic import ValidationError

from tasks.callbacks.callback_settings import load_callback_settings
from tasks.callbacks.outbox import Outbox
from tasks.callbacks.queue_events import Announcements, Announcer
from tasks.callbacks.queue_reviews import Reviewed, queue_reviews
from tasks.callbacks.send_callback import open_deliverer, utc_now
from tasks.errors import CampaignStopped, CellError, InputInvalid, NotAccepted, StorageFailed
from tasks.generate_image import generate_image
from tasks.ledger.ledger import Ledger
from tasks.ledger.names import Intents
from tasks.ledger.reviews import read_reviews
from tasks.make_variants import make_variants
from tasks.records.campaign import Campaign, settled
from tasks.records.campaign_event import CampaignEnd, campaign_event, counted
from tasks.records.event import AWAITED, event_id
from tasks.records.keys import ENDS, INTENTS
from tasks.records.outcome import Outcome
from tasks.records.result import CampaignResult, NotCompleted
from tasks.reporting.reporter import reporter
from tasks.run_state.job import Job
from tasks.run_state.toolbox import Toolbox, toolbox
from tasks.running.end_job import note
from tasks.storage.storage import CampaignStore

LAST_TRY_S: Final = 1.5
"""How long the end of a run waits for endpoints that may still answer."""
NOT_BEGUN: Final = (InputInvalid, ValidationError, ParameterTypeError)
"""What ends a run before it is one: whoever started it is told so."""
ENDED_AS: Final = {"CRASHED": "crashed", "CANCELLED": "was cancelled", "CANCELLING": "was cancelled"}

logger = logging.getLogger(__name__)


@make_variants.on_completion
async def announce_done(_task: Task[..., Any], _run: TaskRun, state: State) -> None:
    """All files of a cell are stored."""
    job, variants = job_of_task(), await state.aresult(raise_on_failure=False)
    if job is not None and job.original is not None and isinstance(variants, dict):
        await announce(job, job.done(job.original, variants))


@generate_image.on_failure
@make_variants.on_failure
async def announce_failed(_task: Task[..., Any], _run: TaskRun, state: State) -> None:
    """A cell has ended without an image, or without all its cuts; what stops the whole campaign ends no cell.

    Nor does being turned away: such a cell may be put off. The end is noted before it is told, or a run that is killed
    in between would have told what the next one finds otherwise.
    """
    job, error = job_of_task(), await state.aresult(raise_on_failure=False)
    if job is not None and isinstance(error, CellError) and not isinstance(error, NotAccepted):
        with suppress(StorageFailed):  # it stops the campaign when the job ends
            await announce(job, await note(toolbox(), job, job.failed(error)))


def job_of_task() -> Job | None:
    """The job that the task which has just ended was given; None where nobody wants to be told."""
    context = TaskRunContext.get()
    job = context.parameters.get("job") if context is not None else None
    return job if isinstance(job, Job) and toolbox().announcements is not None else None


async def announce(job: Job, outcome: Outcome) -> None:
    """Queue what is to be told of a cell's end. Where the storage fails, it is left to the end of the run."""
    announcements = toolbox().announcements
    if announcements is None:
        return
    try:
        await announcements.announce(job.cell, outcome)
    except StorageFailed as error:
        logger.warning("The end of %s is announced later: %s", outcome.cell_id, error)


@asynccontextmanager
async def announced(tools: Toolbox, campaign: Campaign, last_try_s: float = LAST_TRY_S) -> AsyncIterator[None]:
    """Inside, the ends of cells are announced and delivered; before and after, those that nobody has announced.

    None of it is waited for by the lanes. Raises InputInvalid where the environment's settings are malformed, and
    StorageFailed at the beginning only.
    """
    if not any(cell.endpoints for cell in tools.cells.planned):
        yield
        return
    settings = load_callback_settings()
    if campaign.sandbox:
        settings = settings.model_copy(update={"allow_private": True})
    outbox = Outbox(tools.store)
    announcer = await tools.on_storage_thread(Announcer.open, campaign, outbox)
    terms = await tools.on_storage_thread(outbox.agree, settings.terms())
    settings, hindrance = settings.under(terms), settings.hindrance(terms)
    if hindrance:
        reporter().warn(f"callbacks are queued and not sent: {hindrance}")
    async with open_deliverer(outbox, settings) as deliverer:
        tools.announcements = announcements = Announcements(announcer, deliverer)
        catching_up = catch_up(tools, announcements, campaign)
        works = [catching_up, *([] if hindrance else [deliverer.run()])]
        beside = [asyncio.create_task(work) for work in works]
        try:
            yield
        finally:
            tools.announcements = None
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await announce_missing(tools, announcements, campaign)
            if not hindrance:
                await deliverer.finish(last_try_s)


async def catch_up(tools: Toolbox, announcements: Announcements, campaign: Campaign) -> None:
    """Take up what an earlier run has left: events that wait, and ends that were never announced."""
    try:
        await announcements.deliverer.take_up()
    except StorageFailed as error:
        logger.warning("What waits in the outbox is delivered later: %s", error)
    await announce_missing(tools, announcements, campaign)


async def announce_missing(tools: Toolbox, announcements: Announcements, campaign: Campaign) -> None:
    """Announce what has ended, or was decided, and nobody has announced."""
    cells = tools.cells
    try:
        await announcements.announce_missing(cells.planned, cells.noted_outcomes())
        if campaign.hold:
            reviews = await tools.on_storage_thread(read_reviews, tools.store)
            shown = reviews.shown(cells.planned)
            reviewed = Reviewed(shown, cells.noted_outcomes(), reviews, is_whole=not cells.elsewhere)
            queue = (queue_reviews, announcements.announcer, reviewed, campaign.callback_urls)
            for event in await tools.on_storage_thread(*queue):
                announcements.deliverer.add_new(event)
    except StorageFailed as error:
        logger.warning("What this run has not announced, the next one will: %s", error)


async def announce_campaign(flow: Flow[..., Any], flow_run: FlowRun, state: State) -> None:  # noqa: ARG001  a hook
    """A run of the campaign is over, in whatever way, on whatever machine is left to notice it."""
    campaign = reporter().campaign_of(campaign_of(flow_run.parameters))
    result = await state.aresult(raise_on_failure=False) if state.is_final() else None
    if not campaign.callback_url or campaign.dry_run or isinstance(result, NOT_BEGUN) or state.is_paused():
        return
    run = f"{flow_run.id}/{flow_run.run_count}"
    try:
        await asyncio.to_thread(queue_campaign, campaign, run, state.type.value, result)
    except StorageFailed as error:
        logger.warning("The end of the campaign could not be announced: %s", error)


def campaign_of(parameters: Mapping[str, Any]) -> Campaign:
    """What of the flow's parameters the end of a run is announced by; they were not checked where the run crashed."""
    names = ("matrix", "name", "output", "callback_url", "callback_events", "dry_run", "hold")
    given = settled(parameters)
    return Campaign.model_construct(**{name: given[name] for name in names if name in given})


def queue_campaign(campaign: Campaign, run: str, state: str, result: object) -> None:
    """Queue what is to be told of a run's end. Raises StorageFailed."""
    store = CampaignStore.open(campaign.output, campaign.slug)
    end = end_of(store, state, result)
    if end is None:
        return
    announcer = Announcer.open(campaign, Outbox(store))
    event = campaign_event(campaign.title, campaign.slug, store.address, end, utc_now(), announcer.public_url)
    if end.is_awaited:
        event = event.model_copy(update={"review": AWAITED})
    if event.event in announcer.wanted:
        is_completed = event.event == "campaign.completed"
        id_ = announcer.id_of_completion() if is_completed else event_id(announcer.sender_id, run, event.event)
        announcer.queue(event, id_, campaign.callback_urls)


def end_of(store: CampaignStore, state: str, result: object) -> CampaignEnd | None:
    """What a run came to: its own result, else what the ledger knows; None where it never came to ask for anything."""
    if isinstance(result, NotCompleted):
        result = result.result
    if isinstance(result, CampaignResult):
        return CampaignEnd(counts=result.by_status, cost_usd=result.cost_usd, is_awaited=result.is_awaited)
    if not store.names(ENDS) and not Intents.of(store.names(INTENTS)).begun:
        return None
    why = f"The run {ENDED_AS.get(state, 'failed')}"
    if isinstance(result, CampaignStopped) and state not in ENDED_AS:
        why = str(result)
    return counted(Ledger(store, "").load(()).orphaned).model_copy(update={"error": why})
