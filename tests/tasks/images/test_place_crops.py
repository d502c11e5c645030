"""A crop lies where somebody has said, or where the picture shows most."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from tasks.images.cut_image import cut, cut_all
from tasks.images.geometry import Size, cover_box
from tasks.images.place_crops import lie_as_wanted, place_crops
from tasks.records.focus import Crop
from tasks.records.variant import Variant
from tests.tasks.pictures import gradient

RATIOS = ((1, 1), (10, 16), (16, 10), (9, 16), (16, 9), (3, 2), (2, 3), (4, 3), (3, 4), (1, 3), (3, 1))
SQUARE = Variant(name="square", width=400, height=400)
TARGETS = (Variant(name="og", width=1200, height=630), SQUARE, Variant(name="story", width=1080, height=1920))


def crops_of(
    image: Image.Image, *variants: Variant, focus: str | None = None, before: Mapping[str, Crop] | None = None
) -> dict[str, tuple[float, ...]]:
    """The box of each crop."""
    return {name: crop.box for name, crop in place_crops(image, variants, focus, before or {}).items()}


def middle(image: Image.Image, variant: Variant) -> tuple[float, ...]:
    """The box in the middle."""
    return tuple(cover_box(Size(*image.size), Size(variant.width, variant.height)))


def grainy(size: tuple[int, int]) -> Image.Image:
    """A grey picture with the grain of a sensor, the same each time."""
    noise = np.random.default_rng(7).normal(128, 12, (size[1], size[0], 1))
    return Image.fromarray(np.repeat(noise.clip(0, 255).astype(np.uint8), 3, axis=2))


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("share", [0.06, 0.94])
def test_a_text_at_an_edge_stays_whole(ratio: tuple[int, int], share: float):
    """Of any format, at either end of the side that is cropped, though all of the picture has grain."""
    scale = 720 // max(ratio)
    size = (ratio[0] * scale, ratio[1] * scale)
    for variant in TARGETS:
        is_wide = size[0] * variant.height > size[1] * variant.width
        axis = 0 if is_wide else 1
        image = grainy(size)
        pen, font = ImageDraw.Draw(image), ImageFont.load_default(min(size) / 14)
        text, place = (
            ("N\nE\nW", (size[0] * share, size[1] / 2)) if is_wide else ("NEW", (size[0] / 2, size[1] * share))
        )
        pen.multiline_text(place, text, "#7a1020", font, anchor="mm")
        box = pen.multiline_textbbox(place, text, font, anchor="mm")
        for crop in crops_of(image, variant).values():
            assert crop[axis] <= box[axis]
            assert box[axis + 2] <= crop[axis + 2]


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1024, 1024), (736, 1312), (1311, 735), (1, 1), (1, 4000), (4000, 1), (3, 2)])
def test_a_uniform_picture_is_cropped_to_its_exact_middle(size: tuple[int, int], mode: str):
    """Where there is nothing to choose, nothing is moved, whatever the size and the mode."""
    for colour in ("#000000", "#ffffff", "#e0ac69"):
        image = Image.new(mode, size, colour)
        found = crops_of(image, *TARGETS)
        assert found == {variant.name: middle(image, variant) for variant in TARGETS if variant.name in found}


def test_what_is_hidden_is_not_looked_at():
    """Colours below a transparent pixel are seen by nobody."""
    image = Image.new("RGBA", (300, 100), (127, 127, 127, 255))
    hidden = gradient(100, 100, "RGBA")
    hidden.putalpha(0)
    image.paste(hidden, (200, 0))
    shown = image.copy()
    shown.paste(Image.new("RGBA", (100, 100), (127, 127, 127, 0)), (200, 0))
    assert crops_of(image, SQUARE) == crops_of(shown, SQUARE)


def test_a_head_goes_before_a_pattern():
    """Striped cloth has more edges than a face; the face stays all the same."""
    image = Image.new("RGB", (600, 1000), "#8fb3c9")
    pen = ImageDraw.Draw(image)
    for top in range(420, 1000, 40):
        pen.rectangle((120, top, 480, top + 16), fill="#f4f4f4")
    pen.ellipse((230, 120, 370, 310), fill="#c68642", outline="#2b1d14", width=8)
    for x in (270, 322):
        pen.ellipse((x, 190, x + 14, 204), fill="#101010")
    pen.arc((265, 210, 335, 270), 20, 160, fill="#7a2e2e", width=8)
    ((_, top, _, bottom),) = crops_of(image, SQUARE).values()
    assert top <= 120
    assert bottom >= 310


@pytest.mark.parametrize(
    ("focus", "left"), [("0.5,0.9", 100), ("0,0", 0), ("0.2,0.5", 10), ("1,1", 200), ("left", 0), ("top-right", 200)]
)
def test_a_focus_lies_in_the_middle_of_the_crop(focus: str, left: float):
    """As near to it as the edges allow; it goes before what the variant says, and before the picture."""
    for variant in (SQUARE, SQUARE.model_copy(update={"gravity": "bottom"})):
        assert crops_of(gradient(300, 100), variant, focus=focus) == {"square": (left, 0, left + 100, 100)}


def test_a_variant_says_where_its_own_crop_lies():
    """By a word; without one the picture decides."""
    image = gradient(300, 100)
    right = Variant.parse("square=400x400,right")
    assert crops_of(image, right) == {"square": (200, 0, 300, 100)}
    assert crops_of(image, Variant.parse("square=400x400,center")) == {"square": middle(image, SQUARE)}


def test_what_is_shown_whole_has_no_crop():
    """Nor has what has the shape of the picture."""
    texts = ("a=300x300,contain", "b=300x300,fill", "c=300x300,inside", "d=600x200", "e=300x300,cover-or-fill=60")
    assert crops_of(gradient(300, 100), *map(Variant.parse, texts)) == {}


def test_where_the_picture_decided_once_it_stays():
    """A later version may find another place; what is cut again has the same bytes as before."""
    image = gradient(300, 100)
    before = {"square": Crop(focus="auto", box=(37.25, 0, 137.25, 100))}
    assert crops_of(image, SQUARE, before=before) == {"square": (37.25, 0, 137.25, 100)}
    again = cut_all(image, b"", "tea", [SQUARE], None, before)
    assert again.files == {"variants/tea-square.webp": cut(image, SQUARE, before["square"])}
    assert again.crops == before


@pytest.mark.parametrize(
    "before",
    [
        Crop(focus="top", box=(37.25, 0, 137.25, 100)),
        Crop(focus="auto", box=(37.25, 0, 187.25, 100)),
        Crop(focus="auto", box=(250, 0, 350, 100)),
    ],
    ids=["decided by a word", "of another size", "outside"],
)
def test_another_crop_is_not_taken_for_it(before: Crop):
    """What was not decided by the picture, or for another variant, says nothing."""
    image = gradient(300, 100)
    assert crops_of(image, SQUARE, before={"square": before}) == crops_of(image, SQUARE)


def test_a_crop_that_lies_otherwise_than_it_is_to_is_told():
    """A changed focus; and what an earlier version has cut, which lies in the middle."""
    source, auto = Size(300, 100), {"square": Crop(focus="auto", box=(0, 0, 100, 100))}
    assert lie_as_wanted(auto, source, [SQUARE], None)
    assert not lie_as_wanted(auto, source, [SQUARE], "0.5,0.2")
    assert not lie_as_wanted({}, source, [SQUARE], None)
    assert lie_as_wanted({}, source, [Variant.parse("square=4x4,centre")], None)
    assert lie_as_wanted({}, source, [Variant.parse("wide=3x1")], "top")


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 400), st.integers(1, 400), st.integers(0, 2**32))
def test_any_crop_lies_inside(width: int, height: int, across: int, down: int, seed: int):
    """And has the size of the one in the middle."""
    image = Image.frombytes("RGB", (2, 2), seed.to_bytes(12, "big")).resize((width, height))
    variant = Variant(name="cut", width=across, height=down)
    for left, top, right, bottom in crops_of(image, variant).values():
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        centred = middle(image, variant)
        assert (right - left, bottom - top) == pytest.approx((centred[2] - centred[0], centred[3] - centred[1]))
