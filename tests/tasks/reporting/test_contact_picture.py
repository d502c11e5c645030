"""The picture for the UI shows the images that there are, small, and harms nobody where one is missing."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tasks.records.variant import DEFAULT_VARIANTS, Variant
from tasks.reporting.contact_picture import COLUMNS, GAP_PX, ROWS, TILE, contact_picture, shown_key
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, a_request, an_original, an_outcome

STEP = TILE.width_px + GAP_PX
CELLS = tuple(a_cell(a_request(f"Lamp {number}"), product=f"Lamp {number}") for number in range(14))


def picture(colour: str, size: tuple[int, int] = (60, 30)) -> bytes:
    """A PNG of one colour."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def sheet_of(folder: Path, *stored: bytes | None) -> Image.Image | None:
    """The picture of a campaign whose first cells have these originals; None: the file is missing."""
    store = CampaignStore.open(str(folder), "lamps")
    outcomes = {}
    for cell, data in zip(CELLS, stored, strict=False):
        outcomes[cell.cell_id] = an_outcome(cell)
        if data is not None:
            store.write(an_original(cell).key, data)
    made = contact_picture(store, CELLS, outcomes, DEFAULT_VARIANTS)
    return None if made is None else Image.open(BytesIO(made)).convert("RGB")


@pytest.mark.parametrize(("images", "columns", "rows"), [(1, 1, 1), (4, 4, 1), (5, 4, 2), (14, COLUMNS, ROWS)])
def test_the_sheet_has_as_many_places_as_it_needs(tmp_path: Path, images: int, columns: int, rows: int):
    """At most twelve, and it stays small enough for a database."""
    sheet = sheet_of(tmp_path, *[picture("red")] * images)
    assert sheet.size == (columns * STEP + GAP_PX, rows * STEP + GAP_PX)


def test_images_come_in_matrix_order_and_whole(tmp_path: Path):
    """A wide one is not cropped: above it is paper."""
    sheet = sheet_of(tmp_path, picture("red"), picture("blue", (30, 60)))
    middle = GAP_PX + TILE.height_px // 2
    red, blue = sheet.getpixel((middle, middle)), sheet.getpixel((middle + STEP, middle))
    assert red[0] - red[2] > 150
    assert blue[2] - blue[0] > 150
    assert min(sheet.getpixel((middle, GAP_PX + 5))) > 220


def test_an_image_that_is_missing_or_damaged_is_left_out(tmp_path: Path):
    """The others close the gap."""
    sheet = sheet_of(tmp_path, None, picture("red")[:-20], picture("red"))
    assert sheet.size == (STEP + GAP_PX, STEP + GAP_PX)


def test_without_an_image_there_is_no_picture(tmp_path: Path):
    """An empty sheet says nothing."""
    assert sheet_of(tmp_path) is None
    assert sheet_of(tmp_path, None) is None


def test_an_uncropped_variant_is_read_rather_than_the_original():
    """It is smaller; crops, and what we cannot decode, don't show the whole image."""
    small = Variant(name="small", width=300, height=300, fit="inside")
    tiny = Variant(name="tiny", width=40, height=40, fit="inside")
    modern = Variant(name="modern", width=250, height=250, fit="inside", format="avif")
    variants = (*DEFAULT_VARIANTS, small, tiny, modern)
    keys = {variant.name: variant.key(CELLS[0].cell_id) for variant in variants}
    assert shown_key(an_outcome(CELLS[0], variants=keys), variants) == keys["small"]
    assert shown_key(an_outcome(CELLS[0]), variants) == an_original(CELLS[0]).key
    assert shown_key(an_outcome(CELLS[0], "blocked"), variants) is None
    assert shown_key(None, variants) is None
