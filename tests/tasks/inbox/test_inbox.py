"""A matrix is claimed by one run at a time and filed once, on a disk and in a bucket."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.errors import InputInvalid
from tasks.inbox import inbox as module
from tasks.inbox.inbox import Inbox
from tasks.inbox.names import Claim
from tasks.ledger import heartbeats as runs
from tasks.ledger.heartbeats import Beacon, this_run


@pytest.fixture(params=["disk", "bucket"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an inbox with a matrix in it that was put there a while ago."""
    monkeypatch.setattr(module, "SETTLED_AFTER", module.SETTLED_AFTER * 0)
    if request.param == "disk":
        place = str(tmp_path)
    else:
        bucket = request.getfixturevalue("bucket")
        place = f"{bucket.url}/inbox"
    Inbox.open(place, "sender").store.write("spring.csv", b"prompt\na cat\n")
    return place


def a_beacon(run_id: str, **fields) -> bytes:
    """What a run leaves in its claim."""
    return this_run(run_id).model_copy(update=fields).model_dump_json().encode()


def test_a_matrix_goes_from_the_inbox_to_its_shelf(url: str):
    """With the reason beside it where there is one, and nothing left behind."""
    inbox = Inbox.open(url, "one")
    assert (inbox.waiting(), inbox.formats()) == (["spring.csv"], None)
    claim = inbox.claim("spring.csv")
    assert claim == Claim("spring.csv", 1)
    key = inbox.file_away(claim, "failed", "row 2: no such model")
    assert key.startswith("failed/2")
    assert key.endswith("Z-spring.csv")
    assert inbox.store.read(key) == b"prompt\na cat\n"
    assert inbox.store.read(f"{key}.txt") == b"row 2: no such model\n"
    assert (inbox.waiting(), inbox.store.names("claims")) == ([], [])


def test_of_many_runs_one_gets_the_matrix(url: str):
    """They are all there at one moment."""
    inboxes = [Inbox.open(url, f"run-{number}") for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(lambda inbox: inbox.claim("spring.csv"), inboxes))
    assert [claim for claim in claims if claim] == [Claim("spring.csv", 1)]


def test_of_many_runs_one_takes_over_from_a_dead_one(url: str):
    """Its process is gone, and it has left its claim."""
    Inbox.open(url, "x").store.create("claims/spring.csv.1.json", a_beacon("dead", started="0"))
    inboxes = [Inbox.open(url, f"run-{number}") for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(lambda inbox: inbox.claim("spring.csv"), inboxes))
    assert [claim for claim in claims if claim] == [Claim("spring.csv", 2)]
    inbox = Inbox.open(url, "later")
    inbox.file_away(Claim("spring.csv", 2), "done")
    assert inbox.store.names("claims") == []


def test_a_damaged_claim_holds_nobody_up(url: str):
    """Whoever wrote it is no more."""
    Inbox.open(url, "x").store.create("claims/spring.csv.1.json", b"{")
    assert Inbox.open(url, "one").claim("spring.csv") == Claim("spring.csv", 2)


def test_a_matrix_that_was_filed_while_we_looked_is_not_claimed(url: str):
    """The claim is taken back."""
    inbox = Inbox.open(url, "one")
    inbox.store.delete("spring.csv")
    assert inbox.claim("spring.csv") is None
    assert inbox.store.names("claims") == []


def test_a_run_that_was_taken_for_dead_finds_its_matrix_filed(url: str):
    """That is no fault: the other run has made the same campaign."""
    inbox = Inbox.open(url, "one")
    claim = inbox.claim("spring.csv")
    inbox.store.delete("spring.csv")
    assert inbox.file_away(claim, "done") == ""


def test_a_run_elsewhere_is_dead_once_its_beat_stands_still(url: str, monkeypatch: pytest.MonkeyPatch):
    """Its process cannot be looked up from here."""
    monkeypatch.setattr(runs, "DEAD_AFTER_S", 0.05)
    beacon = Beacon.model_validate_json(a_beacon("far", machine="far away"))
    inbox = Inbox.open(url, "one")
    inbox.store.create("claims/spring.csv.1.json", beacon.model_dump_json().encode())
    assert inbox.is_held_elsewhere("spring.csv")
    assert inbox.claim("spring.csv") is None
    time.sleep(0.06)
    inbox.store.write("claims/spring.csv.1.json", beacon.model_copy(update={"beat": 1}).model_dump_json().encode())
    assert inbox.claim("spring.csv") is None, "it beats"
    time.sleep(0.06)
    assert inbox.claim("spring.csv") == Claim("spring.csv", 2)


def test_a_file_that_was_just_changed_is_not_settled(tmp_path: Path):
    """It may still be being written; a minute later it is."""
    path = tmp_path / "spring.csv"
    path.write_text("prompt\n")
    inbox = Inbox.open(str(tmp_path), "one")
    assert not inbox.is_settled("spring.csv")
    os.utime(path, (time.time() - 61, time.time() - 61))
    assert inbox.is_settled("spring.csv")
    assert not inbox.is_settled("gone.csv")


def test_formats_are_found_and_do_not_wait(url: str):
    """They go with every matrix."""
    inbox = Inbox.open(url, "one")
    inbox.store.write("formats.csv", b"format\nhero\n")
    assert (inbox.formats(), inbox.waiting()) == ("formats.csv", ["spring.csv"])


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path):
    """Nobody would learn otherwise why nothing is ever run."""
    with pytest.raises(InputInvalid, match="does not exist; create it"):
        Inbox.open(str(tmp_path / "nope"), "one")
