"""The flow `run-inbox`: every matrix that waits in a folder or a bucket is run once and filed away.

`tasks/inbox/names.py` draws what lies where.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, cast

from prefect import State, flow
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from pydantic.fields import FieldInfo

from flows.campaign import campaign
from flows.campaign_run.end_of_run import end_of_run
from flows.parameters import asked_of, takes
from flows.prefect_server.stored_key import load_run_settings
from tasks.errors import Interrupted
from tasks.inbox import inbox as inboxes
from tasks.inbox.names import InboxResult
from tasks.inbox.process_inbox import work_inbox
from tasks.planning.settings_notes import callback_notes, signing_notes
from tasks.records.campaign import Campaign
from tasks.records.result import CampaignResult, NotCompleted
from tasks.reporting.report_campaign import report_inbox, tag_run
from tasks.reporting.report_refusal import unless_refused
from tasks.storage.schemes import check_output

OF_ONE_CAMPAIGN: Final = {"matrix", "formats", "name", "do", "retry", "shards", "same_campaign", "dry_run"}
"""What is asked for of a campaign that somebody has in mind: an inbox says it of none."""
OF_EACH_CAMPAIGN: Final = tuple(name for name in Campaign.model_fields if name not in OF_ONE_CAMPAIGN)
INBOX: Final = FieldInfo(
    annotation=str,
    title="Inbox",
    description="Folder or URL where matrices are put, such as s3://bucket/inbox.",
)


def run_name() -> str:
    """Such as `inbox, 22 Nov 02:00`."""
    return f"inbox, {flow_run.scheduled_start_time:%d %b %H:%M}"


@flow(name="run-inbox", flow_run_name=run_name, persist_result=False, validate_parameters=False)
@takes({"inbox": INBOX} | {name: Campaign.model_fields[name] for name in OF_EACH_CAMPAIGN})
async def run_inbox(inbox: str, **asked: Any) -> InboxResult:  # noqa: ANN401  of many types, which the record checks
    """Run the campaign of every matrix that waits in an inbox, and file each matrix under done or failed.

    A matrix that was changed within the last minute is left for the next time. The table formats.csv (or .parquet,
    .xlsx) in the inbox, if there is one, goes with every matrix. A campaign is called by its matrix's file name.
    """
    # Prefect takes a state for the run's own.
    ended = end_of_run(work_through(inbox, asked), ended=completed)
    return cast("InboxResult", await unless_refused(ended, "inbox"))


async def work_through(inbox: str, asked: Mapping[str, object]) -> InboxResult:
    """Run what waits. Raises InputInvalid where no matrix is at fault, and Interrupted once the inbox is in order.

    A key that is missing, or an expired certificate, is told before a matrix is touched: all would be filed as failed.
    """
    each = asked_of(Campaign, {"matrix": inbox, **asked})
    await tag_run(each.kind)
    check_output(each.output)
    await asyncio.to_thread(check_settings, each)
    if not each.sandbox:
        await load_run_settings()
    ended_by: list[Interrupted] = []

    async def make(matrix: str, formats: str | None) -> CampaignResult:
        given = {name: getattr(each, name) for name in OF_EACH_CAMPAIGN}
        try:
            return cast("CampaignResult", await campaign(matrix=matrix, formats=formats, **given))
        except NotCompleted as some:
            return some.result
        except Interrupted as fault:
            ended_by.append(fault)
            raise

    opened = await asyncio.to_thread(inboxes.Inbox.open, inbox)
    result = await work_inbox(opened, make)
    await report_inbox(result)
    if ended_by:
        raise ended_by[0]
    return result


def check_settings(each: Campaign) -> None:
    """Try what signs variants and callbacks. Raises InputInvalid."""
    callback_notes(each, frozenset())
    signing_notes()


def completed(result: InboxResult) -> State[Any]:
    """The state of a run whose result this is."""
    return Completed(message=result.sentence(), data=result) if result.is_well else Failed(message=result.sentence())
