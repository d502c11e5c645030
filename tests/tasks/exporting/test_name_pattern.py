"""Names of a pattern: safe everywhere, and refused where they would say what is not so."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.exporting.name_pattern import DEFAULT_NAMES, checked_pattern, name_of, unknown_names, values_of
from tasks.tables.fill_template import EmptyGap
from tasks.tables.template import parse_template

ROW = {
    "cell_id": "gruner-tee-hero-1a2b3c4d",
    "product": "Grüner Tee & Co.",
    "format": "Blog Hero",
    "aspect_ratio": "16:9",
    "copy_number": "2",
    "take": "1",
    "SKU No": "ABC-007_x",
    "colour": "",
}
OF_FILE = {"variant": "og", "ext": "webp"}


def named(pattern: str, **row: str) -> str:
    """What a file is called."""
    template = parse_template(checked_pattern(pattern))
    return name_of(template, values_of({**ROW, **row}, [gap.name for gap in template.gaps]) | OF_FILE)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{product}-{format}-{variant}.{ext}", "gruner-tee-co-blog-hero-og.webp"),
        ("{product}/{format}/{variant}", "gruner-tee-co/blog-hero/og.webp"),
        ("{sku_no}_{copy}_{take}.{ext}", "ABC-007_x_2_1.webp"),
        ("{{SKU No}}-{variant}.{ext}", "ABC-007_x-og.webp"),
        ("{product}[-{colour}]-{cell_id}", "gruner-tee-co-gruner-tee-hero-1a2b3c4d.webp"),
        ("AI_{Product}", "AI_gruner-tee-co.webp"),
    ],
)
def test_a_pattern_is_filled(pattern: str, name: str):
    """Any column however it is written; a SKU keeps its capitals; a file always has its ending."""
    assert named(pattern) == name


def test_images_in_several_languages_are_told_apart_unasked():
    """A campaign without languages has no such column, and names as short as they can be."""
    assert named(DEFAULT_NAMES) == "gruner-tee-co-blog-hero-og.webp"
    assert named(DEFAULT_NAMES, language="de-AT") == "gruner-tee-co-blog-hero-de-AT-og.webp"
    assert unknown_names(parse_template(DEFAULT_NAMES), ROW) == []


def test_what_has_no_name_is_called_as_people_see_it():
    """A row may have a prompt alone, and a campaign no formats."""
    assert named("{product}-{format}", product="", format="hero") == "gruner-tee-hero.webp"
    assert named("{product}-{format}", format="") == "gruner-tee-co-16x9.webp"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{product}: {variant}", "holds ' ' ':'"),
        ("/etc/{product}", "is no name of a file"),
        ("../{product}", "leads out of the folder"),
        ("{product}//{variant}", "is no name of a file"),
        ("{product}\\{variant}", "holds a \\; write /"),
        ("{product}.jpg", "ends in .jpg, whatever a file is"),
        ("{og|thumb}", "holds alternatives"),
        ("{product", "has a { without its }"),
        (" ", "is no name of a file"),
    ],
)
def test_a_pattern_that_no_disk_takes_is_refused(pattern: str, said: str):
    """As is one that would say of a file what it is not."""
    with pytest.raises(ValueError, match=re.escape(said)):
        checked_pattern(pattern)


def test_an_unknown_name_has_the_nearest_one_beside_it():
    """Or all that there are."""
    problems = unknown_names(parse_template("{produkt}-{zzz}"), ROW, ["SKU No"])
    assert problems[0] == "names {produkt}, which is no column of the manifest; did you mean {product}?"
    assert problems[1].endswith("use one of {product}, {format}, {variant}, {copy}, {take}, {row}, {cell_id}, {SKU No}")


def test_what_is_empty_is_told():
    """It would be missing in the middle of a name."""
    with pytest.raises(EmptyGap):
        named("{product}-{colour}")


@pytest.mark.parametrize("product", ["CON", "nul", "Com1"])
def test_no_name_is_a_device_of_windows(product: str):
    """Which would swallow the file."""
    assert named("{product}", product=product) == f"_{product.lower()}.webp"


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_a_value_is_a_name_is_safe(product: str, sku: str):
    """Latin letters, digits, `-_.`, one folder deep as the pattern says, and no longer than disks take."""
    try:
        name = named("{product}/[{sku_no}-]{variant}.{ext}", product=product, **{"SKU No": sku})
    except EmptyGap:
        return
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*/[A-Za-z0-9_][A-Za-z0-9._-]*\.webp", name)
    assert len(name) <= 200
