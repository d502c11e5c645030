"""The command line of `python flows/recut_variants.py`: options in, an exit code out."""

import sys
from typing import Annotated, Final, NamedTuple

from cyclopts import App, CycloptsError, Parameter
from rich.markup import escape

from flows.screen import Screen, progress_bar
from flows.terminal import print_faults
from tasks.errors import CampaignFault, InputInvalid, Interrupted
from tasks.models.fault import Fault, one_line, shortened
from tasks.models.recut import RecutResult
from tasks.models.variant import Variant

TROUBLES_TOLD: Final = 5
app = App(
    name="recut-variants",
    help="Cut new sizes from the stored originals of a campaign; nothing is paid, no key and no matrix is needed.",
    help_epilogue="Exit codes: 0 every image cut, 1 some not, 2 bad input, 3 stopped by the storage, 130 interrupted.",
    version_flags=[],
    result_action="return_value",
)


class Asked(NamedTuple):
    """What the command is asked to do."""

    folder: str
    variants: tuple[Variant, ...]
    prune: bool


@app.default
def parse(
    campaign_folder: str,
    *,
    variant: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)],
    prune: Annotated[bool, Parameter(negative=())] = False,
) -> Asked:
    """Cut new sizes from the stored originals of a campaign; nothing is paid, no key and no matrix is needed.

    Parameters
    ----------
    campaign_folder
        Folder or URL of the campaign, such as data/out/q1-launch or s3://bucket/campaigns/q1-launch.
    variant
        A cut to make of every image, NAME=WIDTHxHEIGHT[,cover|contain][,webp|jpeg|png|avif][,QUALITY]; may be given
        several times. It takes the place of a variant that has its name.
    prune
        Remove the variants that are not named; without it they are kept.

    """
    return Asked(campaign_folder, tuple(Variant.parse(text) for text in variant), prune)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code, and leaves a sentence on standard error where it is not 0."""
    console = Screen(soft_wrap=True)
    try:
        asked = asked_of(sys.argv[1:] if arguments is None else arguments)
        return 0 if asked is None else run(asked, console)
    except InputInvalid as invalid:
        print_faults(console, invalid)
        return invalid.exit_code
    except CampaignFault as fault:
        console.print(f"[red]Stopped:[/] {escape(str(fault))}")
        return fault.exit_code
    except KeyboardInterrupt:
        console.print("Interrupted; the same command goes on where it was.")
        return Interrupted.exit_code


def asked_of(arguments: list[str]) -> Asked | None:
    """What `arguments` ask for; None where they asked for help, and got it. Raises InputInvalid."""
    try:
        asked = app(arguments, exit_on_error=False, print_error=False)
    except (CycloptsError, ValueError) as error:
        raise InputInvalid([Fault(source="recut-variants", problem=str(error))]) from error
    return asked if isinstance(asked, Asked) else None


def run(asked: Asked, console: Screen) -> int:
    """Recut in this process, without Prefect's engine or a server, under a bar."""
    from tasks.recut_campaign import recut_campaign  # noqa: PLC0415  takes seconds; wrong options are told before

    with progress_bar(console) as bar:
        task = bar.add_task("")
        result = recut_campaign(
            asked.folder,
            asked.variants,
            prune=asked.prune,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    console.print(summary(result), markup=False)
    return result.exit_code


def summary(result: RecutResult) -> str:
    """How it ended, in a few lines that name the output."""
    lines = [f"{one_line(result.name)}: {result.sentence()}. Nothing was paid"]
    lines += [f"  {shortened(trouble, 200)}" for trouble in result.troubles[:TROUBLES_TOLD]]
    more = len(result.troubles) - TROUBLES_TOLD
    lines += [f"  and {more:,} more"] if more > 0 else []
    folder = one_line(result.folder)
    lines += [f"  page      {folder}/index.html", f"  manifest  {folder}/manifest.csv"]
    return "\n".join(lines)
