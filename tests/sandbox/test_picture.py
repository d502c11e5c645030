"""Pictures have the size asked for, repeat exactly, and differ by seed and style."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from sandbox.dialects.v1 import parse_document
from sandbox.image_request import ImageRequest
from sandbox.picture import Brief, Draw, FileFormat, draw, draw_plain
from tests.sandbox.examples import image_request

SMALL = (320, 256)
FORMATS: tuple[FileFormat, ...] = ("PNG", "WEBP", "JPEG")
STYLES = ("AUTO", "DESIGN", "REALISTIC", "RENDER_3D", "ANIME")


def brief(title: str = "Lamp", text: str = "on a desk", *, style: str = "DESIGN", seed: int = 7) -> Brief:
    """A small picture's brief."""
    return Brief(title, text, "V_2", style, seed, SMALL)


@pytest.mark.parametrize("style", STYLES)
def test_a_picture_repeats_and_differs_by_seed(style: str) -> None:
    """Same brief, same bytes; another seed, another picture."""
    first = draw(brief(style=style), "PNG")
    assert draw(brief(style=style), "PNG") == first
    assert draw(brief(style=style, seed=8), "PNG") != first


@pytest.mark.parametrize("size_px", [(512, 1536), (1536, 512)])
@pytest.mark.parametrize("style", STYLES)
def test_every_style_fills_every_shape(style: str, size_px: tuple[int, int]) -> None:
    """Extreme shapes are drawn at the exact size, under 2.5 MB."""
    content = draw(Brief("Lamp", "on a desk", "V_2", style, 3, size_px), "PNG")
    assert Image.open(io.BytesIO(content)).size == size_px
    assert len(content) < 2_500_000


@pytest.mark.parametrize(
    "title",
    [
        "",
        "a" * 600,
        "word " * 120,
        "走る靴、夜明け",
        "Обувь",
        "حذاء رياضي",
        "जूते",
        "🚀🛼",
        "\u200d\ufe0f",
        "…",
        "x\x00y",
    ],
)
def test_any_text_can_be_set(title: str) -> None:
    """No script, length or symbol makes drawing fail."""
    assert draw(brief(title, title), "PNG") != draw(brief("Lamp"), "PNG")


def test_the_brief_takes_the_prompt_apart() -> None:
    """The product stands before the first comma; markers are for the machine only."""
    made = Brief.of(image_request("Lamp [sandbox:jpeg], on a desk, at night"), seed=1)
    assert (made.title, made.text) == ("Lamp", "on a desk, at night")
    assert Brief.of(image_request(" , only this"), seed=1).title == "only this"


def test_a_picture_tells_how_many_went_along() -> None:
    """Whoever tries a matrix sees that its logo has arrived, also on the route that takes most kinds."""
    files = {"style_reference_images": [(64, 48), (64, 48)], "character_reference_images": [(64, 48)]}
    three = parse_document({"prompt": "Lamp"}, files)
    assert isinstance(three, ImageRequest)
    assert Brief.of(three, seed=7).foot == "V_3  ·  AUTO  ·  with 3 pictures  ·  seed 7  ·  sandbox"
    one = Brief.of(replace(three, pictures=1), seed=7)
    assert "with 1 picture  ·" in one.foot
    assert Brief.of(image_request("Lamp"), seed=7).foot == "V_2  ·  AUTO  ·  seed 7  ·  sandbox"


def test_a_brief_keeps_no_more_than_can_be_shown() -> None:
    """A prompt of 10,000 characters does not stay in memory."""
    assert len(Brief.of(image_request("a" * 10_000), seed=1).title) < 1000


def test_colors_asked_for_show() -> None:
    """The heaviest member is all over the picture."""
    request = image_request("Lamp", style_type="DESIGN", color_palette={"members": [{"color_hex": "#00f"}]})
    image = Image.open(io.BytesIO(draw(Brief.of(request, 1), "PNG"))).reduce(64)
    red, green, blue = (sum(channel.tobytes()) for channel in image.split())
    assert blue > 1.3 * max(red, green)


def test_plain_pictures_differ_by_seed() -> None:
    """A benchmark can still tell two pictures apart."""
    assert draw_plain(brief(seed=1), "PNG") != draw_plain(brief(seed=2), "PNG")


@pytest.mark.parametrize("make", [draw, draw_plain])
def test_a_picture_without_a_ground_has_clear_corners(make: Draw) -> None:
    """As PNG and WebP; a JPEG cannot, and is drawn all the same."""
    clear = replace(brief(), is_transparent=True)
    for file_format in FORMATS[:2]:
        image = Image.open(io.BytesIO(make(clear, file_format))).convert("RGBA")
        alpha = image.getchannel("A")
        assert (image.size, alpha.getpixel((0, 0)), alpha.getpixel((160, 128))) == (SMALL, 0, 255)
    assert Image.open(io.BytesIO(make(clear, "JPEG"))).mode == "RGB"


def test_a_structured_prompt_is_drawn_by_what_it_says() -> None:
    """Its description, and not its braces; braces that are no JSON are a text."""
    assert Brief.of(image_request('{"high_level_description": "Lamp, on a desk"}'), 1).title == "Lamp"
    assert Brief.of(image_request("{Lamp"), 1).title == "{Lamp"
