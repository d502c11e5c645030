"""Feeds have the columns that the importers document, and nothing that they would take for something else."""

import csv
import io

import pytest

from tasks.exporting.export import Feed
from tasks.exporting.feed_pictures import urls_of
from tasks.exporting.feeds import ProductPicture, by_product, feed_of, problem_of

PICTURES = [
    ProductPicture(
        {"product": product, "SKU": sku, "Handle": handle},
        number,
        f"https://i.example.com/{number}.webp?v=1",
        alt,
    )
    for number, (product, alt, sku, handle) in enumerate(
        [
            ("Lamp", "A lamp, lit", "L-1", "lamp"),
            ("Vase", "=A vase", "V-2", "vase"),
            ("Lamp", "x" * 600, "L-1", "lamp"),
            ("Banner", "", "", ""),
        ],
        start=2,
    )
]


def table(feed: Feed, column: str) -> list[list[str]]:
    """The rows of a feed."""
    text = feed_of(feed, by_product(PICTURES, column)).decode()
    return list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if feed == "merchant" else ","))


def test_shopify_has_a_row_a_picture():
    """By handle, with the title once, the place from 1, and an alt text as long as it takes; no SKU."""
    header, *rows = table("shopify", "handle")
    assert header == ["URL handle", "Title", "Product image URL", "Image position", "Image alt text"]
    assert [row[:4] for row in rows] == [
        ["lamp", "Lamp", "https://i.example.com/2.webp?v=1", "1"],
        ["lamp", "", "https://i.example.com/4.webp?v=1", "2"],
        ["vase", "Vase", "https://i.example.com/3.webp?v=1", "1"],
    ]
    assert [row[4] for row in rows] == ["A lamp, lit", "x" * 512, "'=A vase"]


def test_woocommerce_has_a_row_a_product():
    """With all its pictures, commas between, the main one first."""
    assert table("woocommerce", "sku") == [
        ["SKU", "Images"],
        ["L-1", "https://i.example.com/2.webp?v=1, https://i.example.com/4.webp?v=1"],
        ["V-2", "https://i.example.com/3.webp?v=1"],
    ]


def test_google_has_one_picture_and_ten_more():
    """Tab-delimited; what is over is left out."""
    many = {"L-1": [PICTURES[0]] * 14}
    rows = [line.split("\t") for line in feed_of("merchant", many).decode().splitlines()]
    assert rows[0] == ["id", "image_link", "additional_image_link"]
    assert rows[1][:2] == ["L-1", "https://i.example.com/2.webp?v=1"]
    assert rows[1][2].count("https://") == 10


@pytest.mark.parametrize(
    ("feed", "key", "said"),
    [
        ("shopify", "my lamp", "is no handle"),
        ("shopify", "lämp", "is no handle"),
        ("merchant", "x" * 51, "has 51 characters"),
        ("woocommerce", "=1+1", "begins as a formula does"),
        ("woocommerce", "A 1/x", None),
    ],
)
def test_what_no_importer_finds_is_told(feed: Feed, key: str, said: str | None):
    """A quote before a formula would make it another product."""
    problem = problem_of(feed, key)
    assert problem is None if said is None else said in str(problem)


def test_an_address_is_one_to_its_end_and_changes_with_the_picture():
    """A comma would part it; importers that know an address do not fetch it again."""
    urls = urls_of({"lamp/og.webp": "0123456789abcdef"}, "https://i.example.com/a,b")
    assert urls == {"lamp/og.webp": "https://i.example.com/a%2Cb/lamp/og.webp?v=0123456789ab"}
    assert urls_of({"lamp/og.webp": "0"}, None) == {}
