"""Who watches a run from this process: nobody by default, the terminal when a person started it there."""

import asyncio
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from tasks.records.campaign import Campaign
from tasks.records.plan import Plan
from tasks.records.result import CampaignResult
from tasks.run_state.tally import Tally


async def sent(number: signal.Signals) -> None:
    """Return when this process is sent a signal; sent once more, it does what it did before.

    Never outside of the main thread, since signals arrive there alone.
    """
    asked, loop, handler = asyncio.Event(), asyncio.get_running_loop(), signal.getsignal(number)
    if threading.current_thread() is threading.main_thread():
        loop.add_signal_handler(number, asked.set)
    try:
        await asked.wait()
    finally:
        if threading.current_thread() is threading.main_thread():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


class Reporter:
    """Is told what happens. A plan that was made and shown before the run is the one that is carried out."""

    def __init__(self, plan: Plan | None = None) -> None:
        self._plan = plan
        self.result: CampaignResult | None = None
        """What came out, once everything is written."""

    def campaign_of(self, told: Campaign) -> Campaign:
        """The campaign that was planned before the run, of which Prefect was told without what is secret in it."""
        return told if self._plan is None else self._plan.campaign

    def plan_of(self, campaign: Campaign) -> Plan | None:
        """The plan that was made of exactly this campaign already, if there is one."""
        return self._plan if self._plan is not None and self._plan.campaign == campaign else None

    def started(self, plan: Plan, tally: Tally, notes: tuple[str, ...]) -> None:
        """The first request is about to leave; `tally` keeps counting."""

    async def interruption(self) -> None:
        """Return when somebody asks for the run to end early; never, by default."""
        await asyncio.Event().wait()

    async def cancellation(self) -> None:
        """Return when somebody asks for it who wants the whole campaign to end, on other machines as well."""
        await self.interruption()

    def warn(self, sentence: str) -> None:
        """Something went wrong that stops nothing."""

    def hand_out(self, lines: Sequence[str]) -> None:
        """Links of paid images that could be kept nowhere: for whoever reads this process, and for no log."""
        sys.stderr.writelines(f"{line}\n" for line in lines)

    def ended(self, result: CampaignResult) -> None:
        """Everything is written."""
        self.result = result


_REPORTER: ContextVar[Reporter | None] = ContextVar("reporter", default=None)


def reporter() -> Reporter:
    """Who watches this run."""
    return _REPORTER.get() or Reporter()


def is_watched() -> bool:
    """Whether somebody watches this run."""
    return _REPORTER.get() is not None


@contextmanager
def watched_by(watcher: Reporter) -> Iterator[None]:
    """Every run that is started inside the context is watched by `watcher`."""
    token = _REPORTER.set(watcher)
    try:
        yield
    finally:
        _REPORTER.reset(token)
