"""The command line of `python flows/deliver_callbacks.py`: it runs without Prefect."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from rich.markup import escape
from rich.table import Column, Table

from flows.commands.answer import answer
from flows.commands.options import Command, Written
from flows.commands.screen import Screen
from tasks.callbacks.callback_settings import UNSIGNED_NOTE, load_callback_settings
from tasks.callbacks.deliver_outbox import deliver_all, is_sent_unsigned
from tasks.callbacks.delivery_report import ALL, Report, Wish
from tasks.errors import InputInvalid
from tasks.records.campaign import DEFAULT_OUTPUT
from tasks.records.exit_code import ExitCode
from tasks.records.fault import one_line, shortened
from tasks.records.keys import ENDS, EVENTS, INTENTS
from tasks.storage.storage import CampaignStore

WHY_MAX_CHARS: Final = 80
WIDTH_IN_A_FILE: Final = 240
COMMAND: Final = Command(
    typed="python flows/deliver_callbacks.py",
    asked=Wish,
    says="Deliver the callbacks that are due, and show what waits and what is dead.",
    epilogue="The secret is read from CALLBACK_SECRET. Exit codes: 0 nothing due and nothing dead is left, 1 some is, "
    "2 bad input, 3 the storage failed, 130 interrupted.",
    untouched="nothing was sent",
    first="output",
    fields={"list_only": Written("list"), "replay": Written(takes_all=True)},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    return answer(COMMAND, run, arguments, interrupted="Interrupted; what is left waits.")


def run(wish: Wish) -> int:
    """Do what is wished for, and show where all stands then."""
    check_wish(wish)
    check_output(wish.output)
    settings = load_callback_settings()
    reports = asyncio.run(deliver_all(wish, settings))
    if wish.campaign and not reports:
        problem = f"has no callbacks below {wish.output}"
        raise InputInvalid.of(source="--campaign", value=wish.campaign, problem=problem)
    if is_sent_unsigned(reports, settings):
        Screen(soft_wrap=True).print(f"Note: {UNSIGNED_NOTE}")
    screen = Screen(stderr=False)
    print_reports(screen if screen.is_terminal else Screen(stderr=False, width=WIDTH_IN_A_FILE), reports)
    return ExitCode.DONE if all(report.is_clear for report in reports) else ExitCode.SOME_NOT_DONE


def check_wish(wish: Wish) -> None:
    """Raise InputInvalid where nothing was named that could be sent once more, or what excludes another was."""
    if "replay" in wish.model_fields_set and not all((*wish.replay, wish.replay)):
        raise InputInvalid.of(source="--replay", problem=f"names no event; give ids, or {ALL!r}")
    if wish.list_only and wish.is_replay:
        raise InputInvalid.of(source="--list", problem="sends nothing, and --replay does; give one of them")


def check_output(output: str) -> None:
    """Raise InputInvalid where it is no folder of campaigns: a mistyped one would look like one that is all clear.

    The default one may be missing: nothing was run yet.
    """
    store = CampaignStore.at(output)
    if not output.strip() or (not store.is_folder() and output != DEFAULT_OUTPUT):
        raise InputInvalid.of(source="OUTPUT", value=output, problem="is no folder that holds campaigns")
    if any(store.names(folder) for folder in (ENDS, INTENTS, EVENTS)):
        problem = "is the folder of one campaign; give the one above it, and this one's name with --campaign"
        raise InputInvalid.of(source="OUTPUT", value=output, problem=problem)


def print_reports(console: Screen, reports: Sequence[Report]) -> None:
    """A line a campaign, and a table of what is not done."""
    if not reports:
        console.print("There are no callbacks here.")
    for report in reports:
        console.print(f"{one_line(report.campaign)}: {report.sentence()}", markup=False, soft_wrap=True)
    lines = [line for report in reports for line in report.lines]
    if not lines:
        return
    event_id = Column("id", no_wrap=True)
    table = Table("event", event_id, "campaign", "cell", "endpoint", "attempts", "next", "why", box=None)
    for line in sorted(lines, key=lambda line: (line.state == "dead", line.due or datetime.min.replace(tzinfo=UTC))):
        due = "dead" if line.state == "dead" else "under way" if line.state == "claimed" else due_text(line.due)
        why = shortened(line.why, WHY_MAX_CHARS)
        texts = (line.event, line.event_id, line.campaign, line.job_id, line.endpoint, str(line.attempts), due, why)
        table.add_row(
            *(escape(one_line(text)) for text in texts),
            style="red" if due == "dead" else "",
        )
    console.print(table)


def due_text(due: datetime | None) -> str:
    """When the next attempt may be made, in the time of this machine."""
    if due is None or due <= datetime.now(UTC):
        return "now"
    return f"{due.astimezone():%d %b %H:%M:%S}"
