"""The flow `review-campaign`: what was decided on a campaign's images is recorded and shown, for nothing.

As a script, `python flows/review.py --help`, it needs no Prefect server.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[1]))  # also where this project is not installed
    from flows.commands.needs import explain_imports

    explain_imports()
    # Before Prefect is imported, which takes seconds: wrong options are told at once.
    try:
        from flows.commands.review_command import main
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(main())

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from prefect import State, flow
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.parameters import asked_of, takes
from tasks.exporting.export import ExportOrder
from tasks.exporting.export_campaign import export_campaign
from tasks.records.fault import shortened
from tasks.reporting.report_campaign import report_export, report_review
from tasks.reporting.report_refusal import unless_refused
from tasks.reviewing.called_decisions import Decided
from tasks.reviewing.review import ReviewOrder, ReviewResult
from tasks.reviewing.review_campaign import review_campaign as taken_in


def run_name() -> str:
    """Such as `q1-launch, 22 Nov 17:05`."""
    folder = str(flow_run.parameters.get("campaign_folder")).rstrip("/").rpartition("/")[2]
    return f"{shortened(folder, 100) or 'campaign'}, {flow_run.scheduled_start_time:%d %b %H:%M}"


@flow(name="review-campaign", flow_run_name=run_name, persist_result=False, validate_parameters=False)
@takes(ReviewOrder.model_fields)
async def review_campaign(**asked: Any) -> ReviewResult:  # noqa: ANN401  of many types, which the record checks
    """Take in what was decided on a campaign's images: which to keep, to reject, and to make again; nothing is paid."""
    # Prefect hands out the state's data.
    return cast("ReviewResult", await unless_refused(end_of(asked), "review"))


def decide(campaign_folder: str, decisions: Mapping[str, Decided], **options: Any) -> ReviewResult:  # noqa: ANN401  as above
    """Take in decisions from a script, by cell_id, without Prefect; `options` are the flow's. See `flows/PYTHON.md`.

    Each is a word (keep, reject, again), or that and more: `{"decision": "again", "prompt": "A vase at night"}`. Raises
    InputInvalid with every fault, before anything is recorded, and StorageFailed.
    """
    return taken_in(asked_of(ReviewOrder, {"campaign_folder": campaign_folder, **options}), decisions=decisions)


async def end_of(asked: Mapping[str, object]) -> State[ReviewResult]:
    """The state in which the run ends. Raises InputInvalid, or StorageFailed."""
    wanted = asked_of(ReviewOrder, asked)
    result = await asyncio.to_thread(taken_in, wanted, progress=lambda *_: None)
    await report_review(result)
    if wanted.export is not None:
        order = ExportOrder(campaign_folder=wanted.campaign_folder, to=wanted.export)
        await report_export(await asyncio.to_thread(export_campaign, order))
    if result.exit_code:
        return Failed(message=result.sentence())
    return Completed(message=result.sentence(), data=result)
