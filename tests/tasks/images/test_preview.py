"""A preview is the whole picture, small, in its own shape."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tasks.images.cut_image import cut_all
from tasks.images.geometry import Size
from tasks.images.preview import SIDE_PX, cell_of_preview, preview, preview_key, preview_size

SIDES = st.integers(1, 20_000)


@given(SIDES, SIDES)
def test_it_has_the_shape_of_its_original(width, height):
    """To half a pixel, never larger than that, and never without a pixel."""
    size = preview_size(Size(width, height))
    assert 1 <= max(size) <= min(SIDE_PX, max(width, height))
    scale = max(size) / max(width, height)
    assert size.width_px == pytest.approx(width * scale, abs=1)
    assert size.height_px == pytest.approx(height * scale, abs=1)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(896, 1120), (1344, 768), (300, 200), (3000, 4)])
def test_nothing_of_the_picture_is_cut_away(mode, size):
    """Its four corners are there; what is clear stays clear; twice is the same bytes."""
    image = Image.new("RGB", size, "white")
    corners = {(0, 0): "red", (1, 0): "blue", (0, 1): "green", (1, 1): "black"}
    w, h = size
    for (x, y), colour in corners.items():
        image.paste(colour, (x * w // 2, y * h // 2, (x + 1) * w // 2, (y + 1) * h // 2))
    image = image.convert(mode)
    if mode == "RGBA":
        image.paste((0, 0, 0, 0), (w // 4, 0, w // 2, h))
    data = preview(image)
    assert data == preview(image.copy())
    small = Image.open(BytesIO(data))
    assert (small.format, small.mode, small.size) == ("WEBP", mode, preview_size(Size(*size)))
    if h > 4:  # thinner, its halves flow into each other
        seen = [small.convert("RGB").getpixel((x * (small.width - 1), y * (small.height - 1))) for x, y in corners]
        wanted = [Image.new("RGB", (1, 1), colour).getpixel((0, 0)) for colour in corners.values()]
        assert all(
            abs(a - b) < 12 for one, other in zip(seen, wanted, strict=True) for a, b in zip(one, other, strict=True)
        )
    if mode == "RGBA":
        assert small.getchannel("A").getextrema()[0] == 0


def test_it_is_made_when_variants_are_cut():
    """While the pixels are at hand, also where no variant is wanted."""
    cuts = cut_all(Image.new("RGB", (64, 64)), b"", "lamp-1a2b3c4d", ())
    assert (cuts.files, list(cuts.preview)) == ({}, ["previews/lamp-1a2b3c4d.webp"])
    assert cell_of_preview(preview_key("lamp-1a2b3c4d")) == "lamp-1a2b3c4d"
