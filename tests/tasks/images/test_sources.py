"""A variant is cut from the formats that suit it, and each row keeps at least one."""

import pytest

from tasks.images.geometry import Size
from tasks.images.sources import cuts_of, nominal_size, with_sources
from tasks.records.cell import Cell
from tasks.records.variant import Variant
from tests.factories import a_cell, a_request

FORMATS = {"Social square": "ASPECT_1_1", "story-vertical": "ASPECT_9_16", "blog-hero": "ASPECT_16_9"}


def row(number: int, formats: dict[str, str]) -> list[Cell]:
    """The cells of one row of a matrix."""
    return [
        a_cell(a_request(f"{name} {number}", aspect_ratio=ratio), format=name, row=number)
        for name, ratio in formats.items()
    ]


def sources_of(text: str, formats: dict[str, str] | None = None) -> list[str]:
    """The formats of a row that a variant is cut from."""
    variant = Variant.parse(text)
    return [cell.format for cell in with_sources(row(2, formats or FORMATS)) if cuts_of(cell, [variant])]


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("og=1200x630", list(FORMATS)),
        ("og=1200x630,only=best", ["blog-hero"]),
        ("thumb=400x400,only=best", ["Social square"]),
        ("story=1080x1920,only=best", ["story-vertical"]),
        ("og=1200x630,only=blog-hero", ["blog-hero"]),
        ("og=1200x630,only=Blog Hero+social-square", ["Social square", "blog-hero"]),
        ("card=600x400,contain,only=best", ["blog-hero"]),
    ],
)
def test_a_variant_is_cut_from_these_formats_only(text: str, formats: list[str]):
    """Of all, of those that are named, or of the one whose shape is likest; whatever the fit is."""
    assert sources_of(text) == formats


@pytest.mark.parametrize("only", ["poster", "best"])
def test_a_row_without_the_format_keeps_one_cut(only: str):
    """Rather than none: the one that suits it best."""
    assert sources_of(f"story=1080x1920,only={only}", {"Social square": "ASPECT_1_1", "a": "ASPECT_16_9"}) == [
        "Social square"
    ]


def test_of_shapes_that_are_alike_the_one_that_is_enlarged_least():
    """And of equals the first, so that there is one."""
    cells = [
        a_cell(a_request("small", aspect_ratio=None, resolution="RESOLUTION_832_832"), format="small"),
        a_cell(a_request("large", aspect_ratio="ASPECT_1_1"), format="large"),
        a_cell(a_request("other", aspect_ratio="ASPECT_1_1"), format="other"),
    ]
    best = Variant.parse("social=1080x1080,only=best")
    assert [cell.format for cell in with_sources(cells) if cuts_of(cell, [best])] == ["large"]


def test_rows_are_apart_and_copies_together():
    """Each row has its own best; a copy has what the first has; a row that is alone has all."""
    copies = [a_cell(a_request("blog", aspect_ratio="ASPECT_16_9"), format="blog-hero", copy_number=n) for n in (1, 2)]
    alone = a_cell(a_request("lamp"), format="", row=3)
    best = Variant.parse("og=1200x630,only=best")
    cells = with_sources([*copies, *row(2, {"square": "ASPECT_1_1"}), alone])
    assert [bool(cuts_of(cell, [best])) for cell in cells] == [True, True, False, True]
    assert cuts_of(alone, [best]) == (best,), "as a record of an earlier version knows nothing of its row"


@pytest.mark.parametrize(
    ("aspect", "size"),
    [
        ("16:9", (1312, 736)),
        ("3:4", (864, 1152)),
        ("1344x704", (1344, 704)),
        ("", (1024, 1024)),
        ("auto", (1024, 1024)),
        ("0:3", (1024, 1024)),
    ],
)
def test_sizes_are_known_before_there_is_a_picture(aspect: str, size: tuple[int, int]):
    """As the API draws them; what says nothing is a square."""
    assert nominal_size(aspect) == Size(*size)


def test_a_ratio_that_was_never_seen_has_its_shape():
    """Newer models take more of them."""
    size = nominal_size("7:5")
    assert size.width_px / size.height_px == pytest.approx(7 / 5, rel=0.01)
