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

from collections.abc import Mapping
from typing import Any, Final, cast

from prefect import State, flow
from prefect.runtime import flow_run

from flows.campaign_run.called import called
from flows.campaign_run.end_of_run import end_of_run
from flows.campaign_run.end_shards import cancel_shards
from flows.campaign_run.run_campaign import run_campaign
from flows.parameters import asked_of, takes
from tasks.records.campaign import Campaign
from tasks.records.result import CampaignResult
from tasks.reporting.report_campaign import tag_run
from tasks.reporting.report_refusal import unless_refused
from tasks.reporting.reporter import reporter
from tasks.running.announce_cells import announce_campaign
from tasks.storage.public_address import public_base

AT_THE_END: Final = (announce_campaign, cancel_shards)
"""Hooks. A run that comes to its end by itself calls them before Prefect would, and Prefect for one that does not."""


def run_name() -> str:
    """Such as `q1-launch, 22 Nov 17:05`."""
    return f"{named(flow_run.parameters).slug or 'campaign'}, {flow_run.scheduled_start_time:%d %b %H:%M}"


@flow(
    name="campaign",
    flow_run_name=run_name,
    persist_result=False,
    validate_parameters=False,
    on_crashed=[*AT_THE_END],
    on_cancellation=[*AT_THE_END],
)
@takes(Campaign.model_fields)
async def campaign(**asked: Any) -> CampaignResult:  # noqa: ANN401  of many types, which the record checks
    """Turn a campaign matrix into finished images."""
    # Prefect hands out the state's data.
    return cast("CampaignResult", await unless_refused(end_of(asked), named(asked).slug))


def make_campaign(**options: Any) -> CampaignResult:  # noqa: ANN401  as above
    """Run a campaign from a script, as the command does: the same options, with underscores. See `flows/PYTHON.md`.

    Returns what it came to, also where some images are not done. Raises InputInvalid, the CampaignStopped that ended it
    early, ServerNotStarted or SandboxNotStarted.
    """
    return called(asked_of(Campaign, options), lambda told: campaign(**dict(told)))


async def end_of(asked: Mapping[str, object]) -> State[CampaignResult]:
    """The state in which the run ends. Raises InputInvalid, or the CampaignStopped that ended it early."""
    wanted = reporter().campaign_of(asked_of(Campaign, asked))
    public_base()  # raises where it is malformed
    await tag_run(wanted.kind, wanted.slug)
    return await end_of_run(run_campaign(wanted), AT_THE_END)


def named(asked: Mapping[str, object]) -> Campaign:
    """What a campaign is called by, of parameters that nobody has checked."""
    return Campaign.model_construct(matrix=str(asked.get("matrix")), name=str(asked.get("name") or ""))
