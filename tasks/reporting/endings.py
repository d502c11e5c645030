"""How a run ended, in a sentence, and what to do next: the same in a terminal, a state's message, a notification."""

from collections.abc import Mapping
from typing import Final

from tasks.errors import CampaignFault
from tasks.records.money import among_the_files, counted, usd
from tasks.records.outcome import Status
from tasks.records.result import CampaignResult

NEXT: Final[Mapping[Status, str]] = {
    "failed": "run again with Try again: failed",
    "blocked": "change these prompts and run again; Try again: blocked asks once more as they are",
    "unknown": "may be paid; Try again: unknown asks again, and may pay a second time",
}
"""What to do next where a form is filled in, by how cells ended."""
REVIEW: Final = "choose on the page, then take the decisions in, or run review-campaign/review, which asks in a form"


def next_steps(result: CampaignResult, steps: Mapping[Status, str] = NEXT) -> list[tuple[Status, str]]:
    """What to do about cells that have ended so; a campaign that was stopped is gone on with first."""
    looked_at = [how for how in steps if result.by_status.get(how, 0) > result.left_out.get(how, 0)]
    return [] if result.stopped_because else [(how, steps[how]) for how in looked_at]


def review_step(result: CampaignResult, step: str = REVIEW) -> list[tuple[str, str]]:
    """The same of a campaign that is held and waits for a person's word."""
    return [("review", step)] if result.is_awaited else []


def ended_so(result: CampaignResult) -> str:
    """How a run ended that nothing stopped, and what to do next: `6 done`, or with what is not."""
    steps = [*next_steps(result), *review_step(result)]
    said = counts(result) if result.verdict else result.sentence()
    held = [f"held: {result.approval.sentence()}"] if result.approval is not None else []
    return "; ".join([said, *held, *(f"{status}: {step}" for status, step in steps)])


def ended_early(fault: CampaignFault, result: CampaignResult | None) -> str:
    """How a run ended that something stopped; it may have come to no result."""
    return str(fault) if result is None else f"{counts(result)}. {fault}"


def came_to(result: CampaignResult) -> str:
    """Such as `Not all done: 5 done, 1 blocked of 6 images. $0.48, $0.40 of it in this run`.

    Where rows of an earlier matrix have cost something, `$0.48 for this matrix, ...; $0.72 for the campaign in all`.
    """
    in_this_run = f", {usd(result.spent_usd)} of it in this run" if result.spent_usd != result.cost_usd else ""
    cost = f"{usd(result.cost_usd)}{in_this_run}"
    if result.former_usd:
        in_all_usd = result.cost_usd + result.former_usd
        cost = f"{usd(result.cost_usd)} for this matrix{in_this_run}; {usd(in_all_usd)} for the campaign in all"
    charged = " (sandbox: nothing was charged)" if result.is_sandbox else ""
    former = f". {among_the_files(result.former_images)}" if result.former_images else ""
    held = f". Held for review: {result.approval.sentence()}" if result.approval is not None else ""
    return f"{counts(result)}. {cost}{charged}{former}{held}"


def counts(result: CampaignResult) -> str:
    """Such as `Not all done: 5 done, 1 blocked of 6 images`."""
    verdict = f"{result.verdict.capitalize()}: " if result.verdict else ""
    return f"{verdict}{result.sentence()} of {counted(result.cells, 'image')}"
