"""The command line of `python flows/recut_variants.py`: options in, an exit code out."""

from collections.abc import Sequence
from typing import Final

from flows.commands.answer import answer
from flows.commands.options import Command, Written
from flows.commands.screen import Screen, counting
from flows.commands.terminal import files_in
from tasks.planning.variant_notes import ROWS_SHOWN
from tasks.publishing.recut import Recut, RecutResult
from tasks.records.fault import one_line, shortened
from tasks.records.variant_text import GRAMMAR
from tasks.storage.public_address import public_folder

TROUBLES_TOLD: Final = 5
COMMAND: Final = Command(
    typed="python flows/recut_variants.py",
    asked=Recut,
    says="Cut new sizes from the stored originals of a campaign; nothing is paid, no key and no matrix is needed.",
    epilogue="Exit codes: 0 every image cut, 1 some not, 2 bad input, 3 stopped by the storage or by what signs, "
    "130 interrupted.",
    example="data/out/q1-launch --variant story=1080x1920",
    first="campaign_folder",
    fields={"variants": Written("variant", note=f"Each is written {GRAMMAR}.")},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    return answer(
        COMMAND, run, arguments, interrupted="Interrupted; nothing was paid, and the same command begins anew."
    )


def run(wanted: Recut) -> int:
    """Recut in this process, without Prefect's engine or a server, under a bar."""
    from tasks.publishing.recut_campaign import recut_campaign  # noqa: PLC0415  takes seconds; wrong options are told before

    screen = Screen(soft_wrap=True)
    with counting(screen, is_seen_at_once=True) as progress:
        result = recut_campaign(wanted, progress=progress)
    screen.print(summary(result), markup=False)
    return result.exit_code


def summary(result: RecutResult) -> str:
    """How it ended, in a few lines that name the output."""
    lines = [f"{one_line(result.name)}: {result.sentence()}. Nothing was paid"]
    lines += [f"  Note: {one_line(note)}" for note in result.notes]
    fits = [f"{name}, {drawn}: {', '.join(filter(None, fit))}" for name, _, drawn, *fit in result.fits]
    lines += [f"  {one_line(fit)}" for fit in list(dict.fromkeys(fits))[:ROWS_SHOWN]]
    lines += [f"  {shortened(trouble, 200)}" for trouble in result.troubles[:TROUBLES_TOLD]]
    more = len(result.troubles) - TROUBLES_TOLD
    lines += [f"  and {more:,} more"] if more > 0 else []
    return "\n".join([*lines, *files_in(one_line(result.folder), public_folder(result.folder))])
