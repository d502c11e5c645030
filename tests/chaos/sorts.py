"""The sorts of death that a run dies in the middle of its work, and what is left of it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from tests import waiting

ELSEWHERE: Final = Path(__file__).with_name("elsewhere.py")
CARELESS: Final = (sys.executable, str(Path(__file__).with_name("careless.py")))
KILLED: Final = -signal.SIGKILL
INTERRUPTED: Final = 130
BETWEEN_TWO_S: Final = (0.1, 0.6)
STANDS_STILL_S: Final = (0.0, 1.5)


@dataclass(frozen=True)
class Run:
    """A run's process, which may be the child of another one than of this."""

    started: subprocess.Popen[str]
    pid: int
    parent: int | None = None

    @classmethod
    def of(cls, started: subprocess.Popen[str], below: Sequence[str]) -> "Run":
        """The run that was started `below` another process, or by itself."""
        if below[: len(CARELESS)] != CARELESS:
            return cls(started, started.pid)
        assert started.stdout is not None
        pid, parent = map(int, started.stdout.readline().split())
        return cls(started, pid, parent)

    @property
    def state(self) -> str:
        """The letter that the system has for it: `T` stands still, `Z` has ended and was not collected."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return ""

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self.state not in {"", "Z", "X"}

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, and wait until it has died or stands still where that is what the signal is for."""
        os.kill(self.pid, number)
        if number == signal.SIGKILL:
            waiting.until(lambda: not self.lives)
        elif number == signal.SIGSTOP:
            waiting.until(lambda: self.state in {"T", "Z"})


Blow = Callable[[Run, Random], bool]
"""Whether each signal met a run that lived."""


class Sort(NamedTuple):
    """One sort of death."""

    name: str
    blow: Blow
    code: int = KILLED
    below: Sequence[str] = ()
    """The command that starts the run."""
    is_collected: bool = True
    """Whether somebody waits for the process, so that its number does not stay in the table of processes."""


def signals(*numbers: signal.Signals, pause_s: tuple[float, float] = (0, 0)) -> Blow:
    """One signal after the other, with a pause in between."""

    def blow(run: Run, chance: Random) -> bool:
        for index, number in enumerate(numbers):
            if index:
                time.sleep(chance.uniform(*pause_s))
            if not run.lives:
                return False
            run.send(number)
        return True

    return blow


def parent_first(run: Run, chance: Random) -> bool:
    """Kill who started it, then it: whoever adopts it does not collect it."""
    assert run.parent is not None
    os.kill(run.parent, signal.SIGKILL)
    time.sleep(chance.uniform(*BETWEEN_TWO_S))
    return signals(signal.SIGKILL)(run, chance)


KILL: Final = Sort("SIGKILL", signals(signal.SIGKILL))
SORTS: Final = (
    KILL,
    Sort("SIGTERM", signals(signal.SIGTERM), INTERRUPTED),
    Sort("SIGINT", signals(signal.SIGINT), INTERRUPTED),
    Sort("SIGINT twice", signals(signal.SIGINT, signal.SIGINT, pause_s=BETWEEN_TWO_S), INTERRUPTED),
    Sort("SIGSTOP, SIGKILL", signals(signal.SIGSTOP, signal.SIGKILL, pause_s=STANDS_STILL_S)),
    Sort("SIGKILL, a zombie of its parent", signals(signal.SIGKILL), is_collected=False),
    Sort("SIGKILL of its parent, then of it", parent_first, below=CARELESS, is_collected=False),
)


@cache
def name_of_its_own() -> tuple[str, ...] | None:
    """The command that gives a command a host name of its own; None where this system permits none."""
    for unshare in (("unshare", "--uts"), ("unshare", "--map-root-user", "--uts")):
        words = (*unshare, "sh", "-c", 'hostname "$0" && exec "$@"')
        try:
            said = subprocess.run([*words, "elsewhere", "hostname"], capture_output=True, text=True, check=False)
        except OSError:
            continue
        if said.stdout.strip() == "elsewhere":
            return words
    return None


def on_host(name: str) -> tuple[str, ...]:
    """The command that starts another one on a machine called `name`."""
    words = name_of_its_own()
    assert words is not None
    return (*words, name)
