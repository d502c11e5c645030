"""The command line of `python flows/campaign.py`: options in, an exit code out."""

import sys
from collections.abc import Sequence
from typing import Final

from flows.commands.answer import answer
from flows.commands.options import Command, Written
from flows.prefect_server.named_server import ServerNotStarted
from sandbox.server import SandboxNotStarted
from tasks.records.campaign import Campaign
from tasks.records.variant_text import GRAMMAR
from tasks.records.vocabulary import MODELS, QUALITIES

COMMAND: Final = Command(
    typed="python flows/campaign.py",
    asked=Campaign,
    says="Turn a campaign matrix (spreadsheet, CSV or Parquet) into finished images through the Ideogram API.",
    epilogue="Begin with: python flows/campaign.py data/linen_launch.xlsx --brand data/brand.toml --dry-run. "
    "With --check it looks at key, storage and the rest, for nothing, and the matrix may be left out. "
    "The key is read from IDEOGRAM_API_KEY. Exit codes: 0 every image done, 1 some not, 2 bad input, "
    "3 stopped early, 130 interrupted.",
    example="data/q1_launch.csv --formats data/formats.csv --sandbox",
    first="matrix",
    fields={
        "do": Written(is_for_forms=True),
        "model": Written(note=f"One of {', '.join(MODELS)}.", metavar="MODEL"),
        "quality": Written(note=f"One of {', '.join(QUALITIES)}.", metavar="QUALITY"),
        "size": Written(note="Such as auto, 16:9 or 1344x704.", metavar="SIZE"),
        "languages": Written(metavar="TAGS"),
        "retry": Written(note="What that comes to is told before anything is paid."),
        "callback_url": Written(is_repeated=True),
        "variants": Written("variant", note=f"Each is written {GRAMMAR}."),
    },
    groups={
        "The tables": ("matrix", "formats", "brand", "encoding", "name", "output", "same_campaign"),
        "Look, try, pay": ("dry_run", "sandbox", "budget_usd", "quote", "retry", "max_in_flight", "shards"),
        "What is drawn": (
            *("model", "quality", "size", "template", "negative_template"),
            *("languages", "language_fallback", "max_images"),
        ),
        "What is cut from it": ("variants", "marks", "label", "label_at", "label_icon", "label_font"),
        "Who decides, and who is told": ("hold", "callback_url", "callback_events"),
    },
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if "--check" in words:
        from flows.commands.check_command import main as check  # noqa: PLC0415  as below

        return check(words)
    return answer(COMMAND, run, arguments, also=(ServerNotStarted, SandboxNotStarted))


def run(campaign: Campaign) -> int:
    """Plan, and unless that is all, carry the plan out."""
    from flows.commands.start_run import start_run  # noqa: PLC0415  takes half a second; wrong options are told before

    return start_run(campaign)
