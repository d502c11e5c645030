"""The flow `campaign`: a campaign matrix goes in, finished images come out. `python flows/campaign.py --help`."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[1]))  # also where this project is not installed
    from flows.commands.needs import explain_imports

    explain_imports()
    # Before Prefect is imported, which takes seconds: wrong input is told at once, and the embedded server starts
    # meanwhile. The command imports this file by its module's name, so that nothing in it exists twice.
    try:
        from flows.commands.campaign_command import main
        from flows.prefect_server.leave import leave
    except KeyboardInterrupt:
        sys.exit(130)
    leave(main())

from typing import Any, Final, cast

from prefect import flow
from prefect.runtime import flow_run

from flows.campaign_run.end_of_run import end_of_run
from flows.campaign_run.run_campaign import run_campaign
from flows.campaign_run.run_shards import cancel_shards
from flows.parameters import takes
from tasks.records.campaign import Campaign
from tasks.records.result import CampaignResult
from tasks.reporting.report_campaign import tag_run
from tasks.reporting.reporter import reporter
from tasks.running.announce_cells import announce_campaign

AT_THE_END: Final = (announce_campaign, cancel_shards)
"""Hooks. A run that comes to its end by itself calls them before Prefect would, and Prefect for one that does not."""


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
    on_crashed=[*AT_THE_END],
    on_cancellation=[*AT_THE_END],
)
@takes(Campaign.model_fields)
async def campaign(**asked: Any) -> CampaignResult:  # noqa: ANN401  of many types, which Prefect checks
    """Turn a campaign matrix into finished images."""
    wanted = reporter().campaign_of(Campaign(**asked))
    await tag_run(wanted.slug)
    # Prefect hands out the state's data.
    return cast("CampaignResult", await end_of_run(run_campaign(wanted), AT_THE_END))
