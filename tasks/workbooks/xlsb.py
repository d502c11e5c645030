"""The records of an xlsb workbook, read for what its values do not tell: [MS-XLSB] calls them by the numbers here."""

import struct
from collections.abc import Iterator
from struct import unpack_from
from typing import Final
from xml.etree.ElementTree import ParseError

from tasks.workbooks.marks import ERROR_WORDS, UNKNOWN_ERROR, Marks
from tasks.workbooks.packed import Packed

_ROW, _SHEET, _MERGED, _FILTER = 0, 156, 176, 163
_ERRORS: Final = {3, 11}
"""BrtCellError, BrtFmlaError."""
_FILLED: Final = range(2, 12)
_HIDDEN: Final = 0x10
_CONTINUES: Final = 0x80


def xlsb_marks(packed: Packed, sheet: str) -> Marks:
    """The marks of a sheet of an xlsb workbook. Raises InputInvalid where it is damaged or too large."""
    marks, row, is_hidden = Marks(), -1, False
    try:
        for kind, data in _records(packed.read(_part_of(packed, sheet), packed.bounds.sheet)):
            if kind == _ROW:
                row = unpack_from("<I", data)[0]
                is_hidden = bool(data[11] & _HIDDEN)
            elif kind in _FILLED:
                column = unpack_from("<I", data)[0]
                marks.fill(row, column)
                marks.hidden_rows += is_hidden
                is_hidden = False
                if kind in _ERRORS:
                    marks.faulty[row, column] = ERROR_WORDS.get(data[8], UNKNOWN_ERROR)
            elif kind == _MERGED:
                first, last, left, right = unpack_from("<4I", data)
                marks.merged.append(((first, left), (last, right)))
            elif kind == _FILTER:
                marks.is_filtered = True
    except (ParseError, KeyError, IndexError, ValueError, struct.error) as error:
        raise packed.damaged() from error
    return marks


def _part_of(packed: Packed, sheet: str) -> str:
    parts = packed.related()
    for kind, data in _records(packed.read(packed.main)):
        if kind == _SHEET:
            relation, end = _text(data, 8)
            if _text(data, end)[0] == sheet:
                return parts[relation]
    raise KeyError(sheet)


def _text(data: bytes, at: int) -> tuple[str, int]:
    """The text at a place, and where it ends."""
    end = at + 4 + 2 * unpack_from("<I", data, at)[0]
    return data[at + 4 : end].decode("utf-16-le"), end


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The kind of each record, and what is in it."""
    at = 0
    while at < len(data):
        kind, at = data[at], at + 1
        if kind & _CONTINUES:
            kind, at = (kind & 0x7F) | (data[at] & 0x7F) << 7, at + 1
        size = shift = 0
        while True:
            byte, at = data[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & _CONTINUES:
                break
        yield kind, data[at : at + size]
        at += size
