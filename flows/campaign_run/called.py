"""A campaign that a script asks for: it gets the result, or an error by its name, and nothing is printed."""

import asyncio
import contextvars
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from httpx import HTTPError
from prefect.exceptions import PrefectException

from flows.campaign_run.api_settings import quoted_by_itself
from flows.campaign_run.before_run import check_lasting, claim_output, known_output
from flows.campaign_run.results import planned_result
from flows.prefect_server.embedded_server import start_embedded_server
from flows.prefect_server.named_server import ServerNotStarted
from flows.prefect_server.quiet import quieten
from tasks.api.proxies import check_way_out
from tasks.api.settings import is_key_set, load_settings
from tasks.planning.plan_campaign import plan_campaign
from tasks.records.campaign import Campaign
from tasks.records.result import CampaignResult, NotCompleted
from tasks.reporting.reporter import Reporter, sent, watched_by
from tasks.running.claim_folder import told_of_folder
from tasks.running.finished_campaign import finished_result
from tasks.running.plan_retry import plan_dry_run
from tasks.storage.public_address import public_base

T = TypeVar("T")
Run = Callable[[Campaign], Awaitable[CampaignResult]]
"""Starts the flow of a campaign."""


class Caller(Reporter):
    """The reporter of a run that a script waits for."""

    async def interruption(self) -> None:
        """Return at Ctrl-C, as a command does: what is in flight gets a few seconds to arrive."""
        await sent(signal.SIGINT)


def called(campaign: Campaign, run: Run) -> CampaignResult:
    """What a campaign comes to, as the command would have it: a dry run and one that is finished need no server.

    Raises InputInvalid, the CampaignStopped that ended it early, or ServerNotStarted.
    """
    if campaign.dry_run:
        return planned_result(told_of_folder(plan_dry_run(campaign, quoted_by_itself)))
    check_way_out()
    public_base()  # raises where it is malformed
    if not campaign.sandbox and is_key_set():
        load_settings()  # a key that is none is told before anything starts
    check_lasting(campaign.output)
    is_known, plan = known_output(campaign), plan_campaign(campaign)
    claim_output(plan)
    finished = finished_result(plan) if is_known else None
    if finished is not None:
        return finished
    server = start_embedded_server()
    quieten()
    if server is not None:
        server.wait_until_ready()
    caller = Caller(plan)
    try:
        with watched_by(caller):
            return in_own_loop(lambda: run(campaign.told()))
    except NotCompleted as told:
        return told.result
    except (HTTPError, PrefectException) as error:
        if caller.result is None:
            raise ServerNotStarted(f"Prefect's server failed, and with it the run; run again: {error}") from error
        return caller.result


def in_own_loop(work: Callable[[], Awaitable[T]]) -> T:
    """What comes of an awaitable, also where a loop is running in this thread already, as in a notebook."""

    async def done() -> T:
        return await work()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(done())
    with ThreadPoolExecutor(1, "campaign") as pool:
        return pool.submit(contextvars.copy_context().run, asyncio.run, done()).result()
