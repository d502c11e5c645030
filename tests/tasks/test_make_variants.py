"""A stored original becomes its variants: all of them or none."""

import asyncio
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tasks.api.settings import Settings
from tasks.errors import CellError, SignerAway, StorageFailed, VariantsFailed
from tasks.images import cut_image
from tasks.images.cut_image import cut, cut_all
from tasks.make_variants import make_variants
from tasks.records.focus import Crop
from tasks.records.variant import DEFAULT_VARIANTS, Variant
from tasks.run_state.toolbox import open_toolbox
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, an_original

CELL = a_cell()
ORIGINAL = an_original(CELL)
VARIANTS = (*DEFAULT_VARIANTS, Variant(name="mail", width=64, height=64, fit="contain", format="jpeg"))
SETTINGS = Settings.for_api("https://api.example.com", "key")


def picture() -> Image.Image:
    """An image of 96 x 64 pixels."""
    return Image.linear_gradient("L").resize((96, 64)).convert("RGB")


def saved(image: Image.Image) -> bytes:
    """The bytes of `image` as a PNG."""
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def made(
    folder: Path,
    stored: bytes | None = None,
    image: Image.Image | None = None,
    variants: tuple[Variant, ...] = VARIANTS,
) -> dict[str, str]:
    """The task's result for one original: in the store, or decoded and at hand, or neither."""

    async def scenario() -> dict[str, str]:
        store = CampaignStore.open(str(folder), "q1-launch")
        if stored is not None:
            store.write(ORIGINAL.key, stored)
        async with open_toolbox(SETTINGS, store, (CELL,), variants) as tools:
            job = tools.next_job()
            job.in_hand.decode(image)
            return await make_variants.fn(job, ORIGINAL)

    return asyncio.run(scenario())


def variants_in(folder: Path) -> dict[str, tuple[str | None, tuple[int, int]]]:
    """Format and size of every file among the variants, hidden ones included."""
    files = sorted(folder.glob("q1-launch/variants/*"))
    return {
        file.name: (image.format, image.size) for file in files for image in [Image.open(BytesIO(file.read_bytes()))]
    }


@pytest.mark.parametrize("is_at_hand", [True, False], ids=["decoded already", "from the store"])
def test_every_variant_is_stored_under_the_key_that_is_returned(is_at_hand, tmp_path):
    """In its format and size, whether the image is still at hand or an earlier run stored it."""
    given = {"image": picture()} if is_at_hand else {"stored": saved(picture())}
    assert made(tmp_path, **given) == {
        name: f"variants/{CELL.cell_id}-{name}.{suffix}"
        for name, suffix in {"og": "webp", "thumb": "webp", "social": "webp", "mail": "jpg"}.items()
    }
    assert variants_in(tmp_path) == {
        f"{CELL.cell_id}-mail.jpg": ("JPEG", (64, 64)),
        f"{CELL.cell_id}-og.webp": ("WEBP", (1200, 630)),
        f"{CELL.cell_id}-social.webp": ("WEBP", (1080, 1080)),
        f"{CELL.cell_id}-thumb.webp": ("WEBP", (400, 400)),
    }


def test_the_variants_are_the_same_from_memory_and_from_the_store():
    """A campaign that was resumed gives the same files."""
    from_memory = cut_all(picture(), b"", CELL.cell_id, VARIANTS)
    assert from_memory == cut_all(None, saved(picture()), CELL.cell_id, VARIANTS)


def test_no_variants_are_no_files(tmp_path):
    """A campaign may want its originals only."""
    assert made(tmp_path, image=picture(), variants=()) == {}
    assert variants_in(tmp_path) == {}


def test_one_variant_that_cannot_be_cut_stores_none(tmp_path, monkeypatch):
    """The original is kept, the cell fails by name, and no half set lies about."""

    def cut_or_fail(image: Image.Image, variant: Variant, crop: Crop | None, xmp: bytes) -> bytes:
        if variant.name == "social":
            raise OSError("encoder error -2")
        return cut(image, variant, crop, xmp)

    monkeypatch.setattr(cut_image, "cut", cut_or_fail)
    with pytest.raises(VariantsFailed, match="encoder error -2") as failed:
        made(tmp_path, image=picture())
    assert failed.value.is_billed
    assert variants_in(tmp_path) == {}


def test_an_original_that_was_damaged_in_the_store_fails_its_cell(tmp_path):
    """By name, and nothing is stored."""
    with pytest.raises(CellError):
        made(tmp_path, stored=saved(picture())[:-50])
    assert variants_in(tmp_path) == {}


def test_a_store_that_cannot_be_written_stops_the_campaign(tmp_path):
    """What is cut could not be kept."""
    (tmp_path / "q1-launch").write_bytes(b"a file in the way")
    with pytest.raises(StorageFailed):
        made(tmp_path, image=picture())


def test_what_signs_is_not_waited_for_again_once_it_was_away(tmp_path):
    """Each image would wait as long for it, one after the other; the next run cuts them."""

    async def scenario() -> None:
        store = CampaignStore.open(str(tmp_path), "q1-launch")
        async with open_toolbox(SETTINGS, store, (CELL,), VARIANTS) as tools:
            tools.stop.because(SignerAway("C2PA_SIGN_WITH: the function has not answered in 30 s"))
            await make_variants.fn(tools.next_job(), ORIGINAL)

    with pytest.raises(SignerAway, match="has not answered"):
        asyncio.run(scenario())
    assert not variants_in(tmp_path)
