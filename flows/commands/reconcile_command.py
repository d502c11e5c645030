"""The command line of `python flows/reconcile.py`: options in, an exit code out; it runs without Prefect's engine."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from rich.markup import escape

from flows.commands.answer import answer
from flows.commands.ask_beforehand import key_settings
from flows.commands.options import Command
from flows.commands.screen import Screen, table_of
from flows.prefect_server.named_server import ServerNotStarted
from tasks.api.ideogram import IdeogramClient
from tasks.reconciling.reconcile import Audit, Reconciled, reconcile
from tasks.records.exit_code import ExitCode
from tasks.records.fault import one_line
from tasks.reporting.summarize import Summary
from tasks.reporting.tell_audit import of_reconciled

COMMAND: Final = Command(
    typed="python flows/reconcile.py",
    asked=Audit,
    says="Hold what the API has billed against the ledgers of campaigns: what was billed beyond what they know, and "
    "which images that may be paid were not. Changes and pays nothing.",
    epilogue="The key is read from IDEOGRAM_API_KEY, and must be owned by an admin of the organization. Exit codes: "
    "0 nothing is billed beyond what is known, 1 something is, 2 bad input, 3 the API does not tell, 130 interrupted.",
    example="data/out",
    untouched="nothing was read",
    first="folder",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    return answer(COMMAND, run, arguments, also=(ServerNotStarted,))


def run(wanted: Audit) -> int:
    """Read and compare, and show what has come of it."""
    audit = asyncio.run(compared(wanted))
    print_summary(Screen(stderr=False), of_reconciled(audit, wanted.key))
    return ExitCode.SOME_NOT_DONE if audit.beyond else ExitCode.DONE


async def compared(wanted: Audit) -> Reconciled:
    """The bill against the ledgers, as of now."""
    async with IdeogramClient.open(await key_settings()) as client:
        return await reconcile(wanted, client, datetime.now(UTC))


def print_summary(screen: Screen, summary: Summary) -> None:
    """Words first, then the tables."""
    screen.print(f"[bold]{escape(one_line(summary.title))}[/]: {escape(summary.said)}", soft_wrap=True)
    for label, note in summary.notes:
        screen.print(f"{label}: {one_line(note)}", markup=False, soft_wrap=True)
    for table in summary.tables:
        screen.print(table_of(table))
        if table.more:
            screen.print(table.more, markup=False)
