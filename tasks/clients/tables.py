"""Reads tables from any fsspec URL as rows of text: CSV with Excel's habits, and Parquet."""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

import fsspec
from fsspec.utils import infer_compression

from tasks.clients.delimited import read_delimited
from tasks.clients.encodings import unlike, wide_encoding
from tasks.clients.fit_rows import Fitting, Reading, Rows, is_odd, no_row
from tasks.clients.parquet import read_parquet
from tasks.errors import InputInvalid
from tasks.models.fault import Fault, shortened, without_secrets

_CSV: Final = re.compile(r"\.(csv|tsv|txt)(\.gz|\.bz2|\.xz)?$", re.IGNORECASE)
_PARQUET: Final = re.compile(r"\.(parquet|pq)$", re.IGNORECASE)
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


@contextmanager
def open_table(
    url: str, encoding: str | None = None, report: Callable[[Fault], None] = lambda _: None
) -> Iterator[Table]:
    """The table at `url`, read as its rows are asked for.

    `report` hears of each row that is none, and of each that only seems to fit the header.

    A byte order mark decides how its text is encoded. Without one it is UTF-8, or, where it cannot be, `encoding`.
    Raises InputInvalid, also while the rows are read.
    """
    source = without_secrets(url)
    path = url.partition("?")[0] if "://" in url else url
    is_parquet = bool(_PARQUET.search(path))
    if not is_parquet and not _CSV.search(path):
        raise _invalid(source, "is not a table that can be read; use a .csv or .parquet file (from Excel: CSV UTF-8)")
    compression = None if is_parquet else infer_compression(path)
    with ExitStack() as stack:
        with _told(source):
            file = stack.enter_context(fsspec.open(url, "rb", compression=compression))
            codec, delimiter, records = (
                ("", "", read_parquet(source, file)) if is_parquet else read_delimited(source, file, encoding)
            )
            reading = Reading(source, codec, delimiter, report)
            table = _table(reading, _sound(reading, records), _notes(source, codec, encoding))
        yield table


def _invalid(source: str, problem: str, row: int | None = None) -> InputInvalid:
    return InputInvalid([Fault(source=source, row=row, problem=problem)])


@contextmanager
def _told(source: str) -> Iterator[None]:
    """Whatever goes wrong inside is told as InputInvalid: every file system of fsspec raises its own kinds."""
    try:
        yield
    except InputInvalid:
        raise
    except FileNotFoundError as error:
        raise _invalid(source, "does not exist") from error
    except Exception as error:
        raise _invalid(source, f"cannot be read: {shortened(str(error), 300) or type(error).__name__}") from error


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
                if problem := no_row(texts, reading.delimiter):
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
    if not codec or named is None or codecs.lookup(codec) == codecs.lookup(named):
        return ()
    return (f"{source}: was read as {codec}, which it is, and not as {named}",)


def _table(reading: Reading, rows: Rows, notes: tuple[str, ...]) -> Table:
    header_row, header = next(rows, (0, ()))
    if not header:
        raise _invalid(reading.source, "is empty; the first row names the columns")
    fitting = Fitting(reading, header)
    return Table(
        source=reading.source,
        header=header[: fitting.width],
        header_row=header_row,
        rows=fitting.fitted(rows),
        notes=notes,
        delimiter=reading.delimiter,
    )
