"""Which runs of a campaign are alive: each shows a beat on the storage, and its process on its own machine."""

import os
import socket
import time
import uuid
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import psutil
from pydantic import Field

from tasks.errors import RemovalDenied
from tasks.records.keys import RUNS
from tasks.records.record import Record
from tasks.storage.storage import CampaignStore

BEAT_EVERY_S: Final = 10.0
DEAD_AFTER_S: Final = 45.0
"""A run on another machine whose beat stands still for so long is taken for dead."""
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
PROCESS_NUMBERS: Final = Path("/proc/self/ns/pid")
ENDED: Final = {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
SUFFIX: Final = ".json"
GONE: Final = ".gone"
"""Ends the name of a mark: the run of the heartbeat of that name counts as dead, and nothing can be removed here."""


def heartbeat_key(run_id: str) -> str:
    """Where the heartbeat of a run lies in the campaign's folder."""
    return f"{RUNS}/{run_id}{SUFFIX}"


def gone_key(heartbeat: str) -> str:
    """Where it is noted that the run of a heartbeat was taken for dead."""
    return heartbeat.removesuffix(SUFFIX) + GONE


class Heartbeat(Record):
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
        return heartbeat_key(self.run_id)


def this_run(run_id: str, beat: int = 0, flow_run_id: str | None = None) -> Heartbeat:
    """The heartbeat of this process."""
    return Heartbeat(
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
    clock: Callable[[], float] = time.monotonic
    gone: dict[str, str] = field(default_factory=dict)
    """The heartbeats of runs that are no more, where they may not be removed, and what each was when that was found."""
    _seen: dict[str, tuple[object, float, float]] = field(default_factory=dict)
    """By run: its beat at the last look, the seconds that it has stood still, and when that look was."""

    def is_alive(self, run_id: str) -> bool:
        """Whether run `run_id` may still end what it has begun. Raises StorageFailed."""
        heartbeat = self._heartbeat(run_id)
        return heartbeat is not None and self.shows_life(heartbeat)

    def living(self) -> set[str]:
        """What Prefect knows those runs by that show life. Raises StorageFailed."""
        heartbeats = (self._heartbeat(name.removesuffix(".json")) for name in self.store.names(RUNS))
        return {one.flow_run_id for one in heartbeats if one is not None and one.flow_run_id and self.shows_life(one)}

    def take_away(self, run_id: str) -> None:
        """Remove the heartbeat of a run that has ended, unless others may be alive: they must see that it has spent.

        Raises StorageFailed.
        """
        there, own = self.store.tags(RUNS), heartbeat_key(run_id)
        if self.may_be_alive(there, own):
            return
        for key in {own, gone_key(own)} & there.keys():
            self.store.delete(key)

    def may_be_alive(self, there: Mapping[str, str], own: str = "") -> set[str]:
        """The heartbeats, of all that is there, of other runs than one's own that were not found to be no more."""
        others = {key for key in there if key.endswith(SUFFIX) and key != own}
        return {key for key in others if self.gone.get(key) != there[key]}

    def sweep(self, run_id: str = "") -> AbstractSet[str]:
        """Remove the heartbeats of runs that are no more, unless others than run `run_id` may be alive.

        Another that is alive must see that they were there, and have spent. A run that was only frozen finds that its
        heartbeat is gone or, where nothing can be removed, that it was marked. Returns what was there before. Raises
        StorageFailed.
        """
        there, own = self.store.tags(RUNS), heartbeat_key(run_id)
        others = {key for key in there if key.endswith(SUFFIX) and key != own}
        living = {key for key in others if self._may_be_alive(key, there[key])}
        if living or not self.may_be_alive(there, own):
            return there.keys()
        try:
            self.store.remove({key: tag for key, tag in there.items() if key not in {own, gone_key(own)}})
        except RemovalDenied:
            for key in others:
                self.store.create(gone_key(key), b"{}")
            self.gone = {key: there[key] for key in others}
        return there.keys()

    def _may_be_alive(self, key: str, tag: str) -> bool:
        run_id = key.removeprefix(f"{RUNS}/").removesuffix(SUFFIX)
        heartbeat = self._heartbeat(run_id)
        return self.shows_life(heartbeat) if heartbeat is not None else self._moves(run_id, tag)

    def shows_life(self, heartbeat: Heartbeat) -> bool:
        """Whether the run of a heartbeat that was read just now may still be alive."""
        if heartbeat.machine == this_machine():
            return is_process_alive(heartbeat.pid, heartbeat.started)
        return self._moves(heartbeat.run_id, heartbeat.beat)

    def _moves(self, run_id: str, sign: object) -> bool:
        """Whether what a run shows has changed in the time in which it should have."""
        now = self.clock()
        before, still_s, looked_at = self._seen.get(run_id, (sign, 0.0, now))
        still_s = still_s + min(now - looked_at, BEAT_EVERY_S) if before == sign else 0.0
        self._seen[run_id] = (sign, still_s, now)
        return still_s < DEAD_AFTER_S

    def _heartbeat(self, run_id: str) -> Heartbeat | None:
        return self.store.read_record(heartbeat_key(run_id), Heartbeat)
