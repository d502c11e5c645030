"""However many images wait to be cut: few of them are held decoded, and each is decoded once."""

import asyncio
from collections import Counter

import pytest
from PIL.PngImagePlugin import PngImageFile

from tasks import workload
from tasks.clients.storage import CampaignStore
from tests.factories import a_cell, a_request
from tests.tasks.running import Api, run, without_engine  # noqa: F401  a fixture

CELLS = [a_cell(a_request(f"Lamp {number}")) for number in range(12)]


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the pictures that are decoded."""
    counter: Counter[str] = Counter()
    load_end = PngImageFile.load_end

    def count(file: PngImageFile) -> None:
        counter["PNG"] += 1
        load_end(file)

    monkeypatch.setattr(PngImageFile, "load_end", count)
    return counter


@pytest.mark.usefixtures("without_engine")
@pytest.mark.parametrize("held_max", [0, 1, 32])
def test_each_image_is_decoded_once(tmp_path, monkeypatch, decoded, held_max):
    """On arrival while there is room, else when it is cut; the variants are the same."""
    monkeypatch.setattr(workload, "PIXELS_HELD_MAX", held_max)
    ended = asyncio.run(run(CampaignStore.open(str(tmp_path), "lamps"), Api(), CELLS, places=6))
    assert ended.statuses == ["done"] * len(CELLS)
    assert decoded["PNG"] == len(CELLS)
    cuts = {path.read_bytes() for path in tmp_path.glob("lamps/variants/*.png")}
    assert len(cuts) == 1


@pytest.mark.usefixtures("without_engine")
def test_a_damaged_image_ends_its_cell_though_it_is_only_checked(tmp_path, monkeypatch, decoded):
    """Nothing of it is stored, as if it had been decoded."""
    monkeypatch.setattr(workload, "PIXELS_HELD_MAX", 0)
    api = Api()
    api.image = api.image.replace(b"IDAT", b"IDAT\0", 1)
    ended = asyncio.run(run(CampaignStore.open(str(tmp_path), "lamps"), api, CELLS[:2]))
    assert ended.statuses == ["failed"] * 2
    assert not list(tmp_path.glob("lamps/originals/*"))
    assert decoded["PNG"] == 0
