"""A picture is described by its row, and never by its prompt."""

import pytest

from tasks.records.alt_text import alt_text, alt_texts
from tests.factories import a_cell


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"alt": "A red kettle on a stove"}, "A red kettle on a stove"),
        ({"ALT": " A kettle,\n red "}, "A kettle, red"),
        ({"Alt-Text": "A kettle"}, "A kettle"),
        ({"alt text": "second", "alt": "first"}, "first"),
        ({"alt": "", "alt_text": "A kettle"}, "A kettle"),
        ({"alt": "  "}, "Teapot, hero"),
        ({"altitude": "9 m", "alternative": "B"}, "Teapot, hero"),
        ({}, "Teapot, hero"),
    ],
)
def test_the_row_says_what_is_seen(metadata, expected):
    """Under the names that a column of it has in spreadsheets; an empty field says nothing."""
    assert alt_text(a_cell(metadata=metadata)) == expected


@pytest.mark.parametrize(
    ("product", "kind", "expected"), [("Tea", "", "Tea"), ("", "hero", "hero"), ("", "", ""), ("T\n1", "x", "T 1, x")]
)
def test_without_a_column_product_and_format_stand_for_it(product, kind, expected):
    """And nothing where neither is known: a prompt is no description."""
    assert alt_text(a_cell(product=product, format=kind)) == expected


def test_each_language_has_its_own():
    """The one that names none comes first."""
    cell = a_cell(metadata={"alt:fr": "Théière", "Alt: de-AT": "Kanne", "alt:": "x", "alt:a b": "y", "prompt:de": "z"})
    assert alt_texts(cell) == {"x-default": "Teapot, hero", "de-at": "Kanne", "fr": "Théière"}
    assert next(iter(alt_texts(cell))) == "x-default"


def test_an_image_for_a_language_is_described_in_that():
    """By its own column, or that of less detail, else by the plain one, with the product as that language calls it."""
    texts = {"alt": "A kettle", "alt:de": "Ein Kessel", "product:fr": "Théière"}
    assert alt_text(a_cell(metadata=texts, languages=("de-AT",))) == "Ein Kessel"
    assert alt_text(a_cell(metadata=texts, languages=("en", "de"))) == "A kettle"
    assert alt_texts(a_cell(metadata=texts, languages=("de",)))["de"] == "Ein Kessel"
    assert alt_text(a_cell(metadata={"product:fr": "Théière"}, languages=("fr",))) == "Théière, hero"
