"""One small picture of a campaign's first images, for the Prefect UI: it shows no file, but what lies in its text."""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import islice
from typing import Final

from PIL import Image

from tasks.errors import ImageUnreadable, StorageFailed
from tasks.images.decode_image import decode
from tasks.images.geometry import Size, contain_size
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome
from tasks.records.variant import Variant
from tasks.storage.storage import CampaignStore

COLUMNS: Final = 4
ROWS: Final = 3
TILE: Final = Size(220, 220)
GAP_PX: Final = 8
PAPER: Final = "#f4f4f2"
QUALITY: Final = 70
READABLE: Final = frozenset({"webp", "jpeg", "png"})


def contact_picture(
    store: CampaignStore, cells: Sequence[Cell], outcomes: Mapping[str, Outcome], variants: Sequence[Variant]
) -> bytes | None:
    """The first twelve images on a sheet, as a WebP of some 50 kB; None where there is none to show.

    An image that cannot be read is left out: the picture is there to be looked at, and the manifest is what counts.
    """
    keys = (key for cell in cells if (key := shown_key(outcomes.get(cell.cell_id), variants)))
    tiles = list(islice(read_tiles(store, keys), COLUMNS * ROWS))
    if not tiles:
        return None
    out = BytesIO()
    sheet(tiles).save(out, "webp", quality=QUALITY)
    return out.getvalue()


def shown_key(outcome: Outcome | None, variants: Sequence[Variant]) -> str | None:
    """The smallest file that shows a cell whole, if it has an image: an uncropped variant, else its original."""
    if outcome is None or outcome.original is None:
        return None
    whole = [
        variant
        for variant in variants
        if variant.fit == "inside" and variant.format in READABLE and variant.name in outcome.variants
        if max(variant.width, variant.height) >= TILE.width_px
    ]
    smallest = min(whole, key=lambda variant: variant.width * variant.height, default=None)
    return outcome.original.key if smallest is None else outcome.variants[smallest.name]


def read_tiles(store: CampaignStore, keys: Iterator[str]) -> Iterator[Image.Image]:
    """Each image that can be read, as large as a tile."""
    for key in keys:
        try:
            image = decode(store.read(key)).image
        except (StorageFailed, FileNotFoundError, ImageUnreadable):
            continue
        yield image.resize(contain_size(Size(*image.size), TILE), Image.Resampling.LANCZOS, reducing_gap=2.0)


def sheet(tiles: Sequence[Image.Image]) -> Image.Image:
    """The tiles in rows, each in the middle of its place."""
    columns, rows = min(COLUMNS, len(tiles)), -(-len(tiles) // COLUMNS)
    across, down = TILE.width_px + GAP_PX, TILE.height_px + GAP_PX
    paper = Image.new("RGB", (columns * across + GAP_PX, rows * down + GAP_PX), PAPER)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, COLUMNS)
        left = GAP_PX + column * across + (TILE.width_px - tile.width) // 2
        top = GAP_PX + row * down + (TILE.height_px - tile.height) // 2
        paper.paste(tile, (left, top), tile if tile.mode == "RGBA" else None)
    return paper
