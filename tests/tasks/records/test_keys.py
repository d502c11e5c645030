"""What holds a link is its owner's alone; what is shown to others is not."""

import os
from pathlib import Path

import pytest

from tasks.records.keys import is_private
from tasks.storage.storage import CampaignStore

PRIVATE = ("ledger/answers/a.1.json", "ledger/ends/a.1.done.json", "ledger/outcomes.jsonl", "callbacks/events/e.f.json")
SHOWN = ("manifest.csv", "index.html", "originals/a.png", "ledger/runs/a.json", "ledger/answers.json", "ledger")


def test_files_with_links_are_known_by_their_keys():
    """And the folders that hold nothing else."""
    assert all(is_private(key) for key in (*PRIVATE, "ledger/published.json", "ledger/answers"))
    assert not any(is_private(key) for key in SHOWN)


@pytest.mark.parametrize("how", ["write", "create"])
def test_only_their_owner_reads_them_on_a_disk(tmp_path: Path, how):
    """Whatever the umask allows; all else stays as it says."""
    before = os.umask(0o022)
    try:
        store = CampaignStore.open(str(tmp_path), "tea")
        for key in (*PRIVATE, *SHOWN[:4]):
            getattr(store, how)(key, b"{}")
    finally:
        os.umask(before)
    modes = {path.relative_to(tmp_path / "tea").as_posix(): path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert {modes[key] for key in PRIVATE} == {0o600}
    assert {modes[key] for key in SHOWN[:4]} == {0o644}
    assert {modes[key] for key in ("ledger/answers", "ledger/ends", "callbacks/events")} == {0o700}
    assert {modes[key] for key in ("ledger", "callbacks", "originals", "ledger/runs")} == {0o755}


@pytest.mark.parametrize("is_allowed", [True, False])
def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path, monkeypatch, is_allowed):
    """By its folder, whatever lies in it; without a word where the disk or its rights do not allow it."""
    store = CampaignStore.open(str(tmp_path), "tea")
    for key in (*PRIVATE, *SHOWN[:4]):
        store.write(key, b"{}")
    for path in (tmp_path / "tea").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    if not is_allowed:
        monkeypatch.setattr(Path, "chmod", lambda *_: (_ for _ in ()).throw(PermissionError("not yours")))
    store.close_private()
    closed = ("ledger/answers", "ledger/ends", "callbacks/events", "ledger/outcomes.jsonl")
    assert all(((tmp_path / "tea" / key).stat().st_mode & 0o077 == 0) == is_allowed for key in closed)
    assert (tmp_path / "tea" / "ledger").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "tea" / "manifest.csv").stat().st_mode & 0o777 == 0o644
    CampaignStore.open(str(tmp_path), "none").close_private()
