"""Of several who create one file at once, exactly one is told that it did, on a disk and in a bucket."""

import errno
import itertools
import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tasks.errors import StorageFailed
from tasks.storage import exclusive
from tasks.storage.exclusive import create, probe
from tasks.storage.storage import CampaignStore
from tests.buckets import Bucket

LOCAL = fsspec.filesystem("file")


def files_in(folder: Path) -> dict[str, bytes]:
    """Everything in `folder`, hidden files included."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# On a disk


def test_the_first_creates_and_the_second_does_not(tmp_path):
    """The first one's content stays, and no litter lies beside it."""
    path = str(tmp_path / "deep" / "x.json")
    assert create(LOCAL, path, b"first")
    assert not create(LOCAL, path, b"second")
    assert not create(LOCAL, path, b"first"), "on a disk nothing is sent twice: the same bytes are somebody else's"
    assert files_in(tmp_path) == {"x.json": b"first"}


def test_one_of_eight_threads_wins(tmp_path):
    """Time after time."""
    start = threading.Barrier(8)

    def race(number: int) -> list[bool]:
        wins = []
        for turn in range(25):
            start.wait()
            wins.append(create(LOCAL, str(tmp_path / f"{turn}.json"), b"%d" % number))
        return wins

    with ThreadPoolExecutor(8) as pool:
        races = list(zip(*pool.map(race, range(8)), strict=True))
    assert [sum(wins) for wins in races] == [1] * 25
    assert files_in(tmp_path) == {f"{turn}.json": b"%d" % wins.index(True) for turn, wins in enumerate(races)}


def _race(folder: str, number: int, start) -> list[bool]:
    wins = []
    for turn in range(25):
        start.wait()
        wins.append(create(LOCAL, f"{folder}/{turn}.json", b"%d" % number))
    return wins


def test_one_of_several_processes_wins(tmp_path):
    """As two runs on one machine would meet."""
    context = multiprocessing.get_context("forkserver")
    with context.Manager() as manager, context.Pool(3) as pool:
        start = manager.Barrier(3)
        races = list(zip(*pool.starmap(_race, [(str(tmp_path), n, start) for n in range(3)]), strict=True))
    assert [sum(wins) for wins in races] == [1] * 25


def test_a_disk_without_links_is_good_enough(tmp_path, monkeypatch):
    """A memory stick cannot link; creating in place still has one winner."""

    def refuse(*_) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert create(LOCAL, str(tmp_path / "x.json"), b"first")
    assert not create(LOCAL, str(tmp_path / "x.json"), b"second")
    assert probe(LOCAL, str(tmp_path)) == (True, True)
    assert files_in(tmp_path) == {"x.json": b"first"}


def test_a_name_that_was_created_survives_a_power_cut(tmp_path, monkeypatch):
    """The file is flushed before its name appears, the folder after."""
    steps: list[str] = []
    fsync, link = os.fsync, os.link
    create(LOCAL, str(tmp_path / "first.json"), b"x")
    monkeypatch.setattr(os, "link", lambda *paths: steps.append("link") or link(*paths))
    monkeypatch.setattr(
        os,
        "fsync",
        lambda fd: steps.append("folder" if Path(f"/proc/self/fd/{fd}").is_dir() else "file") or fsync(fd),
    )
    create(LOCAL, str(tmp_path / "second.json"), b"x")
    assert steps == ["file", "link", "folder"]


@pytest.mark.parametrize("fails", ["open", "fsync", "link"])
def test_a_fault_leaves_nothing_under_the_name(fails, tmp_path, monkeypatch):
    """A full disk is told, and the next try finds the name free."""

    def full(*_, **__) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path if fails == "open" else os, fails, full)
        with pytest.raises(OSError, match="No space left"):
            create(LOCAL, str(tmp_path / "x.json"), b"first")
    assert files_in(tmp_path) == {}
    assert create(LOCAL, str(tmp_path / "x.json"), b"second")


# In a bucket


class Scripted(MemoryFileSystem):
    """A store whose creations meet the faults of `faults` first, before or after their effect."""

    cachable = False

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[tuple[OSError, bool]] = []

    def pipe_file(self, path, value, mode="overwrite", **kwargs):
        """Raise the next fault, if any is left."""
        fault, has_effect = self.faults.pop(0) if self.faults else (None, True)
        if has_effect:
            if mode == "create" and self.exists(path):
                raise FileExistsError(path)
            super().pipe_file(path, value, **kwargs)
        if fault is not None:
            raise fault


CONFLICT = OSError("An error occurred (ConditionalRequestConflict) when calling the PutObject operation")
UNNAMED_412 = OSError(errno.EINVAL, "At least one of the pre-conditions you specified did not hold")
names = (f"/exclusive/{number}" for number in itertools.count())


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Pauses take no time."""
    monkeypatch.setattr(exclusive.time, "sleep", lambda _: None)


def test_a_conflict_is_tried_again():
    """S3 answers 409 where two writers meet, and asks for another try."""
    store, path = Scripted(), next(names)
    store.faults = [(CONFLICT, False)] * 3
    assert create(store, path, b"mine")
    assert store.cat_file(path) == b"mine"


def test_conflicts_without_an_end_are_a_fault():
    """After a few tries somebody is told."""
    store = Scripted()
    store.faults = [(CONFLICT, False)] * 20
    with pytest.raises(OSError, match="ConditionalRequestConflict"):
        create(store, next(names), b"mine")


@pytest.mark.parametrize("content", [b"mine", b"theirs"])
@pytest.mark.parametrize("fault", [FileExistsError("x"), UNNAMED_412])
def test_a_refused_creation_is_ours_if_the_bytes_are(fault, content):
    """The answer to the first sending was lost and the client sent again: it met its own file."""
    store, path = Scripted(), next(names)
    MemoryFileSystem().pipe_file(path, content)
    store.faults = [(fault, False)]
    assert create(store, path, b"mine") is (content == b"mine")


def test_a_file_that_is_gone_when_looked_at_was_not_ours():
    """Its owner gave it back between the refusal and the look: no fault, and the cell is looked at again."""
    store = Scripted()
    store.faults = [(FileExistsError("x"), False)]
    assert create(store, next(names), b"mine") is False


def test_what_is_invalid_for_another_reason_is_a_fault():
    """The same number without a file there is no refused condition."""
    store = Scripted()
    store.faults = [(OSError(errno.EINVAL, "Invalid argument"), False)]
    with pytest.raises(OSError, match="Invalid argument"):
        create(store, next(names), b"mine")


def test_one_of_eight_threads_wins_in_a_bucket(bucket: Bucket):
    """S3's own condition decides."""
    stores = [CampaignStore.open(bucket.url, "q1-launch") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for turn in range(4):
            wins = list(pool.map(lambda n: stores[n].create(f"ledger/{turn}.json", b"%d" % n), range(8)))  # noqa: B023
            assert sum(wins) == 1
            assert stores[0].read(f"ledger/{turn}.json") == b"%d" % wins.index(True)


# The probe


def test_a_disk_memory_and_s3_keep_their_word(bucket: Bucket, tmp_path):
    """And the probe leaves nothing behind."""
    for output in (str(tmp_path), "memory://exclusive-probe", bucket.url):
        assert CampaignStore.open(output, "q1-launch").probe("ledger/probes") == (True, True)
    assert files_in(tmp_path) == {}
    assert bucket.keys() == []


class Careless(MemoryFileSystem):
    """A store that passes the condition over without a word, as some do."""

    cachable = False

    def pipe_file(self, path, value, mode="overwrite", **kwargs):  # noqa: ARG002
        """Overwrite whatever is there."""
        super().pipe_file(path, value, **kwargs)


def test_a_store_that_overwrites_is_found_out():
    """Before anything is paid there."""
    assert probe(Careless(), "/careless") == (False, True)
    assert Careless().find("/careless") == []


def test_a_store_that_cannot_be_written_is_a_fault(tmp_path):
    """The probe is the first thing that a run writes: what is wrong there is told before a cent is spent."""
    (tmp_path / "q1-launch").write_bytes(b"a file in the way")
    with pytest.raises(StorageFailed, match="q1-launch cannot be written"):
        CampaignStore.open(str(tmp_path), "q1-launch").probe("ledger/probes")
