"""Which runs of a campaign are alive: each shows a beat on the storage, and its process on its own machine."""

import os
import socket
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import psutil
from pydantic import Field, ValidationError

from tasks.clients.storage import CampaignStore
from tasks.models.ledger import RUNS
from tasks.models.record import Record

BEAT_EVERY_S: Final = 10.0
DEAD_AFTER_S: Final = 45.0
"""A run on another machine whose beat stands still for so long is taken for dead."""
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
PROCESS_NUMBERS: Final = Path("/proc/self/ns/pid")
ENDED: Final = {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}


class Beacon(Record):
    """A run that is alive, and where to look for its process."""

    run_id: str
    machine: str
    pid: Annotated[int, Field(gt=0, lt=2**31)]
    started: str
    """When the process started, in the system's own count: a number is given to another process sooner or later."""
    beat: int
    flow_run_id: str | None = None
    """What Prefect knows the run by."""

    @property
    def key(self) -> str:
        """Where it lies in the campaign's folder."""
        return f"{RUNS}/{self.run_id}.json"


def this_run(run_id: str, beat: int = 0, flow_run_id: str | None = None) -> Beacon:
    """The beacon of this process."""
    return Beacon(
        run_id=run_id,
        machine=this_machine(),
        pid=os.getpid(),
        started=process_start(os.getpid()),
        beat=beat,
        flow_run_id=flow_run_id,
    )


def this_machine(boot: Path = BOOT_ID, namespace: Path = PROCESS_NUMBERS) -> str:
    """A name for this machine since it was switched on; a container that numbers its own processes is one."""
    # Many laptops have one host name: where the system tells of no start, a network card's address tells them apart.
    switched_on = boot.read_text().strip() if boot.exists() else f"{uuid.getnode():x}"
    return "/".join((socket.gethostname(), switched_on, namespace.readlink().name if namespace.exists() else ""))


def process_start(pid: int) -> str:
    """When process `pid` started, in the system's own count; empty where none runs, or the system does not say."""
    with suppress(OSError, IndexError):
        # In ticks since the machine was switched on. Seconds since 1970, as psutil has it, move when the clock is set.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    with suppress(psutil.Error):
        return str(psutil.Process(pid).create_time())
    return ""


def is_process_alive(pid: int, started: str, look: Callable[[int], psutil.Process] = psutil.Process) -> bool:
    """Whether the process `pid` of this machine that started at `started` still runs, or may run again.

    One that was stopped may. One that has ended, and is not collected by whoever started it, keeps its number only.
    """
    try:
        status = look(pid).status()
    except psutil.ZombieProcess:
        return False
    except psutil.Error:
        return is_number_taken(pid)  # it has ended, or is another user's of which the system shows no more
    return status not in ENDED and (not started or process_start(pid) in {started, ""})


def is_number_taken(pid: int) -> bool:
    """Whether there is a process `pid` on this machine, be it shown or not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass
class Watcher:
    """Tells which other runs are alive. For one on another machine it takes until its beat has stood still.

    Between two looks no more than the time of a beat counts: whoever stood still himself saw nobody stand still.
    """

    store: CampaignStore
    _seen: dict[str, tuple[int, float, float]] = field(default_factory=dict)
    """By run: its beat at the last look, the seconds that it has stood still, and when that look was."""

    def is_alive(self, run_id: str) -> bool:
        """Whether run `run_id` may still end what it has begun. Raises StorageFailed."""
        beacon = self._beacon(run_id)
        return beacon is not None and self.shows_life(beacon)

    def living(self) -> set[str]:
        """What Prefect knows those runs by that show life. Raises StorageFailed."""
        beacons = (self._beacon(name.removesuffix(".json")) for name in self.store.names(RUNS))
        return {one.flow_run_id for one in beacons if one is not None and one.flow_run_id and self.shows_life(one)}

    def take_away(self, run_id: str) -> None:
        """Remove the beacon of a run that has ended, unless others are there: they must see that it has spent.

        Raises StorageFailed.
        """
        own = f"{run_id}.json"
        if set(self.store.names(RUNS)) <= {own}:
            self.store.delete(f"{RUNS}/{own}")

    def sweep(self) -> None:
        """Remove the beacons of runs of this machine that are no more, unless others may be alive.

        Raises StorageFailed.
        """
        beacons = [self._beacon(name.removesuffix(".json")) for name in self.store.names(RUNS)]
        known = [beacon for beacon in beacons if beacon is not None]
        if not any(self.shows_life(beacon) for beacon in known):
            for beacon in known:
                self.store.delete(beacon.key)

    def shows_life(self, beacon: Beacon) -> bool:
        """Whether the run of a beacon that was read just now may still be alive."""
        if beacon.machine == this_machine():
            return is_process_alive(beacon.pid, beacon.started)
        now = time.monotonic()
        beat, still_s, looked_at = self._seen.get(beacon.run_id, (beacon.beat, 0.0, now))
        still_s = still_s + min(now - looked_at, BEAT_EVERY_S) if beat == beacon.beat else 0.0
        self._seen[beacon.run_id] = (beacon.beat, still_s, now)
        return still_s < DEAD_AFTER_S

    def _beacon(self, run_id: str) -> Beacon | None:
        """The beacon of a run; None where there is none that can be read."""
        try:
            return Beacon.model_validate_json(self.store.read(f"{RUNS}/{run_id}.json"))
        except (FileNotFoundError, ValidationError):
            return None
