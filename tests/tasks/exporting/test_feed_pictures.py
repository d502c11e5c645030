"""Feeds show one picture of each image, the one that the shop takes, and a shop has a feed for each language."""

from typing import Any

import pytest

from tasks.errors import InputInvalid
from tasks.exporting.choose_files import HandedFile, Image
from tasks.exporting.export import ExportOrder
from tasks.exporting.feed_pictures import by_language, shown_in
from tasks.exporting.handed_manifest import manifest_of
from tasks.exporting.plan_feeds import feeds_of
from tasks.records.label import DrawnLabel
from tasks.records.variant import Variant
from tests.factories import a_cell, an_original, an_outcome

OG = Variant(name="og", width=1200, height=630)
BIG = Variant(name="big", width=2000, height=2000, format="avif")
SQ = Variant(name="sq", width=1080, height=1080, format="jpeg")


def files_of(labelled: tuple[str, ...] = (), name: str = "a", **fields: Any) -> list[HandedFile]:
    """The files of an image: an original, three cuts, of which some have a label."""
    cell = a_cell(cell_id=name, **fields)
    drawn = {one: DrawnLabel(words="AI-generated", digest="x") for one in labelled}
    marked = dict.fromkeys(("og", "big", "sq"), "digest")
    outcome = an_outcome(cell, labelled=drawn, marked=marked)
    row = {"cell_id": name, "product": cell.product, "format": cell.format, "alt": "", "language": cell.language}
    image = Image(cell, outcome, an_original(cell), row | cell.metadata)
    cuts = [HandedFile(image, one, one.key(name), f"{name}-{one.name}") for one in (OG, BIG, SQ)]
    return [HandedFile(image, None, "originals/a.png", f"{name}-original"), *cuts]


@pytest.mark.parametrize(
    ("feed", "labelled", "variant", "shown"),
    [
        ("shopify", (), None, "sq"),
        ("shopify", ("sq",), None, "sq"),
        ("merchant", ("sq",), None, "og"),
        ("merchant", ("sq", "og"), None, "sq"),
        ("merchant", ("og",), "og", "og"),
    ],
)
def test_the_largest_that_the_shop_takes_is_shown(feed, labelled, variant, shown):
    """No AVIF and no original; for Google one without a label, where there is one; or the one that is named."""
    assert [file.variant_name for file in shown_in(feed, files_of(labelled), variant)] == [shown]


def test_a_variant_that_no_shop_takes_is_told():
    """As is one that there is not."""
    with pytest.raises(InputInvalid, match="find no picture that shops take"):
        shown_in("shopify", files_of(), "big")
    with pytest.raises(InputInvalid, match="is not handed over; use original, og, big, sq"):
        shown_in("shopify", files_of(), "hero")


def test_each_language_has_a_feed_of_its_own():
    """With the pictures and the alternative texts of that language; one without words is in all of them."""
    texts = {"alt": "A lamp", "alt:de": "Eine Lampe", "sku": "L-1"}
    images = [("a", ("en",)), ("b", ("de",)), ("c", ("en", "de"))]
    files = [file for name, tags in images for file in files_of((), name, languages=tags, metadata=texts)]
    urls = {file.name: f"https://i.example.com/{file.name}" for file in files}
    order = ExportOrder(campaign_folder="c", to="t", feeds=("merchant",), base_url="https://i.example.com")
    tables, notes = feeds_of(files, urls, order)
    assert list(tables) == ["google-merchant-en.txt", "google-merchant-de.txt"]
    assert tables["google-merchant-de.txt"].decode().splitlines()[1] == (
        "L-1\thttps://i.example.com/b-sq\thttps://i.example.com/c-sq"
    )
    assert len(notes) == 1
    german = by_language(shown_in("merchant", files, None), urls)["de"]
    assert [picture.alt for picture in german] == ["Eine Lampe", "Eine Lampe"]


def test_what_a_file_says_of_itself_is_in_the_manifest():
    """What people see on it and what machines read, each of this file alone; the language of the image."""
    files = files_of(("sq",), languages=("en", "de"), metadata={"sku": "L-1"})
    header, original, _, _, square = manifest_of(files, {file.name: "d" for file in files}, {}).decode().splitlines()
    first = "file,product,format,language,variant,width,height,marks,c2pa,label,srcset,sha256,alt,cell_id,sku"
    assert header == first
    assert original == "a-original,Teapot,hero,en de,original,1024,1024,,,,,d,,a,L-1"
    assert square == "a-sq,Teapot,hero,en de,sq,1080,1080,yes,,AI-generated,,d,,a,L-1"
