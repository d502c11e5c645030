"""Reads tables from any path or address as rows of text: CSV with Excel's habits, workbooks, and Parquet."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import IO, Final

import pyarrow.parquet as pq

from tasks.errors import InputInvalid
from tasks.records.fault import Fault, without_secrets
from tasks.records.table_name import split_sheet
from tasks.storage.absence import absent_at
from tasks.tables.content import HEAD_BYTES, PARQUET, no_table, unpacked
from tasks.tables.delimited import read_delimited
from tasks.tables.encodings import is_same, unlike, wide_encoding
from tasks.tables.fit_rows import Fitting, is_odd, no_row
from tasks.tables.hindrance import ABSENT, hindrance
from tasks.tables.open_table import Fetch, opened
from tasks.tables.parquet import index_columns, read_parquet
from tasks.tables.parts import Parts
from tasks.tables.reading import Reading, Rows
from tasks.tables.row_numbers import without_row_numbers
from tasks.tables.share_links import whole_workbook
from tasks.tables.sheets import FORMATS, Asked, own_sheet, read_sheet
from tasks.tables.web_copy import fetched
from tasks.workbooks.workbook import is_workbook

_PARQUET_NAME: Final = re.compile(r"\.(parquet|pq)$", re.IGNORECASE)
_UNSOUND: Final = re.compile("[\0\ud800-\udfff]")
"""What no text holds: NUL, and the halves that stand for bytes that could not be decoded."""


@dataclass(frozen=True)
class Table:
    """A header, and the rows under it that are not blank, each with the number that a spreadsheet shows for it.

    A row has as many texts as the header has names, or more where the file has more in it. No text holds a NUL.
    """

    source: str
    header: tuple[str, ...]
    header_row: int
    rows: Rows
    notes: tuple[str, ...] = ()
    """What the person who named an encoding should know."""
    delimiter: str = ""
    """Empty where nothing parts the texts, as in Parquet."""
    row_in_part: Callable[[int], tuple[str, int]] | None = None
    """Of a table in many files, in which of them a row stands, and its number there."""
    gaps: dict[int, dict[str, str]] = field(default_factory=dict)
    """Of a sheet, by row and column, what is wrong where a template names a cell that is merged with one above."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """Of a sheet, what it calls the column of each header, such as `C`."""


@contextmanager
def open_table(
    url: str,
    encoding: str | None = None,
    report: Callable[[Fault], None] = lambda _: None,
    fetch: Fetch = fetched,
    *,
    is_formats: bool = False,
) -> Iterator[Table]:
    """The table at `url`, read as its rows are asked for; of a workbook, the sheet behind a `#`, or the one meant.

    `report` hears of each row that is none, and of each that only seems to fit the header.

    A byte order mark decides how its text is encoded. Without one it is UTF-8, or, where it cannot be, `encoding`.
    Raises InputInvalid, also while the rows are read.
    """
    place, sheet = split_sheet(url)
    source = without_secrets(place)
    with ExitStack() as stack:
        with _told(source):
            found = stack.enter_context(opened(place, fetch))
            asked = Asked(source, sheet, is_formats)
            reading, records = _read(asked, found, encoding, report)
            notes = (*reading.notes, *_notes(source, reading.encoding, encoding))
            table = _table(reading, _sound(reading, records), notes)
        yield replace(table, row_in_part=found.row_in_part) if isinstance(found, Parts) else table


def _read(
    asked: Asked, found: IO[bytes] | Parts, encoding: str | None, report: Callable[[Fault], None]
) -> tuple[Reading, Iterator[tuple[int, Sequence[str]]]]:
    """How the table is read, and its records. What a file is, its first bytes tell."""
    source = asked.source
    if isinstance(found, Parts):
        parts = found.records()
        names = next(parts)
        return Reading(source, "", "", report, index_columns(found.schema)), chain([names], parts)
    plain = unpacked(found)
    head = plain.peek(HEAD_BYTES)
    if is_workbook(head):
        return read_sheet(asked, plain, report)
    if problem := no_table(head, source):
        raise _invalid(source, problem)
    if head.startswith(PARQUET) or _PARQUET_NAME.search(source):
        typed = read_parquet(source, found)
        names = next(typed)  # from here on it is known to be Parquet
        return Reading(source, "", "", report, index_columns(pq.read_schema(found))), chain([names], typed)
    codec, delimiter, records, line = read_delimited(source, plain, encoding)
    return Reading(source, codec, delimiter, report, line=line), records


@contextmanager
def _told(source: str) -> Iterator[None]:
    """Whatever goes wrong inside is told as InputInvalid: every file system of fsspec raises its own kinds."""
    try:
        yield
    except InputInvalid:
        raise
    except Exception as error:
        problem = hindrance(error)
        raise _invalid(source, absent_at(source) if problem == ABSENT else problem) from error


def _invalid(source: str, problem: str) -> InputInvalid:
    return InputInvalid.of(source=source, problem=problem)


def _sound(reading: Reading, records: Iterable[tuple[int, Sequence[str]]]) -> Rows:
    """The rows that are not blank. Raises InputInvalid at the first that is not text in its encoding, if it has one."""
    header: Sequence[str] = ()
    with _told(reading.source):
        for number, texts in records:
            joined = " ".join(texts)
            if not joined or joined.isspace():
                continue
            if is_odd(joined):
                if _UNSOUND.search(joined):
                    raise InputInvalid([_unsound_fault(reading, number, texts, header)])
                if problem := no_row(texts, reading):
                    reading.tell(number, texts, problem)
                    continue
            header = header or texts
            yield number, tuple(texts)


def _unsound_fault(reading: Reading, number: int, texts: Sequence[str], header: Sequence[str]) -> Fault:
    place, text = next((place, text) for place, text in enumerate(texts) if _UNSOUND.search(text))
    shown, problem = text, "holds a NUL character"
    if "\0" not in text:
        shown, problem = unlike(text, reading.encoding)
    elif reading.encoding:
        wide = wide_encoding(text)
        problem += f"; where the file is {wide[:6].upper()}, name its encoding (--encoding {wide})"
    column = header[place].strip() if place < len(header) else None
    return Fault(source=reading.source, row=number, column=column, value=shown, problem=problem)


def _notes(source: str, codec: str, named: str | None) -> tuple[str, ...]:
    if not codec or named is None or is_same(codec, named):
        return ()
    return (f"{source}: was read as {codec}, which it is, and not as {named}",)


def _table(reading: Reading, rows: Rows, notes: tuple[str, ...]) -> Table:
    header_row, header = next(rows, (0, ()))
    if not header:
        raise _invalid(reading.source, "is empty; the first row names the columns")
    fitting = Fitting(reading, header)
    names, rows, left_out = without_row_numbers(reading, header[: fitting.width], fitting.fitted(rows))
    return Table(
        source=reading.source,
        header=names,
        header_row=header_row,
        rows=rows,
        notes=(*notes, *left_out),
        delimiter=reading.delimiter,
        gaps=reading.gaps,
        letters=reading.letters,
    )


def own_formats(matrix: str, fetch: Fetch, meant: str = FORMATS) -> str | None:
    """The sheet `formats` of the workbook in which a matrix stands, as one names it; None where there is none.

    Or the one that is `meant` instead.

    What hinders the reading is told by whoever reads the matrix.
    """
    place, sheet = split_sheet(matrix)
    workbook = whole_workbook(place)
    try:
        with opened(workbook, fetch) as found:
            plain = None if isinstance(found, Parts) else unpacked(found)
            if plain is None or not is_workbook(plain.peek(HEAD_BYTES)):
                return None
            name = own_sheet(without_secrets(workbook), plain, meant)
    except Exception:  # noqa: BLE001  every file system raises its own kinds
        return None
    return None if name is None or name == sheet else f"{workbook.partition('#')[0]}#{name}"
