"""The flow `review-campaign`: what was decided on a campaign's images is recorded and shown, for nothing.

Given no decisions, it asks for them in Prefect's form, by rounds, and has made again what is to be.

As a script, `python flows/review.py --help`, it needs no Prefect server.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[1]))  # also where this project is not installed
    from flows.commands.needs import run_command

    run_command("review_command")  # before Prefect is imported, which takes seconds: wrong options are told at once

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, Final, cast

from prefect import State, flow
from prefect.context import FlowRunContext
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.campaign import campaign
from flows.campaign_run.end_of_run import end_of_run
from flows.parameters import asked_of, takes
from flows.review_rounds.form import PrefectForms
from flows.review_rounds.last_order import last_order
from flows.review_rounds.rounds import review_in_rounds
from tasks.errors import InputInvalid
from tasks.exporting.export import ExportOrder
from tasks.exporting.export_campaign import export_campaign
from tasks.records.fault import shortened
from tasks.records.result import NotCompleted
from tasks.reporting.endings import came_to
from tasks.reporting.report_campaign import report_export, report_review
from tasks.reporting.report_refusal import unless_refused
from tasks.reviewing.called_decisions import Decided
from tasks.reviewing.review import ReviewOrder, ReviewResult
from tasks.reviewing.review_campaign import review_campaign as taken_in
from tasks.storage.storage import CampaignStore

NEEDS_DEPLOYMENT: Final = (
    "is missing; name a table of decisions. Only a run of the deployment review-campaign/review asks for them in a form"
)


def run_name() -> str:
    """Such as `q1-launch, 22 Nov 17:05`."""
    folder = str(flow_run.parameters.get("campaign_folder")).rstrip("/").rpartition("/")[2]
    return f"{shortened(folder, 100) or 'campaign'}, {flow_run.scheduled_start_time:%d %b %H:%M}"


@flow(name="review-campaign", flow_run_name=run_name, persist_result=False, validate_parameters=False)
@takes(ReviewOrder.model_fields)
async def review_campaign(**asked: Any) -> ReviewResult:  # noqa: ANN401  of many types, which the record checks
    """Take in what was decided on a campaign's images; without any decisions, ask for them in a form, by rounds."""
    # Prefect hands out the state's data.
    return cast("ReviewResult", await unless_refused(end_of(asked), "review"))


def decide(campaign_folder: str, decisions: Mapping[str, Decided], **options: Any) -> ReviewResult:  # noqa: ANN401  as above
    """Take in decisions from a script, by cell_id, without Prefect; `options` are the flow's. See `flows/PYTHON.md`.

    Each is a word (keep, reject, again), or that and more: `{"decision": "again", "prompt": "A vase at night"}`. Raises
    InputInvalid with every fault, before anything is recorded, and StorageFailed.
    """
    return taken_in(asked_of(ReviewOrder, {"campaign_folder": campaign_folder, **options}), decisions=decisions)


async def end_of(asked: Mapping[str, object]) -> State[ReviewResult]:
    """The state in which the run ends. Raises InputInvalid, or StorageFailed, and Pause while a form is waited for."""
    wanted = asked_of(ReviewOrder, asked)
    forms = None if wanted.decisions or wanted.again else forms_of_run()
    if forms is not None:
        rounds = review_in_rounds(wanted, forms, made_again)
        return await end_of_run(handed_over(wanted, rounds), ended=completed)
    if not (wanted.decisions or wanted.again or wanted.export):
        raise InputInvalid.of(source="Decisions (decisions)", problem=NEEDS_DEPLOYMENT)
    taken = asyncio.to_thread(taken_in, wanted, progress=lambda *_: None)
    return completed(await handed_over(wanted, taken))


def forms_of_run() -> PrefectForms | None:
    """The forms of this run; None where it is no deployment's, and cannot be suspended."""
    context = FlowRunContext.get()
    run = context.flow_run if context is not None else None
    return PrefectForms(run.id) if run is not None and run.deployment_id is not None else None


async def handed_over(wanted: ReviewOrder, review: Coroutine[Any, Any, ReviewResult]) -> ReviewResult:
    """What a review comes to, once Prefect shows it, and what was kept is handed over where that is wanted."""
    result = await review
    await report_review(result)
    if wanted.export is not None:
        order = ExportOrder(campaign_folder=wanted.campaign_folder, to=wanted.export)
        await report_export(await asyncio.to_thread(export_campaign, order))
    return result


async def made_again(store: CampaignStore, *, is_sandbox: bool) -> str:
    """Ask for the campaign in `store` as it was last asked for. Raises InputInvalid and CampaignStopped."""
    try:
        result = await campaign(**await last_order(store, is_sandbox=is_sandbox))
    except NotCompleted as some:
        result = some.result
    return f"Made again: {came_to(result)}"


def completed(result: ReviewResult) -> State[Any]:
    """The state of a run whose result this is."""
    if result.exit_code:
        return Failed(message="; ".join([result.sentence(), *result.troubles[:1]]))
    return Completed(message=result.sentence(), data=result)
