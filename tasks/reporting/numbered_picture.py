"""Images under their numbers, on one small picture that a form shows: what somebody reviews who has only the form."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from tasks.errors import ImageUnreadable, StorageFailed
from tasks.images.decode_image import decode
from tasks.images.geometry import Size, contain_size
from tasks.images.preview import preview_key
from tasks.records.outcome import Outcome
from tasks.storage.storage import CampaignStore

NUMBERED_MAX: Final = 24
"""So many on one picture: more would be too small to be judged."""
COLUMNS: Final = 4
"""Prefect's form is narrow: with more, each would be less than a finger wide."""
ROOMY: Final = 6
"""Up to so many stand in columns that are wider."""
SIDES_PX: Final = {3: 300, COLUMNS: 210}
"""How large a place is, by how many stand side by side at most."""
GAP_PX: Final = 8
PAPER: Final = "#f4f4f2"
EMPTY: Final = "#d9d9d4"
INK: Final = "#1a1a1a"
BYTES_MAX: Final = 160_000
"""It goes through Prefect's API, and into its database, as text."""
QUALITIES: Final = (75, 55, 35, 15)


def numbered_picture(store: CampaignStore, cell_ids: Sequence[str], outcomes: Mapping[str, Outcome]) -> bytes:
    """A WebP of at most `BYTES_MAX`; where an image cannot be shown, its place is empty and has the number."""
    most = 3 if len(cell_ids) <= ROOMY else COLUMNS
    side, columns = SIDES_PX[most], max(1, min(most, len(cell_ids)))
    rows, step = -(-len(cell_ids) // columns), side + GAP_PX
    paper = Image.new("RGB", (columns * step + GAP_PX, max(rows, 1) * step + GAP_PX), PAPER)
    pen = ImageDraw.Draw(paper)
    for place, cell_id in enumerate(cell_ids):
        left, top = GAP_PX + place % columns * step, GAP_PX + place // columns * step
        tile = tile_of(store, outcomes.get(cell_id), Size(side, side))
        if tile is None:
            pen.rectangle((left, top, left + side, top + side), fill=EMPTY)
            write(pen, (left + side / 2, top + side / 2), "no image", 18)
        else:
            at = left + (side - tile.width) // 2, top + (side - tile.height) // 2
            paper.paste(tile, at, tile if tile.mode == "RGBA" else None)
        label(pen, (left, top), str(place + 1))
    return encoded(paper)


def tile_of(store: CampaignStore, outcome: Outcome | None, size: Size) -> Image.Image | None:
    """An image as large as its place: of its preview, else of its original; None where neither can be read."""
    if outcome is None or outcome.original is None:
        return None
    for key in (preview_key(outcome.cell_id), outcome.original.key):
        try:
            image = decode(store.read(key)).image
        except (StorageFailed, FileNotFoundError, ImageUnreadable):
            continue
        return image.resize(contain_size(Size(*image.size), size), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return None


def label(pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str) -> None:
    """The number on a plate in the corner, legible on whatever lies below."""
    plate = (at[0], at[1], at[0] + 16 + 14 * len(text), at[1] + 34)
    pen.rounded_rectangle(plate, radius=4, fill="white", outline=INK)
    write(pen, ((plate[0] + plate[2]) / 2, (plate[1] + plate[3]) / 2), text, 24)


def write(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size_px: int) -> None:
    """Write a word, its middle at a point."""
    pen.text(at, text, fill=INK, font=ImageFont.load_default(size_px), anchor="mm")


def encoded(picture: Image.Image) -> bytes:
    """As good as it may be."""
    for quality in QUALITIES:
        out = BytesIO()
        picture.save(out, "webp", quality=quality)
        if out.tell() <= BYTES_MAX:
            break
    return out.getvalue()
