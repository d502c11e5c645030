"""Makes `data/linen_launch.xlsx`: `python -m tests.data.linen_launch`.

A spreadsheet as marketing keeps one: a dozen products, and a sheet of formats with a template each.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import xlsxwriter

XLSX: Final = Path(__file__).parents[2] / "data" / "linen_launch.xlsx"
CREATED: Final = datetime(2026, 11, 28, tzinfo=UTC)
"""Written into the file, so that it is the same whenever it is made."""
PRODUCTS: Final = (
    ("product", "colour", "material", "headline", "price_eur", "sku"),
    ("Table runner", "flax", "washed linen", "Set the table", 39.00, "OL-0101"),
    ("Napkins, set of four", "clay", "washed linen", "Set the table", 28.00, "OL-0102"),
    ("Apron", "moss green", "heavy linen", "Made to be used", 59.00, "OL-0110"),
    ("Tea towel", None, "linen and cotton", "Made to be used", 14.50, "OL-0111"),
    ("Serving board", None, "oiled oak", "Set the table", 45.00, "OL-0201"),
    ("Bread box", "black", "oak and tin", "Fresh for days", 89.00, "OL-0202"),
    ("Salt cellar", None, "turned oak", None, 24.00, "OL-0203"),
    ("Bed linen", "sand", "stonewashed linen", "Sleep cooler", 189.00, "OL-0301"),
    ("Cushion cover", "rust", "stonewashed linen", "Sleep cooler", 34.00, "OL-0302"),
    ("Throw", "oatmeal", "wool and linen", "For long evenings", 129.00, "OL-0303"),
    ("Candle holder", None, "smoked oak", "For long evenings", 32.00, "OL-0401"),
    ("Bedside stool", "natural", "solid oak", None, 149.00, "OL-0402"),
)
FORMATS: Final = (
    ("format", "aspect_ratio", "template"),
    ("shop", "1:1", "Packshot: {product}[ in {colour}], {material}, on a plain sand-coloured ground"),
    (
        "story",
        "9:16",
        'Upright photograph: {product}[ in {colour}] in use[, above it the words "{headline}"]',
    ),
    ("hero", "16:9", "Wide photograph: {product}, {material}, on an oak table by a window[, {colour} tones]"),
    ("pin", "2:3", "Still life from above: {product}[, {colour}], dried grass, a linen cloth"),
    ("banner", "3:1", '{product} at the right edge, empty space at the left[ with the words "{headline}"]'),
    ("detail", "4:3", "Close-up of the texture of {material}[ in {colour}]: {product}, its edge in focus"),
)


def write(path: Path) -> None:
    """The workbook, with widths at which its texts can be read."""
    with xlsxwriter.Workbook(path, {"remove_timezone": True}) as book:
        book.set_properties({"title": "Linen launch", "created": CREATED})
        for name, rows, width in (("Products", PRODUCTS, 22), ("Formats", FORMATS, 30)):
            sheet = book.add_worksheet(name)
            sheet.set_column(0, len(rows[0]) - 1, width)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row, book.add_format({"bold": True}) if not number else None)


if __name__ == "__main__":
    write(XLSX)
