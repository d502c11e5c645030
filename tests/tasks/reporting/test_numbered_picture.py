"""What somebody judges who has only a form: every image under its number, small enough for Prefect's API."""

import random
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tasks.reporting.numbered_picture import BYTES_MAX, NUMBERED_MAX, numbered_picture
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, a_request, an_original, an_outcome

CELLS = [a_cell(a_request(f"Lamp {number}"), cell_id=f"lamp-{number}") for number in range(NUMBERED_MAX)]


def pictured(folder: Path, count: int, colour: str | None = None) -> Image.Image:
    """The picture of so many images, of one colour or of noise; none of the first has a file."""
    store, noise = CampaignStore.open(str(folder), "lamps"), random.Random(7)
    outcomes = {cell.cell_id: an_outcome(cell, original=an_original(cell)) for cell in CELLS[:count]}
    for outcome in list(outcomes.values())[1:]:
        assert outcome.original is not None
        image = (
            Image.new("RGB", (64, 32), colour)
            if colour
            else Image.frombytes("RGB", (400, 400), noise.randbytes(480_000))
        )
        out = BytesIO()
        image.save(out, "png")
        store.write(outcome.original.key, out.getvalue())
    made = numbered_picture(store, list(outcomes), outcomes)
    assert len(made) <= BYTES_MAX
    with Image.open(BytesIO(made)) as opened:
        return opened.convert("RGB")


@pytest.mark.parametrize(("count", "size"), [(1, (316, 316)), (4, (932, 624)), (7, (880, 444)), (24, (880, 1316))])
def test_few_are_larger_than_many(tmp_path, count, size):
    """In rows of three, or of four where there are more than six."""
    assert pictured(tmp_path, count, "red").size == size


def test_each_is_whole_in_its_place_and_one_without_a_file_is_empty(tmp_path):
    """The place of what cannot be shown keeps its number."""
    picture = pictured(tmp_path, 2, "#ff0000")
    assert picture.getpixel((100, 200)) == pytest.approx((217, 217, 212), abs=8)
    assert picture.getpixel((466, 158)) == pytest.approx((255, 0, 0), abs=12)
    assert picture.getpixel((466, 60)) == pytest.approx((244, 244, 242), abs=8), "above a wide image is paper"


def test_the_busiest_pictures_fit(tmp_path):
    """Noise packs worse than any photograph."""
    pictured(tmp_path, NUMBERED_MAX)
