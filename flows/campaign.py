"""The flow `campaign`: a campaign matrix goes in, finished images come out. `python flows/campaign.py --help`."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[1]))  # also where this project is not installed
    from tasks.needs import explain_imports

    explain_imports()
    # Before Prefect is imported, which takes seconds: wrong input is told at once, and the embedded server starts
    # meanwhile. The command imports this file by its module's name, so that nothing in it exists twice.
    try:
        from flows.command_line import main
        from flows.leave import leave
    except KeyboardInterrupt:
        sys.exit(130)
    leave(main())

from decimal import Decimal
from typing import cast

from prefect import flow
from prefect.runtime import flow_run

from flows.end_of_run import end_of_run
from flows.parameters import (
    BudgetUsd,
    CallbackEvents,
    CallbackUrl,
    CampaignName,
    DefaultModel,
    DryRun,
    Encoding,
    Formats,
    Matrix,
    Output,
    Places,
    Retries,
    SameCampaign,
    Sandbox,
    Shards,
    Variants,
)
from flows.run_campaign import run_campaign
from flows.run_shards import cancel_shards
from tasks.front import front
from tasks.models.campaign import DEFAULT_OUTPUT, Campaign
from tasks.models.event import EVENT_NAMES
from tasks.models.result import CampaignResult
from tasks.models.variant import DEFAULT_VARIANTS
from tasks.queue_callback import announce_campaign
from tasks.report_campaign import tag_run


def run_name() -> str:
    """Such as `q1-launch, 22 Nov 17:05`."""
    asked = Campaign.model_construct(
        matrix=str(flow_run.parameters.get("matrix")), name=flow_run.parameters.get("name")
    )
    return f"{asked.slug or 'campaign'}, {flow_run.scheduled_start_time:%d %b %H:%M}"


@flow(
    name="campaign",
    flow_run_name=run_name,
    persist_result=False,
    on_completion=[announce_campaign],
    on_failure=[announce_campaign],
    on_crashed=[announce_campaign],
    on_cancellation=[announce_campaign, cancel_shards],
)
async def campaign(  # noqa: PLR0913  the command line's options, under the same names
    matrix: Matrix,
    formats: Formats = None,
    name: CampaignName = None,
    output: Output = DEFAULT_OUTPUT,
    model: DefaultModel = "V_2",
    max_in_flight: Places = 10,
    budget_usd: BudgetUsd = None,
    retry: Retries = [],  # noqa: B006  shown in the form; never changed
    callback_url: CallbackUrl = None,
    callback_events: CallbackEvents = list(EVENT_NAMES),  # noqa: B006  shown in the form; never changed
    variants: Variants = list(DEFAULT_VARIANTS),  # noqa: B006  shown in the form; never changed
    encoding: Encoding = None,
    shards: Shards = 1,
    same_campaign: SameCampaign = False,  # noqa: FBT002  a parameter of the form
    dry_run: DryRun = False,  # noqa: FBT002  a parameter of the form
    sandbox: Sandbox = False,  # noqa: FBT002  a parameter of the form
) -> CampaignResult:
    """Turn a campaign matrix into finished images.

    Args:
        matrix: Path or URL of the campaign matrix: a .csv or .parquet, one product or prompt a row.
        formats: Path or URL of the formats table (format, aspect_ratio, style_type, ...); every row is made in each.
        name: The campaign's name; without one, the matrix's file name.
        output: Folder or URL that holds campaigns, such as s3://bucket/campaigns.
        model: The model of rows that name none.
        max_in_flight: How many images the account may have in flight.
        budget_usd: Never spend more on this campaign, in all its runs together.
        retry: Cells that ended so before and are tried again, from what is stored or linked where that helps; `unknown`
            ones may be paid a second time.
        callback_url: Who is told of each image of rows that name no URL of their own, and of the campaign's end;
            several URLs are separated by spaces.
        callback_events: What they are told of.
        variants: The cuts to make of every image.
        encoding: The text encoding of tables that are not UTF-8; each that is UTF-8 is read as such.
        shards: In how many runs the workers of the work pool share the campaign; 1 makes it in this run.
        same_campaign: The folder's campaign is this one, though its name or its matrix was another: go on with it.
        dry_run: Check, count and price only, a retry as well; nothing is paid.
        sandbox: Use the built-in stand-in for the API; no key is needed, nothing is charged.

    """
    asked = Campaign(
        matrix=matrix,
        formats=formats,
        name=name,
        output=output,
        model=model,
        max_in_flight=max_in_flight,
        budget_usd=None if budget_usd is None else Decimal(str(budget_usd)),
        retry=tuple(retry),
        callback_url=callback_url,
        callback_events=tuple(callback_events),
        variants=tuple(variants),
        encoding=encoding,
        shards=shards,
        same_campaign=same_campaign,
        dry_run=dry_run,
        sandbox=sandbox,
    )
    asked = front().campaign_of(asked)
    await tag_run(asked.slug)
    return cast("CampaignResult", await end_of_run(run_campaign(asked)))  # Prefect hands out the state's data
