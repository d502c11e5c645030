"""The records of an xls workbook, read for what its values do not tell: [MS-XLS] calls them by the numbers here.

They stand in one stream of a compound file, which is a disk in small: [MS-CFB].
"""

from collections.abc import Iterator, Sequence
from struct import error as Incomplete  # noqa: N812  struct calls it `error`
from struct import unpack_from
from typing import Final

from tasks.workbooks.marks import ERROR_WORDS, UNKNOWN_ERROR, Marks

_FREE: Final = 0xFFFFFFFA
"""Sectors from here on are none."""
_NAMES: Final = ("Workbook", "Book")
_ROOT: Final = 5
_ENTRY_BYTES: Final = 128
_BEGIN, _END, _SHEET, _ROW, _FORMULA, _ERROR = 0x809, 0x0A, 0x85, 0x208, 0x06, 0x205
_COLUMNS, _MERGED, _FILTERED = 0x7D, 0xE5, 0x9B
_CELLS: Final = {_FORMULA, _ERROR, 0x203, 0x204, 0xD6, 0xFD, 0x27E, 0xBD}
"""Formula, truth or error, number, texts of three kinds, and numbers of fewer bytes."""
_HIDDEN_ROW: Final = 0x20
_IS_NO_NUMBER: Final = b"\xff\xff"
_IS_ERROR: Final = 2


def xls_marks(content: bytes, index: int) -> Marks:
    """The marks of the sheet with this index, from 0. Raises ValueError where the file is damaged."""
    marks, hidden, filled = Marks(), set[int](), set[int]()
    try:
        stream = _workbook(content)
        sheets = [unpack_from("<I", data)[0] for kind, data in _records(stream, 0) if kind == _SHEET]
        for kind, data in _records(stream, sheets[index]):
            if kind == _ROW and unpack_from("<H", data, 12)[0] & _HIDDEN_ROW:
                hidden.add(unpack_from("<H", data)[0])
            elif kind in _CELLS:
                row, column = unpack_from("<HH", data)
                filled.add(row)
                _mark_error(marks, kind, data, (row, column))
            elif kind == _COLUMNS and data[8] & 1:
                first, last = unpack_from("<HH", data)
                marks.hidden_columns.update(range(first, last + 1))
            elif kind == _MERGED:
                for n in range(unpack_from("<H", data)[0]):
                    top, bottom, left, right = unpack_from("<4H", data, 2 + 8 * n)
                    marks.merged.append(((top, left), (bottom, right)))
            marks.is_filtered |= kind == _FILTERED
    except (Incomplete, IndexError, OverflowError) as error:
        raise ValueError("cut off") from error
    marks.hidden_rows = len(hidden & filled)
    return marks


def _mark_error(marks: Marks, kind: int, data: bytes, place: tuple[int, int]) -> None:
    code = None
    if kind == _ERROR and data[7]:
        code = data[6]
    elif kind == _FORMULA and data[12:14] == _IS_NO_NUMBER and data[6] == _IS_ERROR:
        code = data[8]
    if code is not None:
        marks.faulty[place] = ERROR_WORDS.get(code, UNKNOWN_ERROR)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from a place on to the end of what begins there; charts among them are passed over."""
    depth = 0
    while at < len(stream):
        kind, size = unpack_from("<HH", stream, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if not depth:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _workbook(content: bytes) -> bytes:
    """The stream of a compound file in which the workbook stands."""
    sector, small = 1 << unpack_from("<H", content, 30)[0], 1 << unpack_from("<H", content, 32)[0]
    directory, least, small_table, more = unpack_from("<I4xII4xI", content, 48)
    sectors = [content[at : at + sector] for at in range(sector, len(content), sector)]
    listed = list(unpack_from("<109I", content, 76))
    while more < _FREE and len(listed) <= len(sectors) + 109:
        *others, more = unpack_from(f"<{sector // 4}I", sectors[more])
        listed += others
    table = _numbers(sectors[n] for n in listed if n < _FREE)
    entries = b"".join(_chain(sectors, table, directory))
    root, found, size = 0, None, 0
    for at in range(0, len(entries), _ENTRY_BYTES):
        length, kind = unpack_from("<HB", entries, at + 64)
        name = entries[at : at + max(length, 2) - 2].decode("utf-16-le", "replace")
        start, bytes_used = unpack_from("<II", entries, at + 116)
        if kind == _ROOT:
            root = start
        elif name in _NAMES and found is None:
            found, size = start, bytes_used
    if found is None:
        raise IndexError
    if size >= least:
        return b"".join(_chain(sectors, table, found))[:size]
    packed = b"".join(_chain(sectors, table, root))
    pieces = [packed[at : at + small] for at in range(0, len(packed), small)]
    return b"".join(_chain(pieces, _numbers(_chain(sectors, table, small_table)), found))[:size]


def _numbers(pieces: Iterator[bytes]) -> Sequence[int]:
    data = b"".join(pieces)
    return unpack_from(f"<{len(data) // 4}I", data)


def _chain(pieces: Sequence[bytes], table: Sequence[int], start: int) -> Iterator[bytes]:
    """The pieces that follow each other from `start` on, as the table says; a circle raises IndexError."""
    for _ in range(len(pieces) + 1):
        if start >= _FREE:
            return
        yield pieces[start]
        start = table[start]
    raise IndexError
