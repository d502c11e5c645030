"""What is removed is what was listed: whatever has taken its name since stays, on a disk and in a bucket."""

import errno
import os
from pathlib import Path

import pytest

from tasks.errors import StorageFailed
from tasks.storage import removal
from tasks.storage.storage import CampaignStore
from tests.buckets import Bucket

PLACES = ["{tmp}", "memory://{name}", "s3"]


@pytest.fixture(params=PLACES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> CampaignStore:
    """An empty campaign's folder."""
    if request.param == "s3":
        return CampaignStore.open(request.getfixturevalue("bucket").url, "lamps")
    return CampaignStore.open(request.param.format(tmp=tmp_path, name=tmp_path.name), "lamps")


def test_what_was_listed_is_removed(store: CampaignStore):
    """Files right below the folder, by their keys; what is not there any more is passed over."""
    for key in ("originals/a.png", "originals/b.png", "index.html"):
        store.write(key, key.encode())
    tags = store.tags("originals")
    assert list(tags) == ["originals/a.png", "originals/b.png"]
    assert list(store.tags("")) == ["index.html"]
    store.delete("originals/a.png")
    store.remove(tags)
    store.remove(tags)
    assert (store.names("originals"), store.tags("originals"), store.tags("nowhere")) == ([], {}, {})
    assert store.read("index.html")


def test_what_is_newer_stays(store: CampaignStore):
    """Another run has removed the file meanwhile, and paid for another of that name."""
    for key in ("originals/a.png", "originals/b.png"):
        store.write(key, b"drawn by the sandbox")
    tags = store.tags("originals")
    store.delete("originals/a.png")
    store.write("originals/a.png", b"paid")
    store.write("originals/b.png", b"paid as well")
    store.remove(tags)
    assert (store.read("originals/a.png"), store.read("originals/b.png")) == (b"paid", b"paid as well")
    assert sorted(store.names("originals")) == ["a.png", "b.png"]


@pytest.mark.parametrize("can_link", [True, False])
def test_on_a_disk_not_even_between_look_and_removal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, can_link: bool
):
    """A file that was written over at the last moment is given back, and one that is newer still is left alone."""

    def refuse(*_) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    store = CampaignStore.open(str(tmp_path), "lamps")
    store.write("originals/a.png", b"drawn by the sandbox")
    tags, rename = store.tags("originals"), Path.rename

    def written_over(path: Path, target: Path) -> Path:
        if path.name == "a.png" and store.read("originals/a.png").startswith(b"drawn"):
            path.unlink()
            store.write("originals/a.png", b"paid")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", written_over)
    if not can_link:
        monkeypatch.setattr(os, "link", refuse)
    store.remove(tags)
    assert store.read("originals/a.png") == b"paid"
    assert [path.name for path in (tmp_path / "lamps" / "originals").iterdir()] == ["a.png"]


def test_in_a_bucket_not_even_between_look_and_removal(bucket: Bucket, monkeypatch: pytest.MonkeyPatch):
    """The bucket itself compares."""
    store = CampaignStore.open(bucket.url, "lamps")
    store.write("originals/a.png", b"drawn by the sandbox")
    tags, look = store.tags("originals"), removal._tag_now

    def written_over(fs, path: str) -> str | None:
        found = look(fs, path)
        store.write("originals/a.png", b"paid")
        return found

    monkeypatch.setattr(removal, "_tag_now", written_over)
    store.remove(tags)
    assert store.read("originals/a.png") == b"paid"


def test_a_storage_that_fails_is_told(bucket: Bucket):
    """And nothing passes for removed."""
    store = CampaignStore.open(bucket.url, "lamps")
    store.write("originals/a.png", b"x")
    tags = store.tags("originals")
    with bucket.locked(), pytest.raises(StorageFailed):
        store.remove(tags)
    assert store.read("originals/a.png") == b"x"
