"""The manifest as an Excel workbook: opens right by a double click, whatever the language of the machine."""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Value = str | int | float | datetime | None

TEXT_MAX_UNITS: Final = 32_767
"""So many UTF-16 units has a cell at most; https://support.microsoft.com, Excel specifications and limits."""
CUT_OFF: Final = "… (in full in manifest.csv)"
WHOLE_MAX: Final = 2**53
"""Numbers in Excel are floats: of larger ones it changes the last digits."""
FIRST_YEAR: Final = 1900
"""Excel knows no earlier time."""
NARROW, WIDE, WIDEST = 12, 24, 48
"""Widths of columns, in characters."""

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
_NOT_XML: Final = re.compile("[\ufffe\uffff]")
"""Characters that XML does not have, and that xlsxwriter does not escape: Excel would call the file damaged."""
_SAME_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When every workbook says that it was made, so that the same manifest is the same bytes."""


def manifest_workbook(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """One sheet with `header` held at the top, filters, and `rows` below: texts as text, numbers and times as such.

    No text is a formula or a link, so opening it runs nothing. Times are in UTC. A number or a time that Excel does not
    have is text. What is larger than a cell of Excel is
    cut off and says so; what is more than a sheet takes (1,048,576 rows, 16,384 columns) is left out.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({"created": _SAME_TIME})
        kinds = {
            "head": book.add_format({"bold": True, "bottom": 1}),
            "text": book.add_format({"quote_prefix": True}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "money": book.add_format({"num_format": "0.00####"}),
        }
        sheet = book.add_worksheet("manifest")
        for column, name in enumerate(header):
            sheet.write_string(0, column, _fitting(name), kinds["head"])
            sheet.set_column(column, column, _width(name))
        number = 0
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, kinds)
        sheet.freeze_panes(1, 1)
        if header:
            sheet.autofilter(0, 0, number, len(header) - 1)
    return out.getvalue()


def _write(sheet: Worksheet, row: int, column: int, value: Value, kinds: dict[str, Format]) -> None:
    if isinstance(value, datetime) and value.year >= FIRST_YEAR:
        sheet.write_datetime(row, column, value.astimezone(UTC), kinds["time"])
    elif isinstance(value, float) and isfinite(value):
        sheet.write_number(row, column, value, kinds["money"])
    elif isinstance(value, int) and abs(value) <= WHOLE_MAX:
        sheet.write_number(row, column, value)
    elif value is not None and value != "":
        # the prefix keeps it a text when somebody edits the cell: what begins with = would become a formula
        sheet.write_string(row, column, _fitting(str(value)), kinds["text"])


def _fitting(text: str) -> str:
    """`text` as a cell takes it."""
    text = _NOT_XML.sub("?", text)
    if len(text.encode("utf-16-le")) <= 2 * TEXT_MAX_UNITS:
        return text
    units = text.encode("utf-16-le")[: 2 * (TEXT_MAX_UNITS - len(CUT_OFF))]
    return units.decode("utf-16-le", errors="ignore") + CUT_OFF


def _width(name: str) -> int:
    if name in {"prompt", "prompt_drawn", "alt", "error"}:
        return WIDEST
    return WIDE if name in {"cell_id", "product", "started_at", "finished_at", "original"} else NARROW
