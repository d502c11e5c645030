"""The arithmetic of cuts holds for any source and any target."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.images.geometry import Box, Size, contain_size, cover_box

sizes = st.builds(Size, st.integers(1, 20_000), st.integers(1, 20_000))


def sides(box: Box) -> tuple[float, float]:
    """Width and height of a box."""
    return box.right - box.left, box.bottom - box.top


@pytest.mark.parametrize(
    ("source", "target", "box"),
    [
        (Size(1024, 1024), Size(1200, 630), Box(0, 243.2, 1024, 780.8)),
        (Size(1024, 1024), Size(400, 400), Box(0, 0, 1024, 1024)),
        (Size(1536, 1024), Size(1080, 1080), Box(256, 0, 1280, 1024)),
        (Size(1081, 1080), Size(1080, 1080), Box(0, 0, 1080, 1080)),
        (Size(1, 1024), Size(16_383, 1), Box(0, 511.5, 1, 512.5)),
    ],
)
def test_cover_box_of_known_sizes(source: Size, target: Size, box: Box) -> None:
    """The part that is kept is the one that a ruler gives."""
    assert cover_box(source, target) == box


@given(sizes, sizes)
def test_cover_box_lies_inside_the_source(source: Size, target: Size) -> None:
    """No edge is outside, and no side under one pixel (less what a float cannot hold), so that Pillow takes the box."""
    box = cover_box(source, target)
    assert 0 <= box.left < box.right <= source.width_px
    assert 0 <= box.top < box.bottom <= source.height_px
    assert min(sides(box)) >= 1 - 1e-9


@given(sizes, sizes)
def test_cover_box_has_the_ratio_of_the_target(source: Size, target: Size) -> None:
    """Nothing is stretched, unless the part would be thinner than a pixel."""
    width, height = sides(cover_box(source, target))
    if min(width, height) > 1 + 1e-9:
        assert width * target.height_px == pytest.approx(height * target.width_px, rel=1e-9)


@given(sizes, sizes)
def test_cover_box_is_centred(source: Size, target: Size) -> None:
    """Both sides lose the same; one pixel more at the end where a part is copied without scaling."""
    box = cover_box(source, target)
    tolerance = 1 if sides(box) == target else 1e-9
    assert abs(box.left - (source.width_px - box.right)) <= tolerance
    assert abs(box.top - (source.height_px - box.bottom)) <= tolerance


@given(sizes, sizes)
def test_cover_box_is_maximal(source: Size, target: Size) -> None:
    """The box reaches both edges of the source in one direction at least."""
    width, height = sides(cover_box(source, target))
    assert width == source.width_px or height == source.height_px


@given(sizes)
def test_cover_box_of_the_same_ratio_is_the_whole_source(source: Size) -> None:
    """Where the ratios agree, nothing is cut off."""
    assert cover_box(source, Size(source.width_px * 3, source.height_px * 3)) == Box(0, 0, *source)


@given(sizes, sizes)
def test_contain_size_fits_inside_and_touches(source: Size, target: Size) -> None:
    """No side is larger than asked for, none is under a pixel, and one is exactly as asked for."""
    size = contain_size(source, target)
    assert 1 <= size.width_px <= target.width_px
    assert 1 <= size.height_px <= target.height_px
    assert size.width_px == target.width_px or size.height_px == target.height_px


@given(sizes, sizes)
def test_contain_size_keeps_the_ratio_within_a_pixel(source: Size, target: Size) -> None:
    """Each side is less than a pixel from the exact ratio of the source."""
    size = contain_size(source, target)
    scale = min(Fraction(target.width_px, source.width_px), Fraction(target.height_px, source.height_px))
    assert abs(size.width_px - source.width_px * scale) < 1
    assert abs(size.height_px - source.height_px * scale) < 1


def test_contain_size_enlarges() -> None:
    """A small original grows to the size that was asked for."""
    assert contain_size(Size(100, 50), Size(1000, 1000)) == Size(1000, 500)


def test_size_is_written_as_in_the_manifest() -> None:
    """The manifest's resolution column is width x height."""
    assert str(Size(1536, 1024)) == "1536x1024"
