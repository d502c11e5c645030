"""The flow `run-inbox`: every matrix that waits in a folder or a bucket is run once and filed away.

`tasks/models/inbox.py` draws what lies where.
"""

import asyncio
import uuid
from typing import cast

from prefect import flow
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.campaign import campaign
from flows.parameters import (
    BudgetUsd,
    CallbackEvents,
    CallbackUrl,
    DefaultModel,
    Encoding,
    Inbox,
    Output,
    Places,
    Sandbox,
    Variants,
)
from tasks.clients import inbox as inboxes
from tasks.clients.schemes import check_output
from tasks.models.campaign import DEFAULT_OUTPUT
from tasks.models.event import EVENT_NAMES
from tasks.models.inbox import InboxResult
from tasks.models.result import CampaignResult
from tasks.models.variant import DEFAULT_VARIANTS
from tasks.report_campaign import report_inbox
from tasks.stored_key import load_run_settings
from tasks.work_inbox import work_inbox


def run_name() -> str:
    """Such as `inbox, 22 Nov 02:00`."""
    return f"inbox, {flow_run.scheduled_start_time:%d %b %H:%M}"


@flow(name="run-inbox", flow_run_name=run_name, persist_result=False)
async def run_inbox(  # noqa: PLR0913  the campaign's options, under the same names
    inbox: Inbox,
    output: Output = DEFAULT_OUTPUT,
    model: DefaultModel = "V_2",
    max_in_flight: Places = 10,
    budget_usd: BudgetUsd = None,
    callback_url: CallbackUrl = None,
    callback_events: CallbackEvents = list(EVENT_NAMES),  # noqa: B006  shown in the form; never changed
    variants: Variants = list(DEFAULT_VARIANTS),  # noqa: B006  shown in the form; never changed
    encoding: Encoding = None,
    sandbox: Sandbox = False,  # noqa: FBT002  a parameter of the form
) -> InboxResult:
    """Run the campaign of every matrix that waits in an inbox, and file each matrix under done or failed.

    A matrix that was changed within the last minute is left for the next time. The table formats.csv (or .parquet) in
    the inbox, if there is one, goes with every matrix. A campaign is called by its matrix's file name.

    Args:
        inbox: Folder or URL where matrices are put, such as s3://bucket/inbox.
        output: Folder or URL that holds campaigns, such as s3://bucket/campaigns.
        model: The model of rows that name none.
        max_in_flight: How many images the account may have in flight.
        budget_usd: Never spend more on any one of the campaigns.
        callback_url: Who is told of each image of rows that name no URL of their own, and of each campaign's end;
            several URLs are separated by spaces.
        callback_events: What they are told of.
        variants: The cuts to make of every image.
        encoding: The text encoding of tables that are not UTF-8; each that is UTF-8 is read as such.
        sandbox: Use the built-in stand-in for the API; no key is needed, nothing is charged.

    """
    check_output(output)
    if not sandbox:
        await load_run_settings()  # a missing key is no matrix's fault: told before one is touched

    async def make(matrix: str, formats: str | None) -> CampaignResult:
        return await campaign(
            matrix=matrix,
            formats=formats,
            output=output,
            model=model,
            max_in_flight=max_in_flight,
            budget_usd=budget_usd,
            callback_url=callback_url,
            callback_events=callback_events,
            variants=variants,
            encoding=encoding,
            sandbox=sandbox,
        )

    opened = await asyncio.to_thread(inboxes.Inbox.open, inbox, uuid.uuid4().hex)
    result = await work_inbox(opened, make)
    await report_inbox(result)
    if not result.is_well:
        return cast("InboxResult", Failed(message=result.sentence()))  # Prefect takes a state for the run's own
    return cast("InboxResult", Completed(message=result.sentence(), data=result))
