"""Tables that shops read without a mapping, each by the columns that its importer documents.

Shopify, https://help.shopify.com/en/manual/products/import-export/using-csv (2026): the headers are given; `URL handle`
and `Title` are required to update a product; each further picture is a row with the handle alone; an alt text has 512
characters at most. No product is known by its SKU: that is a column of its variants, and with it the file would have to
hold their options. So products are known by their handle, and nothing else of them is touched but the title.

WooCommerce, https://github.com/woocommerce/woocommerce/wiki/Product-CSV-Import-Schema and the importer's source: `SKU`
finds the product; `Images` holds addresses with commas between, the first of which is its main picture, and takes the
place of those that it has. A picture whose address is known is not fetched again (`_wc_attachment_source`).

Google Merchant Center, https://support.google.com/merchants/answer/160567 (files), 6324350 (image_link) and 6324370
(additional_image_link): tab-delimited text; `id`, 50 characters at most, is that of the primary source; one
`image_link`, and 10 more with commas between; JPEG, WebP, PNG, GIF, BMP and TIFF, so no AVIF. AI-made pictures have to
keep their DigitalSourceType (14743464).

An address ends in the digest of its file, so that a picture that has changed is fetched anew by all three.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from tasks.exporting.export import Feed
from tasks.publishing.formulas import without_formula, without_quote
from tasks.tables.unseen import squeezed

SHOPIFY_ALT_MAX_CHARS: Final = 512
MERCHANT_MORE_MAX: Final = 10
MERCHANT_ID_MAX_CHARS: Final = 50
FILES: Final[Mapping[Feed, str]] = {
    "shopify": "shopify-products.csv",
    "woocommerce": "woocommerce-products.csv",
    "merchant": "google-merchant.txt",
}
"""What each is called where it is handed over."""
TO_DO: Final[Mapping[Feed, str]] = {
    "shopify": "Shopify: choose to overwrite products with matching handles; their titles become those of this table",
    "woocommerce": "WooCommerce: tick 'Update existing products'; these pictures take the place of those they have",
    "merchant": "Merchant Center: add it as a supplemental source; ids are those of your primary one",
}
_HANDLE: Final = re.compile(r"[A-Za-z0-9-]+")


class ProductPicture(NamedTuple):
    """A picture of a product, as feeds show it."""

    row: Mapping[str, str]
    """The line of its image in the campaign's manifest."""
    number: int
    """Of its row in the matrix."""
    url: str
    alt: str


def value_in(row: Mapping[str, str], column: str) -> str:
    """What a line of the manifest has in a column, however that is written; empty where it has none."""
    return next((without_quote(text) for name, text in row.items() if squeezed(name) == squeezed(column)), "").strip()


def by_product(pictures: Sequence[ProductPicture], column: str) -> dict[str, list[ProductPicture]]:
    """The pictures of each product, by what stands in a column; those that have nothing there are left out."""
    products: dict[str, list[ProductPicture]] = {}
    for picture in pictures:
        if key := value_in(picture.row, column):
            products.setdefault(key, []).append(picture)
    return products


def problem_of(feed: Feed, key: str) -> str | None:
    """Why an importer would not find a product by `key`; None where nothing speaks against it."""
    if feed == "shopify" and _HANDLE.fullmatch(key) is None:
        return "is no handle; it has letters, digits and dashes, as the end of the product's address"
    if feed == "merchant" and len(key) > MERCHANT_ID_MAX_CHARS:
        return f"has {len(key)} characters; Google takes {MERCHANT_ID_MAX_CHARS} at most"
    if without_formula(key) != key:
        return "begins as a formula does, which spreadsheets would run; give the product another"
    return None


def feed_of(feed: Feed, products: Mapping[str, Sequence[ProductPicture]]) -> bytes:
    """The table that one importer reads."""
    rows = {"shopify": shopify, "woocommerce": woocommerce, "merchant": merchant}[feed](products)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter="\t" if feed == "merchant" else ",").writerows(rows)
    return out.getvalue().encode()


def shopify(products: Mapping[str, Sequence[ProductPicture]]) -> list[list[str]]:
    """A row a picture; the first of a product has its title."""
    rows = [["URL handle", "Title", "Product image URL", "Image position", "Image alt text"]]
    for handle, pictures in products.items():
        for place, picture in enumerate(pictures, start=1):
            alt = without_formula(picture.alt)[:SHOPIFY_ALT_MAX_CHARS]
            rows.append([handle, "" if place > 1 else without_formula(title_of(picture)), picture.url, str(place), alt])
    return rows


def title_of(picture: ProductPicture) -> str:
    """What a shop calls the product: the column `title`, else `product`."""
    return value_in(picture.row, "title") or value_in(picture.row, "product")


def woocommerce(products: Mapping[str, Sequence[ProductPicture]]) -> list[list[str]]:
    """A row a product."""
    return [["SKU", "Images"], *([sku, ", ".join(one.url for one in its)] for sku, its in products.items())]


def merchant(products: Mapping[str, Sequence[ProductPicture]]) -> list[list[str]]:
    """A row a product, with its first pictures."""
    rows = [["id", "image_link", "additional_image_link"]]
    for sku, (first, *others) in products.items():
        rows.append([sku, first.url, ",".join(one.url for one in others[:MERCHANT_MORE_MAX])])
    return rows
