"""The XML of an ods workbook, read for what its values do not tell."""

import re
from collections.abc import Mapping
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

from tasks.workbooks.marks import CELLS_MAX, Marks, percentage
from tasks.workbooks.packed import Packed

_CONTENT: Final = "content.xml"
_CELLS: Final = {"table-cell", "covered-table-cell"}
_TRUTHS: Final = ("=TRUE()", "=FALSE()")
_ZEROS: Final = re.compile(r"0\d+")
_LOST: Final = {"line-break": "\n", "tab": "\t"}
"""What stands in a text, and calamine passes over."""


def odf_marks(packed: Packed, sheet: str) -> Marks:
    """The marks of a sheet of an ods workbook. Raises InputInvalid where it is damaged or too large."""
    reader = _OdsReader(sheet)
    try:
        for chunk in packed.chunks(_CONTENT, packed.bounds.sheet):
            reader.feed(chunk)
    except (ExpatError, ValueError, KeyError) as error:
        raise packed.damaged() from error
    return reader.marks


def _as_shown(cell: Mapping[str, str], text: str) -> str:
    """A number that is shown as truth, which LibreOffice keeps as a formula, or with zeros in front; else empty."""
    formula = cell.get("table:formula", "")
    if formula.endswith(_TRUTHS):
        return "true" if formula.endswith(_TRUTHS[0]) else "false"
    return text if _ZEROS.fullmatch(text) and float(text) == float(cell["office:value"]) else ""


class _OdsReader:
    """Reads the cells of one sheet; each stands for as many as it says that it is repeated."""

    def __init__(self, sheet: str) -> None:
        self.marks = Marks()
        self._sheet = sheet
        self._is_inside = False
        self._row = self._column = 0
        self._rows = 1
        """For how many rows the one at hand stands."""
        self._visibility = ""
        self._is_counted = False
        self._cell: dict[str, str] = {}
        self._texts: list[str] | None = None
        """The paragraphs of the cell at hand; None outside of one, and inside its comment."""
        self._has_lost = False
        self._comments = 0
        self._parser = ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data

    def feed(self, chunk: bytes) -> None:
        """Read on."""
        self._parser.Parse(chunk)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind, _, tag = name.rpartition(":")
        if tag == "table":
            self._is_inside = attributes.get("table:name") == self._sheet
        elif not self._is_inside:
            return
        elif tag == "annotation":
            self._comments += 1
        elif kind == "text" and not self._comments:
            self._start_text(tag, attributes)
        elif tag in _CELLS:
            self._cell, self._texts, self._has_lost = attributes, None, False
        elif tag == "table-row":
            self._rows = int(attributes.get("table:number-rows-repeated", "1"))
            self._column, self._is_counted = 0, False
            self._visibility = attributes.get("table:visibility", "")
        elif tag == "table-column":
            self._note_column(attributes)

    def _start_text(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "p":
            self._texts = ["\n"] if self._texts is None else [*self._texts, "\n"]
        elif self._texts is None:
            return
        elif tag in _LOST:
            self._has_lost = True
            self._texts.append(_LOST[tag])
        elif tag == "s":
            self._texts.append(" " * min(int(attributes.get("text:c", "1")), 1 << 16))

    def _data(self, text: str) -> None:
        if self._texts is not None and not self._comments:
            self._texts.append(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if not self._is_inside:
            return
        if tag == "annotation":
            self._comments -= 1
        elif tag in _CELLS:
            self._settle()
        elif tag == "table-row":
            self._row += self._rows
        elif tag == "table":
            self._is_inside = False

    def _note_column(self, attributes: dict[str, str]) -> None:
        count = int(attributes.get("table:number-columns-repeated", "1"))
        if attributes.get("table:visibility") in {"collapse", "filter"}:
            self.marks.hidden_columns.update(range(self._column, min(self._column + count, 1 << 14)))
        self._column += count

    def _settle(self) -> None:
        """Judge the cell that ends."""
        cell = self._cell
        count = int(cell.get("table:number-columns-repeated", "1"))
        text = None if self._texts is None else "".join(self._texts)[1:]
        self._texts = None
        is_filled = text or "office:value-type" in cell or "table:formula" in cell
        if is_filled:
            self._fill(count)
            self._mark(cell, text, count)
        rows, columns = (int(cell.get(f"table:number-{what}-spanned", "1")) for what in ("rows", "columns"))
        if rows > 1 or columns > 1:
            self.marks.merged.append(((self._row, self._column), (self._row + rows - 1, self._column + columns - 1)))
        self._column += count

    def _fill(self, count: int) -> None:
        self.marks.fill(self._row + self._rows - 1, self._column + count - 1)
        if self._visibility and self._visibility != "visible" and not self._is_counted:
            self._is_counted = True
            self.marks.hidden_rows += self._rows
            self.marks.is_filtered |= self._visibility == "filter"

    def _mark(self, cell: dict[str, str], text: str | None, count: int) -> None:
        kind, formula = cell.get("office:value-type"), cell.get("table:formula")
        is_error = cell.get("calcext:value-type") == "error" or (
            formula is not None and bool(text) and cell.get("office:string-value") == ""
        )
        shown, faulty = "", ""
        if is_error:
            faulty = text or "#N/A"
        elif formula is not None and kind is None and text is None:
            faulty = "=" + formula.partition("=")[2]
        elif kind == "percentage":
            shown = percentage(cell["office:value"])
        elif kind == "float":
            shown = _as_shown(cell, text or "")
        elif self._has_lost and kind == "string" and "office:string-value" not in cell:
            shown = text or ""
        found = self.marks.faulty if faulty else self.marks.shown
        if faulty or shown:
            self._spread(found, faulty or shown, count)

    def _spread(self, found: dict[tuple[int, int], str], text: str, count: int) -> None:
        if self._rows * count > CELLS_MAX or self.marks.height * self.marks.width > CELLS_MAX:
            return  # which is refused as a whole
        for row in range(self._row, self._row + self._rows):
            for column in range(self._column, self._column + count):
                found[row, column] = text
