"""Runs that stand still while a run on another machine takes their cells over, and then go on, or do not."""

import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tasks.lane import RESOLVE_EVERY_S
from tasks.ledger.names import parse_name
from tasks.ledger.turns import Turns
from tasks.records.keys import INTENTS
from tests import waiting
from tests.chaos.campaigns import free_places, ran
from tests.chaos.series import AGAIN, TRIES, Series
from tests.chaos.sorts import Run

Then = Literal["SIGCONT", "SIGKILL", "SIGKILL of the other, SIGCONT"]
"""What comes once another run has seen it stand still."""
THEN: Final[tuple[Then, ...]] = ("SIGCONT", "SIGKILL", "SIGKILL of the other, SIGCONT")
OUT_FOR_S: Final = (0.0, 1.0)
TWO_LOOKS_S: Final = 2 * RESOLVE_EVERY_S

Owners = dict[tuple[str, int], str | None]
"""By cell and turn, the run that owns it."""


@dataclass(frozen=True)
class Standstill:
    """Two runs of one campaign at one time, of which the first stands still."""

    series: Series
    here: Sequence[str] = ()
    there: Sequence[str] = ()
    """The command that starts the second one."""
    env_there: Mapping[str, str] | None = None
    """Leads to the Prefect server of another machine; None where both are on one machine, and neither takes over."""

    def strike(self, then: Then) -> None:
        """Stop runs until one was in the middle of its work. Fails if none is."""
        for _ in range(TRIES):
            if self.is_hit(then):
                return
        raise AssertionError(f"{then}: no run was hit\n{self.series.story}")

    def is_hit(self, then: Then) -> bool:
        """Stop a run, let another see it, then let the first go on or die."""
        series, is_apart = self.series, self.env_there is not None
        run = series.in_the_middle(self.here)
        run.send(signal.SIGSTOP)
        try:
            begun = self.open_turns()
            time.sleep(series.chance.uniform(*OUT_FOR_S))
            other = self.another()
            seen = self.takes_over if is_apart else self.is_waited_for
            is_hit = seen(other, begun) and run.state == "T"
            if then == "SIGKILL of the other, SIGCONT" and other.lives:
                other.send(signal.SIGKILL)
            told = ran(other.started) if is_apart else None
        finally:
            os.kill(run.pid, signal.SIGKILL if then == "SIGKILL" else signal.SIGCONT)
        ended, told = ran(run.started), told or ran(other.started)
        for one in (ended, told):
            assert "Traceback" not in one.stderr, one
            assert one.returncode in {0, 1, 3, -signal.SIGKILL}, one
        name = f"SIGSTOP, {'taken over' if is_apart else 'waited for'}, {then}"
        lines = f"{name} -> {ended.returncode}\n{ended.stderr}\nThe other -> {told.returncode}\n{told.stderr}"
        series.note(name, lines, is_hit=is_hit)
        return is_hit

    def another(self) -> Run:
        """The second run, which finds places in flight."""
        series = self.series
        env = {**series.campaign.env, **(self.env_there or {})}
        free_places(env["PREFECT_API_URL"])
        again = series.chance.choice(AGAIN)
        return Run.of(series.campaign.start(*again, script=series.script, below=self.there, env=env), self.there)

    def takes_over(self, other: Run, begun: Owners) -> bool:
        """Whether the second run makes a turn of the first one its own."""
        waiting.until(lambda: not other.lives or self.owners(begun) != begun)
        return self.owners(begun) != begun

    def is_waited_for(self, other: Run, begun: Owners) -> bool:
        """Whether the second run has done everything else, and waits. Fails if it takes a turn of the first one."""
        waiting.until(lambda: not other.lives or self.series.unended() == len(begun))
        time.sleep(TWO_LOOKS_S)
        assert self.owners(begun) == begun, "it stands still on this machine, and may go on"
        return other.lives and bool(begun)

    def open_turns(self) -> Owners:
        """The turns that were begun and have not ended."""
        store = self.series.campaign.store()
        named = [name for name in map(parse_name, store.names(INTENTS)) if name and name.state is None]
        turns = [(name.turn.cell_id, name.turn.number) for name in named]
        looks = {turn: Turns(store, "nobody").look_at(*turn) for turn in turns}
        return {turn: look.owner for turn, look in looks.items() if look.owner is not None}

    def owners(self, turns: Owners) -> Owners:
        """Who owns these turns now."""
        store = self.series.campaign.store()
        return {turn: Turns(store, "nobody").read_owner(*turn) for turn in turns}
