"""Every call of the storage, failing in every way: nothing is paid twice, nothing is lost, nothing is half-written."""

import asyncio
import errno
import json
import os
from pathlib import Path

import pytest
from PIL import Image

from tasks.errors import StorageFailed
from tasks.storage.storage import CampaignStore
from tests.tasks.harness import CELLS, Api, raises_on_call, run, storage_refuses, without_engine  # noqa: F401  a fixture

pytestmark = pytest.mark.usefixtures("without_engine")

CALLS = {"create": 2, "publish": 11, "read": 3, "names": 3, "delete": 1, "probe": 1}
"""How often a run of two cells makes each call, at least; `write` is a `publish` of one file."""
TABLE = [(name, number) for name, last in CALLS.items() for number in range(1, last + 1)]


def check_files(folder: Path) -> None:
    """Whatever bears a final name is whole."""
    for path in folder.rglob("*"):
        if path.suffix == ".json":
            json.loads(path.read_bytes())
        if path.suffix == ".png":
            with Image.open(path) as image:
                image.load()
    assert not list(folder.rglob("*.part")), "no litter is left by a run that lives to clean up"


def check_next_run(folder: Path, api: Api, fault: str) -> None:
    """The next run ends every cell; what was answered is done, and nothing was paid twice."""
    check_files(folder)
    ended = asyncio.run(run(CampaignStore.open(str(folder), "lamps"), api))
    assert ended.stopped_by is None
    assert set(api.billed.values()) <= {1}, fault
    assert len(ended.outcomes) == len(CELLS)
    assert set(ended.statuses) <= {"done", "unknown"}
    assert sum(api.billed.values()) <= len(CELLS)
    unbilled = [cell for cell in CELLS if not api.billed[cell.request.prompt]]
    assert all(ended.outcomes[cell.cell_id].status == "unknown" for cell in unbilled), "only an intent can be lost"
    assert sum(outcome.cost_usd for outcome in ended.outcomes.values()) == ended.tally.cost_usd
    check_files(folder)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("name", "number"), TABLE)
def test_a_call_that_fails(name: str, number: int, after: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Before its effect or after: the run says so or gets over it, and the next one has everything."""
    api = Api()
    fault = StorageFailed("the storage cannot be reached; check the network and the address")
    with monkeypatch.context() as patch, raises_on_call(number, fault, after=after) as wrap:
        patch.setattr(CampaignStore, name, wrap(getattr(CampaignStore, name)))
        ended = asyncio.run(run(CampaignStore.open(str(tmp_path), "lamps"), api))
    assert ended.stopped_by in (None, fault)
    assert all(bool(outcome.error) == (outcome.status != "done") for outcome in ended.outcomes.values())
    billed = sum(api.billed.values())
    assert billed == sum(outcome.cost_usd > 0 for outcome in ended.outcomes.values()), "what is paid is told"
    check_next_run(tmp_path, api, f"{name} {number}")


@pytest.mark.parametrize("number", range(1, 24))
def test_a_disk_that_is_full(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whichever flush finds no room: a sentence that says so, and after room was made the campaign goes on."""
    api = Api()
    full = OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as patch, raises_on_call(number, full, after=False) as wrap:
        patch.setattr(os, "fsync", wrap(os.fsync))
        ended = asyncio.run(run(CampaignStore.open(str(tmp_path), "lamps"), api))
    if ended.stopped_by is not None:
        assert "No space left on device; make room there" in str(ended.stopped_by)
    check_next_run(tmp_path, api, f"fsync {number}")


def test_a_storage_that_is_gone_for_good_pays_for_no_more_than_is_in_flight(tmp_path: Path):
    """It fails from the first original on: what is in flight ends, nothing else is started."""
    api = Api()
    with storage_refuses("originals"):
        ended = asyncio.run(run(CampaignStore.open(str(tmp_path), "lamps"), api, slots=1))
    assert str(ended.stopped_by) == "full"
    assert sum(api.billed.values()) <= 2
    check_next_run(tmp_path, api, "gone")
    assert set(api.billed.values()) == {1}
