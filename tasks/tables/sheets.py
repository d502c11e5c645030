"""Sheets of workbooks as rows of text: which sheet is meant, and what is to be known of it."""

from collections.abc import Callable, Iterator
from typing import IO, Final, NamedTuple

from tasks.errors import InputInvalid
from tasks.records.fault import Fault, quoted
from tasks.tables.reading import Reading
from tasks.tables.sheet_notes import sheet_notes
from tasks.tables.sheet_rows import Row, SheetRows, key_rows
from tasks.tables.unseen import squeezed
from tasks.workbooks.packed import Bounds
from tasks.workbooks.workbook import Workbook, copied

FORMATS: Final = "formats"
BRAND: Final = "brand"
RESERVED: Final = (FORMATS, BRAND)
"""Sheets that are no matrix unless they are named."""


class Asked(NamedTuple):
    """Which table somebody asked for."""

    source: str
    """The file or the address as it is told."""
    sheet: str | None
    is_formats: bool


def read_sheet(asked: Asked, file: IO[bytes], report: Callable[[Fault], None]) -> tuple[Reading, Iterator[Row]]:
    """How the sheet that was asked for is read, or the one that is meant where none was, and its rows.

    They begin with the header, and have the numbers that the sheet itself shows. Raises InputInvalid.
    """
    with copied(asked.source, file) as copy:
        book = Workbook(asked.source, copy, Bounds())
        name = _chosen(asked, book)
        sheet = book.sheet(name)
    told = f"{asked.source}#{name}"
    rows = SheetRows(told, sheet, report)
    others = [one.name for one in book.sheets if one.is_visible and one.name != name]
    is_meant = asked.sheet is not None or squeezed(name) in RESERVED
    unread = [] if is_meant else [other for other in others if squeezed(other) not in RESERVED]
    notes = sheet_notes(told, rows, unread)
    return Reading(told, "", "", report, letters=rows.letters(), gaps=rows.gaps, notes=tuple(notes)), rows.records()


def read_keys(asked: Asked, file: IO[bytes], report: Callable[[Fault], None]) -> tuple[str, Iterator[Row]]:
    """How the sheet that was asked for is told, and its rows, whose names stand in the first column.

    Raises InputInvalid.
    """
    with copied(asked.source, file) as copy:
        book = Workbook(asked.source, copy, Bounds())
        name = _chosen(asked, book)
        told = f"{asked.source}#{name}"
        return told, key_rows(told, book.sheet(name), report)


def own_sheet(source: str, file: IO[bytes], meant: str) -> str | None:
    """The sheet of a workbook that is called `meant`, if it has one. Raises InputInvalid."""
    with copied(source, file) as copy:
        names = [one.name for one in Workbook(source, copy, Bounds()).sheets]
    return next((name for name in names if squeezed(name) == meant), None)


def _chosen(asked: Asked, book: Workbook) -> str:
    names = [one.name for one in book.sheets]
    if asked.sheet is not None:
        for same in (str, str.strip, squeezed):
            for name in names:
                if same(name) == same(asked.sheet):
                    return name
        problem = f"has no sheet {quoted(asked.sheet)}; it has {', '.join(names)}"
        raise InputInvalid.of(source=asked.source, problem=problem)
    seen = [one.name for one in book.sheets if one.is_visible] or names
    if not seen:
        raise InputInvalid.of(source=asked.source, problem="has no sheet with cells; the first row names the columns")
    formats = [name for name in names if squeezed(name) == FORMATS]
    if asked.is_formats and formats:
        return formats[0]
    return next((name for name in seen if squeezed(name) not in RESERVED), seen[0])
