"""A matrix is found and filed once, on a disk and in a bucket."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks.errors import InputInvalid
from tasks.inbox.inbox import Inbox, is_settled


@pytest.fixture(params=["disk", "bucket"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an inbox with a matrix in it."""
    place = str(tmp_path) if request.param == "disk" else f"{request.getfixturevalue('bucket').url}/inbox"
    Inbox.open(place).store.write("spring.csv", b"prompt\na cat\n")
    return place


def test_a_matrix_goes_from_the_inbox_to_its_shelf(url: str):
    """With the reason beside it where there is one, and nothing left behind."""
    inbox = Inbox.open(url)
    assert (inbox.waiting(), inbox.formats()) == (["spring.csv"], None)
    key = inbox.file_away("spring.csv", "failed", "row 2: no such model")
    assert key.startswith("failed/2")
    assert key.endswith("Z-spring.csv")
    assert inbox.store.read(key) == b"prompt\na cat\n"
    assert inbox.store.read(f"{key}.txt") == b"row 2: no such model\n"
    assert inbox.waiting() == []


@pytest.mark.parametrize("reason", ["", "row 2: no such model"])
def test_a_matrix_that_another_run_has_filed_is_not_filed_again(url: str, reason: str):
    """And no reason is left lying without a matrix beside it."""
    inbox = Inbox.open(url)
    first = inbox.file_away("spring.csv", "done")
    assert inbox.file_away("spring.csv", "failed", reason) is None
    assert inbox.store.read(first) == b"prompt\na cat\n"
    assert inbox.store.names("failed") == []


def test_of_many_runs_that_file_a_matrix_none_loses_it(url: str):
    """All at one moment; a bucket, which copies and then removes, may keep a copy of each."""
    inboxes = [Inbox.open(url) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        keys = list(filter(None, pool.map(lambda inbox: inbox.file_away("spring.csv", "done"), inboxes)))
    assert keys
    assert {inboxes[0].store.read(key) for key in keys} == {b"prompt\na cat\n"}
    assert inboxes[0].waiting() == []


def test_a_file_that_was_just_changed_is_not_settled(url: str):
    """It may still be being written; a minute later it is."""
    inbox, now = Inbox.open(url), datetime.now(UTC)
    assert not is_settled(inbox.changed_at("spring.csv"))
    assert not is_settled(now - timedelta(seconds=30))
    assert is_settled(now - timedelta(seconds=61))
    assert inbox.changed_at("gone.csv") is None


def test_formats_are_found_and_do_not_wait(url: str):
    """They go with every matrix."""
    inbox = Inbox.open(url)
    inbox.store.write("formats.csv", b"format\nhero\n")
    assert (inbox.formats(), inbox.waiting()) == ("formats.csv", ["spring.csv"])


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path):
    """Nobody would learn otherwise why nothing is ever run."""
    with pytest.raises(InputInvalid, match=f"does not exist in {tmp_path}; create it"):
        Inbox.open(str(tmp_path / "nope"))
