"""What a person sees in the terminal: the plan, a bar while it runs, and how it ended."""

import asyncio
import os
import shlex
import signal
from collections.abc import Mapping, Sequence
from decimal import Decimal
from threading import Event, Thread
from typing import Final

from rich.markup import escape

from flows.commands.screen import Screen, progress_bar, table_of
from tasks.ledger.put_aside import former_notes
from tasks.records.exit_code import ExitCode
from tasks.records.fault import one_line
from tasks.records.money import counted, usd
from tasks.records.outcome import Status
from tasks.records.plan import Plan
from tasks.records.plan_group import Left
from tasks.records.result import CampaignResult
from tasks.reporting.endings import came_to, next_steps, review_step
from tasks.reporting.reporter import Reporter
from tasks.reporting.summarize import advice_of, clock, headline, of_plan
from tasks.run_state.tally import Tally

TO_TYPE: Final[Mapping[Status, str]] = {
    "failed": "the same command with --retry failed; with --dry-run as well, it says what that costs",
    "blocked": "change these prompts and run the same command; --retry blocked asks once more as they are",
    "unknown": "may be paid; the same command with --retry unknown asks again, and may pay a second time",
}
"""What to type next, by how cells ended."""
TO_REVIEW: Final = "choose on the page, export the decisions, then: python flows/review.py"
REFRESH_EVERY_S: Final = 0.25
LINE_EVERY_S: Final = 15.0
"""How often a line is written where the output is a file and no bar can move."""


def print_plan(console: Screen, plan: Plan) -> None:
    """Everything to know before paying."""
    print_head(console, plan, advice_of(plan))
    for table in of_plan(plan).tables:
        console.print(table_of(table))
        if table.more:
            console.print(table.more)


def print_head(console: Screen, plan: Plan, notes: tuple[str, ...] = ()) -> None:
    """What the campaign is, and what to know of it."""
    console.print(f"[bold]{escape(one_line(plan.campaign.title))}[/]: {headline(plan)}", soft_wrap=True)
    for note in (*plan.notes, *notes):
        console.print(f"Note: {one_line(note)}", markup=False, soft_wrap=True)


def print_finished(console: Screen, plan: Plan, result: CampaignResult) -> None:
    """What a campaign came to that was finished before."""
    made = Left(made=result.by_status.get("done", 0), groups=(), duration_min_s=0, duration_max_s=0)
    former = tuple(former_notes(result.former_images, result.folder))
    print_head(console, plan.model_copy(update={"left": made}), former)
    console.print(summary(result), markup=False, soft_wrap=True)


class Terminal(Reporter):
    """The reporter of a run that a person watches in a terminal, or reads in a file."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._console = Screen()
        self._over = Event()
        self._watcher: Thread | None = None
        self._begun: tuple[Plan, Tally] | None = None

    async def interruption(self) -> None:
        """Return at Ctrl-C or when the system asks the process to end; a second time, it ends at once."""
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, asked.set)
        await asked.wait()
        self._console.print(interrupted(*self._begun) if self._begun else "Interrupted.", soft_wrap=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        signal.signal(signal.SIGINT, self._leave)

    def _leave(self, *_: object) -> None:
        """End the process at once. Raised where it is at work, an interruption would end a cell as a fault of ours."""
        self._console.show_cursor(True)  # noqa: FBT003  as rich has it
        self._console.print("Interrupted; the same command goes on where it was.", soft_wrap=True)
        os._exit(ExitCode.INTERRUPTED)

    def started(self, plan: Plan, tally: Tally, notes: tuple[str, ...]) -> None:
        """Say what is about to be made, and show the bar."""
        print_head(self._console, plan, notes)
        self._begun = (plan, tally)
        watch = self._watch_bar if self._console.is_terminal else self._watch_lines
        self._watcher = Thread(target=watch, args=(tally,), daemon=True)
        self._watcher.start()

    def warn(self, sentence: str) -> None:
        """Say it, above the bar if there is one."""
        self._console.print(f"[yellow]Note:[/] {escape(one_line(sentence))}", soft_wrap=True)

    def ended(self, result: CampaignResult) -> None:
        """Say what came out."""
        super().ended(result)
        self.close()
        self._console.print(summary(result), markup=False, soft_wrap=True)

    def hand_out(self, lines: Sequence[str]) -> None:
        """Show them below all else, each whole."""
        for line in lines:
            self._console.print(one_line(line), markup=False, soft_wrap=True)

    def close(self) -> None:
        """Take the bar off the screen."""
        self._over.set()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None

    def _watch_bar(self, tally: Tally) -> None:
        with progress_bar(self._console) as bar:
            task = bar.add_task("", total=tally.total)
            is_over = False
            while not is_over:
                is_over = self._over.wait(REFRESH_EVERY_S)
                *said, bar.note = facts(tally)
                bar.update(task, completed=tally.ended, description=" · ".join(filter(None, said)))

    def _watch_lines(self, tally: Tally) -> None:
        while not self._over.wait(LINE_EVERY_S):
            said = " · ".join(filter(None, (f"{tally.ended:,} of {tally.total:,}", *facts(tally))))
            self._console.print(said, markup=False, soft_wrap=True)


def interrupted(plan: Plan, tally: Tally) -> str:
    """What an interruption waits for, and what it costs not to wait for it."""
    said = "Interrupted: what is in flight gets a few seconds to arrive. Ctrl-C again leaves at once"
    count = min(plan.campaign.max_in_flight, tally.total - tally.ended)
    if not count or plan.campaign.sandbox:
        return f"{said}."
    most_usd = usd(dearest(plan, count))
    return f"{said}: up to {counted(count, 'image')} ({most_usd}) may then be paid and not here."


def dearest(plan: Plan, count: int) -> Decimal:
    """What the `count` dearest images of the plan cost, in US dollars."""
    most_usd = Decimal(0)
    for group in sorted(plan.groups, key=lambda one: one.cost_usd / max(one.cells, 1), reverse=True):
        taken = min(count, group.cells)
        most_usd += taken * group.cost_usd / max(group.cells, 1)
        count -= taken
    return most_usd


def facts(tally: Tally) -> tuple[str, ...]:
    """What is said beside the bar: cost, time left, cells not done; below it why nothing moves. Empty for nothing."""
    left = tally.remaining_s()
    return (
        usd(tally.cost_usd),
        f"about {clock(left)} left" if left else "",
        f"{tally.not_done:,} without an image" if tally.not_done else "",
        one_line(tally.trouble),
    )


def summary(result: CampaignResult) -> str:
    """How it ended, in a few lines that name the output."""
    lines = [came_to(result), *(f"  {one_line(trouble)}" for trouble in result.troubles)]
    where = ", see the page" if result.is_published else ""
    lines += [f"  and {result.more_troubled:,} more that need a look{where}"] if result.more_troubled else []
    lines += [f"  {one_line(kept)}" for kept in (*result.left_apart, *result.kept)]
    folder = one_line(result.folder)
    steps = [*next_steps(result, TO_TYPE), *review_step(result, f"{TO_REVIEW} {shlex.quote(folder)} DECISIONS.csv")]
    lines += [f"  {status:<9} {step}" for status, step in steps]
    if result.is_published:
        return "\n".join([*lines, *files_in(folder, result.public_url)])
    return "\n".join([*lines, f"  page and manifest could not be written in {folder}"])


def files_in(folder: str, public_url: str | None) -> list[str]:
    """Where page and manifest lie, and the web address of the page."""
    link = [f"  link      {public_url}/index.html"] if public_url else []
    return [f"  page      {folder}/index.html", f"  manifest  {folder}/manifest.csv", *link]
