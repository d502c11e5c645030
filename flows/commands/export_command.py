"""The command line of `python flows/export.py`: what is approved goes out, an exit code too."""

from collections.abc import Sequence
from typing import Final

from flows.commands.answer import answer
from flows.commands.options import Command, Written
from flows.commands.screen import Screen, counting
from tasks.exporting.export import ExportOrder, ExportResult
from tasks.records.fault import one_line, shortened

NOTES_SHOWN: Final = 20
COMMAND: Final = Command(
    typed="python flows/export.py",
    asked=ExportOrder,
    says="Hand over what is approved of a campaign: to a folder, a zip or a bucket, with a manifest and feeds for "
    "shops; nothing is paid, no key and no matrix is needed.",
    epilogue="Exit codes: 0 all of it handed over, 2 bad input, nothing written; 3 stopped by a storage, "
    "130 interrupted.",
    example="data/out/q1-launch q1-launch.zip",
    untouched="nothing was written, nothing was paid",
    first="campaign_folder",
    rest="to",
    fields={
        "only": Written(metavar="VARIANT"),
        "feeds": Written(metavar="FEED", note="With commas between."),
        "feed_variant": Written(metavar="VARIANT"),
        "names": Written(metavar="PATTERN"),
        "base_url": Written(metavar="URL"),
        **dict.fromkeys(("sku_column", "handle_column"), Written(metavar="COLUMN")),
    },
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    return answer(
        COMMAND, run, arguments, interrupted="Interrupted; nothing was paid, and the same command hands over the rest."
    )


def run(wanted: ExportOrder) -> int:
    """Export in this process, without Prefect's engine or a server, under a bar."""
    from tasks.exporting.export_campaign import export_campaign  # noqa: PLC0415  takes seconds; wrong options are told before

    screen = Screen(soft_wrap=True)
    with counting(screen) as progress:
        result = export_campaign(wanted, progress=progress)
    screen.print(summary(result), markup=False)
    return result.exit_code


def summary(result: ExportResult) -> str:
    """What was handed over, in a few lines that say where it lies."""
    lines = [f"{one_line(result.name)}: {one_line(result.sentence())}. Nothing was paid"]
    lines += [f"  Note: {shortened(note, 300)}" for note in result.notes[:NOTES_SHOWN]]
    more = len(result.notes) - NOTES_SHOWN
    lines += [f"  and {more:,} more"] if more > 0 else []
    link = [f"  served at {result.base_url}"] if result.base_url else []
    return "\n".join([*lines, f"  {one_line(result.to)}", *link])
