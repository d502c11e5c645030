"""A picture that is shown whole lies on the ground that was asked for."""

import pytest
from PIL import Image

from tasks.images.cut_image import cut
from tasks.images.ground import dominant_colour
from tasks.records.variant import Variant
from tests.tasks.pictures import BLUE, GREEN, RED, gradient, opened

WIDE = (200, 100)


def made(text: str, image: Image.Image) -> Image.Image:
    """The variant that `text` writes, of `image`, as RGBA."""
    return opened(cut(image, Variant.parse(text))).convert("RGBA")


def test_contain_leaves_the_rest_clear():
    """The exact size, the whole picture in its middle, and nothing beside it."""
    image = made("card=100x100,contain,png", Image.new("RGB", WIDE, RED))
    assert image.size == (100, 100)
    assert image.getchannel("A").getbbox() == (0, 25, 100, 75)
    assert image.getpixel((0, 25)) == image.getpixel((99, 74)) == (*RED, 255)


@pytest.mark.parametrize("file_format", ["png", "webp", "jpeg", "avif"])
@pytest.mark.parametrize("fit", ["contain", "fill", "cover-or-fill"])
def test_a_colour_lies_beside_the_picture(fit: str, file_format: str):
    """Whatever the fit is that shows it whole, and whatever the format."""
    image = made(f"card=100x100,{fit},ground=#0000ff,{file_format},100", Image.new("RGB", WIDE, RED))
    seen = [image.getpixel((50, y)) for y in (5, 50, 95)]
    for pixel, colour in zip(seen, (BLUE, RED, BLUE), strict=True):
        assert pixel == pytest.approx((*colour, 255), abs=4)


def test_jpeg_is_white_where_it_cannot_be_clear():
    """It knows no alpha; the plan says so."""
    assert made("card=100x100,contain,jpeg,100", Image.new("RGB", WIDE, RED)).getpixel((50, 5)) == (255, 255, 255, 255)


def test_a_colour_lies_under_what_is_transparent_too():
    """A product that was cut out stands on the ground that was asked for, also where it has the variant's shape."""
    clear = Image.new("RGBA", WIDE, (*RED, 0))
    for size in ("100x100", "100x50"):
        image = made(f"card={size},contain,ground=#00ff00,png", clear)
        assert image.getcolors() == [(image.width * image.height, (*GREEN, 255))]
    assert made("card=100x50,contain,png", clear).getchannel("A").getextrema() == (0, 0)


def test_fill_lies_on_itself_darkened():
    """What is beside the picture has its colours, three quarters as bright, without an edge of its own."""
    image = made("card=160x160,fill,png", Image.new("RGB", WIDE, (200, 100, 40)))
    assert image.getpixel((80, 80)) == (200, 100, 40, 255)
    assert image.getpixel((80, 5)) == image.getpixel((3, 155)) == (150, 75, 30, 255)
    detailed = made("card=160x160,fill,png", gradient(*WIDE)).convert("L").crop((0, 0, 160, 30))
    steps = zip(detailed.crop((0, 15, 159, 16)).tobytes(), detailed.crop((1, 15, 160, 16)).tobytes(), strict=True)
    assert max(abs(one - other) for one, other in steps) < 8


def test_fill_shows_no_transparency():
    """A cut-out on itself is opaque: feeds that take `fill` want a whole rectangle."""
    half = Image.new("RGBA", WIDE, (*RED, 0))
    half.paste((*BLUE, 255), (0, 0, 100, 100))
    assert made("card=90x160,fill,png", half).getchannel("A").getextrema() == (255, 255)


@pytest.mark.parametrize(("share", "is_covered"), [(50, True), (51, False)])
def test_cover_or_fill_covers_where_enough_is_kept(share: int, is_covered: bool):
    """A square of a picture twice as wide keeps half of it."""
    image = Image.new("RGB", WIDE, RED)
    image.paste(BLUE, (0, 0, 50, 100))
    corner = made(f"card=100x100,cover-or-fill={share},ground=#00ff00,png", image).getpixel((0, 0))
    assert corner == ((*RED, 255) if is_covered else (*GREEN, 255))


def test_a_picture_of_the_same_shape_needs_no_ground():
    """It gives the bytes of `cover`, whatever the fit is called."""
    image = gradient(300, 200)
    fits = ("cover", "contain", "fill", "fill,ground=auto", "cover-or-fill", "inside")
    assert len({cut(image, Variant.parse(f"card=150x100,{fit},png")) for fit in fits}) == 1


def test_the_dominant_colour_is_one_that_is_there():
    """Most of the picture decides, not the mean of all; what is clear has no say."""
    image = Image.new("RGBA", (90, 90), (*RED, 255))
    image.paste((*BLUE, 255), (0, 0, 90, 40))
    assert dominant_colour(image) == RED
    image.paste((*GREEN, 0), (0, 20, 90, 90))
    assert dominant_colour(image) == BLUE
    assert dominant_colour(Image.new("RGBA", (1, 4000), (*GREEN, 0))) == (255, 255, 255)
    assert dominant_colour(image) == dominant_colour(image.copy())
