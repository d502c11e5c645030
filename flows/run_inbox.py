"""The flow `run-inbox`: every matrix that waits in a folder or a bucket is run once and filed away.

`tasks/inbox/names.py` draws what lies where.
"""

import asyncio
from typing import Any, Final, cast

from prefect import flow
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from pydantic.fields import FieldInfo

from flows.campaign import campaign
from flows.parameters import takes
from flows.prefect_server.stored_key import load_run_settings
from tasks.inbox import inbox as inboxes
from tasks.inbox.names import InboxResult
from tasks.inbox.process_inbox import work_inbox
from tasks.records.campaign import Campaign
from tasks.records.result import CampaignResult
from tasks.reporting.report_campaign import report_inbox
from tasks.storage.schemes import check_output

OF_EACH_CAMPAIGN: Final = (
    "output",
    "model",
    "max_in_flight",
    "budget_usd",
    "callback_url",
    "callback_events",
    "variants",
    "encoding",
    "sandbox",
)
INBOX: Final = FieldInfo(
    annotation=str,
    title="Inbox",
    description="Folder or URL where matrices are put, such as s3://bucket/inbox.",
)


def run_name() -> str:
    """Such as `inbox, 22 Nov 02:00`."""
    return f"inbox, {flow_run.scheduled_start_time:%d %b %H:%M}"


@flow(name="run-inbox", flow_run_name=run_name, persist_result=False)
@takes({"inbox": INBOX} | {name: Campaign.model_fields[name] for name in OF_EACH_CAMPAIGN})
async def run_inbox(inbox: str, **asked: Any) -> InboxResult:  # noqa: ANN401  of many types, which Prefect checks
    """Run the campaign of every matrix that waits in an inbox, and file each matrix under done or failed.

    A matrix that was changed within the last minute is left for the next time. The table formats.csv (or .parquet) in
    the inbox, if there is one, goes with every matrix. A campaign is called by its matrix's file name.
    """
    check_output(asked["output"])
    if not asked["sandbox"]:
        await load_run_settings()  # a missing key is no matrix's fault: told before one is touched

    async def make(matrix: str, formats: str | None) -> CampaignResult:
        return cast("CampaignResult", await campaign(matrix=matrix, formats=formats, **asked))

    opened = await asyncio.to_thread(inboxes.Inbox.open, inbox)
    result = await work_inbox(opened, make)
    await report_inbox(result)
    if not result.is_well:
        return cast("InboxResult", Failed(message=result.sentence()))  # Prefect takes a state for the run's own
    return cast("InboxResult", Completed(message=result.sentence(), data=result))
