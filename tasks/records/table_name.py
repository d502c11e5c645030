"""What a table's path or address says of it: its sheet, and what a campaign is called after it."""

import re
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

_ENDING: Final = re.compile(r"\.(csv|tsv|txt|parquet|pq|xlsx|xlsm|xlsb|xls|ods)(\.(gz|bz2|xz))?$", re.IGNORECASE)
_WORKBOOK: Final = r".*\.(?:xlsx|xlsm|xlsb|xls|ods)(?:\.(?:gz|bz2|xz))?"
_SHEET: Final = re.compile(rf"({_WORKBOOK})#(.*)", re.IGNORECASE | re.DOTALL)
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_PLACE: Final = re.compile(r"(?:gid|range)=", re.IGNORECASE)
"""How a Google sheet's address names a tab, and a cell in it."""
_GOOGLE: Final = re.compile(
    r"https?://docs\.google\.com/(?:a/[^/]+/)?spreadsheets/(?:u/\d+/)?d/(?:e/)?([\w-]{6,})"
    r"(?:/(?:edit|view|preview|htmlview|copy|pubhtml)?)?/?",
    re.IGNORECASE,
)
"""A Google sheet as people copy its address, which ends in no name of its own."""
_SHOWN_CHARS: Final = 12


def split_sheet(table: str) -> tuple[str, str | None]:
    """The workbook, and the sheet that is named behind a `#`, as in `launch.xlsx#Sheet name`; None where none is.

    In a web address any fragment may name one, but for the number of a Google sheet's tab.
    """
    if _WEB.match(table):
        address, _, fragment = table.partition("#")
        return (table, None) if _PLACE.match(fragment) else (address, unquote(fragment) or None)
    found = _SHEET.fullmatch(table)
    return (found[1], found[2] or None) if found else (table, None)


def title_of(table: str) -> str:
    """The name of a table's file without its ending, with the sheet's behind it where one is named."""
    workbook, sheet = split_sheet(table)
    if "://" in workbook:
        workbook = workbook.partition("#")[0]
        if google := _GOOGLE.fullmatch(workbook):
            return f"sheet {google[1][:_SHOWN_CHARS]}" + (f" {sheet}" if sheet else "")
    name = PurePosixPath(workbook.replace("\\", "/")).name
    is_named = sheet and re.fullmatch(_WORKBOOK, name, re.IGNORECASE | re.DOTALL)
    return _ENDING.sub("", name) + (f" {sheet}" if is_named else "")
