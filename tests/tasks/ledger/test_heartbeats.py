"""Which runs are alive: those of this machine by their process, those of others by their beat."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import pytest

from tasks.errors import RemovalDenied, StorageFailed
from tasks.ledger.heartbeats import (
    BEAT_EVERY_S,
    DEAD_AFTER_S,
    Heartbeat,
    Watcher,
    is_process_alive,
    process_start,
    this_machine,
    this_run,
)
from tasks.storage.storage import CampaignStore


@pytest.fixture
def store(tmp_path) -> CampaignStore:
    """An empty folder."""
    return CampaignStore.open(str(tmp_path), "q1-launch")


@pytest.fixture
def clock() -> list[float]:
    """The time, as one number that a test sets."""
    return [1000.0]


def watching(store: CampaignStore, clock: list[float]) -> Watcher:
    """Somebody who looks at that clock."""
    return Watcher(store, lambda: clock[0])


def show(store: CampaignStore, heartbeat: Heartbeat, **changed) -> None:
    """Put a heartbeat on the storage."""
    heartbeat = heartbeat.model_copy(update=changed)
    store.write(heartbeat.key, heartbeat.model_dump_json().encode())


def test_a_run_without_a_beacon_is_over(store: CampaignStore):
    """It took it away at its end; nobody is called nothing."""
    assert not Watcher(store).is_alive("gone")
    assert not Watcher(store).is_alive("")


@pytest.mark.parametrize("content", [b"", b"{}"])
def test_a_damaged_beacon_is_nobodys(store: CampaignStore, content: bytes):
    """A run that is alive writes another within seconds."""
    store.write("ledger/runs/x.json", content)
    assert not Watcher(store).is_alive("x")


def test_a_process_of_this_machine_is_looked_for(store: CampaignStore):
    """Alive as long as it runs, dead the moment it does not."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        show(store, this_run("x"), pid=child.pid, started=process_start(child.pid))
        watcher = Watcher(store)
        assert watcher.is_alive("x")
        child.communicate()
    assert not watcher.is_alive("x")


def test_a_number_that_was_given_to_another_process_is_not_the_run(store: CampaignStore):
    """The process of that number started at another time."""
    show(store, this_run("x"), started="1")
    assert not Watcher(store).is_alive("x")


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours that waits for its input."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        yield child
        child.kill()


def test_a_killed_run_that_nobody_collects_is_dead(store: CampaignStore, child: subprocess.Popen[bytes]):
    """In a container without an init it stays in the table of processes, under its number, for ever."""
    show(store, this_run("x"), pid=child.pid, started=process_start(child.pid))
    show(store, this_run("y"), pid=child.pid, started="")
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # until it is dead, without collecting it
    assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    assert not Watcher(store).is_alive("x")
    assert not Watcher(store).is_alive("y"), "nor where the system did not tell when it started"


def test_a_run_that_is_stopped_is_alive(store: CampaignStore, child: subprocess.Popen[bytes]):
    """It may go on at any moment, and then ends what it has begun."""
    show(store, this_run("x"), pid=child.pid, started=process_start(child.pid))
    child.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WNOWAIT)
    assert psutil.Process(child.pid).status() == psutil.STATUS_STOPPED
    assert Watcher(store).is_alive("x")


def refused(error: psutil.Error) -> Callable[[int], psutil.Process]:
    """A system that does not let a process be looked at."""

    def look(_: int) -> psutil.Process:
        raise error

    return look


@pytest.mark.parametrize("error", [psutil.AccessDenied(), psutil.NoSuchProcess(1)])
def test_a_process_that_is_hidden_from_us_is_alive(error):
    """Its number is taken, and more is not shown of another user's; whoever is taken for dead is paid for twice."""
    assert is_process_alive(os.getpid(), "1", refused(error))


def test_a_dead_process_may_say_so_in_another_way():
    """As on macOS."""
    assert not is_process_alive(os.getpid(), process_start(os.getpid()), refused(psutil.ZombieProcess(1)))


def test_where_the_system_does_not_tell_when_a_process_started(store: CampaignStore, child: subprocess.Popen[bytes]):
    """Its number has to do."""
    show(store, this_run("x"), pid=child.pid, started="")
    assert Watcher(store).is_alive("x")
    child.communicate()
    assert not Watcher(store).is_alive("x")


@pytest.mark.parametrize("pid", [0, -1, 2**31, 10**30])
def test_a_number_that_no_process_can_have_is_nobodys(store: CampaignStore, pid: int):
    """As any damaged heartbeat."""
    show(store, this_run("x"), pid=pid)
    assert not Watcher(store).is_alive("x")


def test_a_run_on_another_machine_is_alive_while_its_beat_moves(store: CampaignStore, clock: list[float]):
    """And dead when it has stood still for a while, by this machine's clock alone."""
    watcher = watching(store, clock)
    for beat in range(3):
        show(store, this_run("x", beat), machine="another")
        assert all(looks(watcher, clock, DEAD_AFTER_S - 1))
    assert not looks(watcher, clock, 2)[-1]


def looks(watcher: Watcher, clock: list[float], seconds: float) -> list[bool]:
    """What somebody finds who looks for run x now, and each second for so long."""
    found = [watcher.is_alive("x")]
    for _ in range(int(seconds)):
        clock[0] += 1
        found.append(watcher.is_alive("x"))
    return found


def test_whoever_stood_still_himself_has_not_seen_another_stand_still(store: CampaignStore, clock: list[float]):
    """Paused together, as containers of one machine are, both wake at one moment, and the other's next beat is due."""
    watcher = watching(store, clock)
    show(store, this_run("x"), machine="another")
    assert watcher.is_alive("x")
    clock[0] += 3600
    assert all(looks(watcher, clock, BEAT_EVERY_S))
    assert not all(looks(watcher, clock, DEAD_AFTER_S))


def test_a_storage_that_fails_says_nothing_of_a_run(store: CampaignStore, monkeypatch):
    """Nobody is taken for dead because a file could not be read."""

    def fail(*_) -> bytes:
        raise StorageFailed("gone")

    monkeypatch.setattr(CampaignStore, "read", fail)
    with pytest.raises(StorageFailed):
        Watcher(store).is_alive("x")


def test_dead_runs_of_this_machine_are_swept_away_once_nobody_is_alive(store: CampaignStore):
    """A living run must see that they were there, and have spent; of those elsewhere nobody can tell at a glance."""
    living = this_run("living")
    show(store, living)
    show(store, living, run_id="dead", started="1")
    assert Watcher(store).sweep() == {"ledger/runs/dead.json", "ledger/runs/living.json"}
    assert sorted(store.names("ledger/runs")) == ["dead.json", "living.json"]
    Watcher(store).sweep("living")
    assert store.names("ledger/runs") == ["living.json"], "one's own is no other's"
    show(store, living, run_id="elsewhere", machine="another")
    Watcher(store).sweep("living")
    assert "elsewhere.json" in store.names("ledger/runs")


def sweeps(watcher: Watcher, clock: list[float], seconds: float) -> None:
    """What a living run does, with each of its beats for so long."""
    watcher.sweep("living")
    for _ in range(int(seconds / BEAT_EVERY_S)):
        clock[0] += BEAT_EVERY_S
        watcher.sweep("living")


ELSEWHERE = this_run("x").model_copy(update={"machine": "another"})


@pytest.mark.parametrize("content", [ELSEWHERE.model_dump_json().encode(), b"{"], ids=["elsewhere", "damaged"])
def test_what_has_stood_still_for_long_is_swept_away(store: CampaignStore, clock: list[float], content: bytes):
    """Whether it was a run on another machine, or is damaged; not before, and no matter how often one looks."""
    watcher = watching(store, clock)
    show(store, this_run("living"))
    store.write("ledger/runs/x.json", content)
    for _ in range(100):
        watcher.sweep("living")
    sweeps(watcher, clock, DEAD_AFTER_S - BEAT_EVERY_S)
    assert "x.json" in store.names("ledger/runs")
    sweeps(watcher, clock, 2 * BEAT_EVERY_S)
    assert store.names("ledger/runs") == ["living.json"]


def test_the_dead_stay_as_long_as_somebody_else_lives(store: CampaignStore, clock: list[float]):
    """That one must see that they were there, and have spent."""
    watcher, there = watching(store, clock), this_run("x")
    for beat in range(20):
        show(store, there, run_id="moves", machine="b", beat=beat)
        show(store, there, run_id="gone", started="1")
        if beat == 0:
            show(store, there, machine="b")
        sweeps(watcher, clock, BEAT_EVERY_S)
    assert sorted(store.names("ledger/runs")) == ["gone.json", "moves.json", "x.json"]
    sweeps(watcher, clock, 2 * DEAD_AFTER_S)
    assert store.names("ledger/runs") == []


def denied(*_: object) -> None:
    """What a key without the right to remove is told."""
    raise RemovalDenied("no")


def test_what_may_not_be_removed_is_marked_and_remembered(store: CampaignStore, clock: list[float], monkeypatch):
    """It counts as alive again when it moves; where the right is mended, all of it goes."""
    watcher = watching(store, clock)
    show(store, this_run("x"), machine="b")
    with monkeypatch.context() as patch:
        patch.setattr(CampaignStore, "remove", denied)
        sweeps(watcher, clock, 2 * DEAD_AFTER_S)
        assert sorted(store.names("ledger/runs")) == ["x.gone", "x.json"]
        assert watcher.may_be_alive(store.tags("ledger/runs")) == set()
        show(store, this_run("x"), machine="b", beat=7)
        assert watcher.may_be_alive(store.tags("ledger/runs")) == {"ledger/runs/x.json"}
    sweeps(watching(store, clock), clock, 2 * DEAD_AFTER_S)
    assert store.names("ledger/runs") == []


def test_a_run_takes_its_beacon_away_unless_others_must_see_it(store: CampaignStore):
    """It has spent what they may have to count."""
    show(store, this_run("first"))
    show(store, this_run("second"))
    Watcher(store).take_away("first")
    assert sorted(store.names("ledger/runs")) == ["first.json", "second.json"]
    store.delete("ledger/runs/second.json")
    Watcher(store).take_away("first")
    assert store.names("ledger/runs") == []


def test_a_container_is_a_machine_of_its_own(tmp_path):
    """It numbers its own processes: the same number is somebody else there."""
    assert this_machine() == this_machine()
    (tmp_path / "numbers").symlink_to("pid:[1]")
    assert this_machine(namespace=tmp_path / "numbers") != this_machine()


def test_machines_of_one_name_are_told_apart(tmp_path):
    """Also where the system does not tell when it was switched on, as macOS."""
    alone = this_machine(boot=tmp_path / "none", namespace=tmp_path / "none")
    assert alone.removeprefix(socket.gethostname()).strip("/")
