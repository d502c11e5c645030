"""However many images wait to be cut: few of them are held decoded, and each is decoded once."""

import asyncio
import threading
import time
import weakref
import zlib
from collections import Counter
from collections.abc import Mapping
from itertools import count

import pytest
from PIL.PngImagePlugin import PngImageFile

from tasks import generate_image
from tasks.images import cut_image, decode_image
from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Answered
from tasks.records.answer import ImageObject
from tasks.records.outcome import StoredOriginal
from tasks.run_state import cells as cells_module
from tasks.run_state import toolbox
from tasks.run_state.cells import Cells
from tasks.run_state.job import Job
from tasks.run_state.paid_bytes import original_key
from tasks.storage.storage import CampaignStore
from tests.factories import STARTED_AT, a_cell, a_request
from tests.tasks.harness import Api, Ended, run, without_engine  # noqa: F401  a fixture
from tests.tasks.pictures import chunk, gradient, oriented, png, saved
from tests.waiting import LIMIT_S

pytestmark = pytest.mark.usefixtures("without_engine")

CELLS = [a_cell(a_request(f"Lamp {number}")) for number in range(40)]
HELD_MAX = 4
ROWS = (b"\0" + b"\x55" * 12) * 2
SEALED_RIGHTLY = png((4, 2), 8, 2, b"").replace(
    chunk(b"IDAT", zlib.compress(b"")), chunk(b"IDAT", zlib.compress(ROWS)[:6])
)
"""The checksums hold, and the pixels are cut off."""


@pytest.fixture
def store(tmp_path) -> CampaignStore:
    """An empty folder."""
    return CampaignStore.open(str(tmp_path), "lamps")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the pictures that are decoded."""
    counter: Counter[str] = Counter()
    load_end = PngImageFile.load_end

    def counted(file: PngImageFile) -> None:
        counter["PNG"] += 1
        load_end(file)

    monkeypatch.setattr(PngImageFile, "load_end", counted)
    return counter


@pytest.fixture
def most_held(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts how many decoded images there are at one time at most, where cuts are stored once there are some."""
    full = threading.Event()
    numbers = count()
    held: set[int] = set()
    most: Counter[str] = Counter()
    decode, publish = decode_image.decode, CampaignStore.publish

    def counted(data: bytes) -> decode_image.Original:
        original = decode(data)
        number = next(numbers)
        held.add(number)
        most["held"] = max(most["held"], len(held))
        if len(held) >= HELD_MAX:
            full.set()
        weakref.finalize(original.image, held.discard, number)
        return original

    def slow_publish(self: CampaignStore, files: Mapping[str, bytes]) -> None:
        if any(key.startswith("variants/") for key in files):
            assert full.wait(LIMIT_S)
            time.sleep(0.1)
        publish(self, files)

    for module in (decode_image, generate_image, cut_image):
        monkeypatch.setattr(module, "decode", counted)
    monkeypatch.setattr(CampaignStore, "publish", slow_publish)
    return most


def ran(store: CampaignStore, api: Api, cells: int, **options) -> Ended:
    """One run over the first cells."""
    return asyncio.run(run(store, api, CELLS[:cells], **options))


@pytest.mark.parametrize("held_max", [0, 1, 32])
def test_each_image_is_decoded_once(store, tmp_path, monkeypatch, decoded, held_max):
    """On arrival while there is room, else when it is cut; the variants are the same."""
    monkeypatch.setattr(cells_module, "PIXELS_HELD_MAX", held_max)
    ended = ran(store, Api(), 12, slots=6)
    assert ended.statuses == ["done"] * 12
    assert decoded["PNG"] == 12
    cuts = {path.read_bytes() for path in tmp_path.glob("lamps/variants/*.png")}
    assert len(cuts) == 1


@pytest.mark.parametrize(
    "image",
    [saved(gradient(24, 12)), saved(gradient(24, 12), "JPEG"), saved(gradient(24, 12), exif=oriented(3))],
    ids=["PNG", "JPEG", "turned PNG"],
)
def test_few_are_held_decoded(store, monkeypatch, most_held, image):
    """As many as there is room for; beside them only what the threads are looking at."""
    monkeypatch.setattr(cells_module, "PIXELS_HELD_MAX", HELD_MAX)
    threads = 4
    monkeypatch.setattr("os.cpu_count", lambda: threads)
    assert ran(store, Api(image=image), len(CELLS), slots=20).statuses == ["done"] * len(CELLS)
    assert HELD_MAX <= most_held["held"] <= HELD_MAX + threads


def test_what_an_earlier_run_has_left_is_taken_up_a_few_at_a_time(store, monkeypatch):
    """Hundreds of originals of megabytes wait on the disk for their turn, and not in memory."""
    dead, image = Ledger(store, "dead-run"), ImageObject(url="https://ideogram.ai/x.png")
    for cell in CELLS:
        assert dead.intend(cell, 1)
        dead.note_answer(Answered(cell_id=cell.cell_id, turn=1, image=image, attempts=1, started_at=STARTED_AT))
        store.write(original_key(cell.cell_id, "png"), saved(gradient(24, 12)))
    monkeypatch.setattr(toolbox, "RECOVERIES_MAX", 3)
    keep, in_hand, most = generate_image.keep, Counter(), Counter()

    async def counted(job: Job, answered: Answered, *args, **options) -> StoredOriginal:
        in_hand["now"] += 1
        most["held"] = max(most["held"], in_hand["now"])
        try:
            return await keep(job, answered, *args, **options)
        finally:
            in_hand["now"] -= 1

    monkeypatch.setattr(generate_image, "keep", counted)
    api = Api()
    assert ran(store, api, len(CELLS)).statuses == ["done"] * len(CELLS)
    assert (api.billed.total(), most["held"]) == (0, 3)


@pytest.mark.parametrize("held_max", [0, 32])
def test_pixels_that_are_found_out_late_end_their_cell_and_can_be_tried_again(store, monkeypatch, held_max):
    """The link gives the image after all: it is fetched, and not paid again, however it was found out."""
    monkeypatch.setattr(cells_module, "PIXELS_HELD_MAX", held_max)
    api = Api(image=SEALED_RIGHTLY)
    assert ran(store, api, 2).statuses == ["failed"] * 2
    api.image = Api().image
    again = ran(store, api, 2, retry=["failed"])
    assert (again.statuses, api.billed.total()) == (["done"] * 2, 2)


def test_pixels_that_no_link_gives_are_asked_for_again(store, monkeypatch):
    """Trying again pays for another image, once the first cannot be had."""
    monkeypatch.setattr(cells_module, "PIXELS_HELD_MAX", 0)
    api = Api(image=SEALED_RIGHTLY)
    assert ran(store, api, 1).statuses == ["failed"]
    assert ran(store, api, 1, retry=["failed"]).statuses == ["failed"]
    assert api.billed.total() == 2


@pytest.mark.parametrize("held_max", [0, 32])
def test_what_only_a_checksum_of_a_text_is_wrong_of_is_an_image(store, monkeypatch, held_max):
    """A paid image is not lost for it, whether or not there is room for its pixels."""
    monkeypatch.setattr(cells_module, "PIXELS_HELD_MAX", held_max)
    data = saved(gradient(24, 12))
    odd = data[:-12] + chunk(b"tEXt", b"a\0b")[:-1] + b"!" + data[-12:]
    assert ran(store, Api(image=odd), 2).statuses == ["done"] * 2


def test_room_is_left_by_an_image_that_could_not_be_fetched_again(store, monkeypatch):
    """A cell that is asked for anew holds no pixels meanwhile."""
    api = Api(image=b"<html>")
    assert ran(store, api, 2).statuses == ["failed"] * 2
    monkeypatch.setattr(cells_module, "PIXELS_HELD_MAX", 2)
    rooms: list[bool] = []
    look = Cells.has_room_for_pixels

    def seen(cells: Cells) -> bool:
        rooms.append(look(cells))
        return rooms[-1]

    monkeypatch.setattr(Cells, "has_room_for_pixels", seen)
    api.before = lambda _: setattr(api, "image", Api().image)
    assert ran(store, api, 2, retry=["failed"]).statuses == ["done"] * 2
    assert all(rooms)


def test_a_damaged_image_ends_its_cell(store, tmp_path, monkeypatch):
    """What came is kept, under a name that claims nothing."""
    monkeypatch.setattr(cells_module, "PIXELS_HELD_MAX", 0)
    api = Api(image=Api().image.replace(b"IDAT", b"IDAT\0", 1))
    assert ran(store, api, 2).statuses == ["failed"] * 2
    assert {path.suffix for path in tmp_path.glob("lamps/originals/*")} == {".unreadable"}
