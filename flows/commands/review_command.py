"""The command line of `python flows/review.py`: decisions in, an exit code out."""

import shlex
from collections.abc import Sequence
from typing import Final

from flows.commands.answer import answer
from flows.commands.export_command import main as export
from flows.commands.options import Command, Written
from flows.commands.screen import Screen, counting
from flows.commands.terminal import files_in
from tasks.records.exit_code import ExitCode
from tasks.records.fault import one_line, shortened
from tasks.reviewing.review import ReviewOrder, ReviewResult
from tasks.storage.public_address import public_folder

NOTES_SHOWN: Final = 200
"""Many, since people are to see where they differ."""
TROUBLES_SHOWN: Final = 20
COMMAND: Final = Command(
    typed="python flows/review.py",
    asked=ReviewOrder,
    says="Take in what was decided on a campaign's images: which to keep, to reject, to make again; nothing is paid.",
    epilogue="Exit codes: 0 all of it taken in, 1 some images not cut anew, 2 bad input, 3 stopped by the storage, "
    "130 interrupted.",
    example="data/out/q1-launch q1-launch-decisions.csv",
    untouched="nothing was recorded, nothing was paid",
    first="campaign_folder",
    rest="decisions",
    fields={"again": Written(takes_all=True, metavar="CELL"), "export": Written(metavar="PLACE")},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    return answer(
        COMMAND, run, arguments, interrupted="Interrupted; nothing was paid, and the same command takes in the rest."
    )


def run(wanted: ReviewOrder) -> int:
    """Review in this process, without Prefect's engine or a server, under a bar where anything is cut."""
    from tasks.reviewing.review_campaign import review_campaign  # noqa: PLC0415  takes seconds; wrong options are told before

    screen = Screen(soft_wrap=True)
    with counting(screen) as progress:
        result = review_campaign(wanted, progress=progress)
    screen.print(summary(result, is_handed_over=wanted.export is not None), markup=False)
    if wanted.export is None:
        return result.exit_code
    code = export([wanted.campaign_folder, wanted.export])
    if code == ExitCode.BAD_INPUT:
        typed = to_hand_over(wanted.campaign_folder, wanted.export)
        screen.print(f"  What is decided is taken in. Hand over by itself, with these options: {typed}", markup=False)
    return max(result.exit_code, code)


def summary(result: ReviewResult, *, is_handed_over: bool = False) -> str:
    """Where the review stands, in a few lines that say what to do next, unless that is done anyway."""
    lines = [f"{one_line(result.name)}: {result.sentence()}. Nothing was paid"]
    lines += [f"  Note: {shortened(note, 300)}" for note in result.notes[:NOTES_SHOWN]]
    lines += [f"  {shortened(trouble, 200)}" for trouble in result.troubles[:TROUBLES_SHOWN]]
    more = len(result.notes[NOTES_SHOWN:]) + len(result.troubles[TROUBLES_SHOWN:])
    lines += [f"  and {more:,} more"] if more else []
    lines += [f"  Callbacks: {result.callbacks.sentence()}"] if result.callbacks is not None else []
    waits = result.approval is not None and not result.approval.is_approved
    lines += [f"  Held for review: {result.approval.sentence()}"] if waits and result.approval else []
    lines += (
        ["  Run the campaign as before: it makes what is to be made again, and nothing else"] if result.again else []
    )
    is_decided = result.kept and not (result.again or result.undecided or is_handed_over)
    lines += [f"  Hand over what is kept: {to_hand_over(result.folder, 'PLACE')}"] if is_decided else []
    return "\n".join([*lines, *files_in(one_line(result.folder), public_folder(result.folder))])


def to_hand_over(folder: str, place: str) -> str:
    """What is typed to hand over what is kept."""
    return one_line(shlex.join(["python", "flows/export.py", folder, place]))
