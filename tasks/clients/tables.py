"""Reads tables from any fsspec URL as rows of text: CSV with Excel's habits, and Parquet."""

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Final

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.errors import InputInvalid
from tasks.models.fault import Fault

DELIMITERS: Final = ",;\t|"
CELL_MAX_CHARS: Final = 1_000_000
FIRST_ROW: Final = 2
"""The first row below the header, as a spreadsheet counts."""

_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CSV: Final = re.compile(r"\.(csv|tsv|txt)(\.gz|\.bz2|\.xz|\.zst)?$", re.IGNORECASE)
_PARQUET: Final = re.compile(r"\.(parquet|pq)$", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """A header, and the rows under it: each with its number in the file and as many texts as the header has names."""

    source: str
    header: tuple[str, ...]
    rows: Iterator[tuple[int, tuple[str, ...]]]


@contextmanager
def open_table(url: str, encoding: str | None = None) -> Iterator[Table]:
    """The table at `url`, read as its rows are asked for.

    Without `encoding` a byte order mark decides, else UTF-8. Raises InputInvalid, also while the rows are read.
    """
    is_parquet = bool(_PARQUET.search(url))
    if not is_parquet and not _CSV.search(url):
        raise _invalid(url, "is not a table that can be read; use a .csv or .parquet file (from Excel: CSV UTF-8)")
    try:
        with fsspec.open(url, "rb", compression=None if is_parquet else "infer") as file:
            yield _parquet(url, file) if is_parquet else _delimited(url, file, encoding)
    except InputInvalid:
        raise
    except FileNotFoundError as error:
        raise _invalid(url, "does not exist") from error
    except (OSError, ImportError, ValueError, EOFError) as error:
        raise _invalid(url, f"cannot be read: {error}") from error


def _invalid(source: str, problem: str, row: int | None = None) -> InputInvalid:
    return InputInvalid([Fault(source=source, row=row, problem=problem)])


# CSV


def _delimited(source: str, file: IO[bytes], encoding: str | None) -> Table:
    """Strict quoting: an unclosed quote would otherwise swallow every row below it without a word."""
    head = file.read(4)
    file.seek(0)
    codec = encoding or next((codec for bom, codec in _BOMS if head.startswith(bom)), "utf-8")
    if codec.lower().replace("_", "-") in {"utf-8", "utf8"}:
        codec = "utf-8-sig"
    text = io.TextIOWrapper(file, encoding=_known_codec(source, codec), newline="")
    records = _records(source, file, text, codec)
    number, header = next(((n, record) for n, record in records if any(map(str.strip, record))), (0, []))
    if not header:
        raise _invalid(source, "is empty; the first row names the columns")
    while not header[-1].strip():
        header.pop()
    return Table(source, tuple(header), _fitted(source, records, len(header), number))


def _known_codec(source: str, codec: str) -> str:
    try:
        "".encode(codec)
    except LookupError as error:
        raise _invalid(source, f"encoding {codec!r} is not known; such as utf-8, cp1252, utf-16, shift_jis") from error
    return codec


def _records(source: str, file: IO[bytes], text: IO[str], codec: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered from 1, blank ones included, so that a number is the one the spreadsheet shows."""
    csv.field_size_limit(CELL_MAX_CHARS)
    number = 0
    try:
        first = text.readline()
        declared = re.fullmatch(r'"?sep=(.)"?\s*', first, re.IGNORECASE)
        delimiter = declared[1] if declared else _likely_delimiter(first)
        lines = text if declared else _chained(first, text)
        for number, record in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), start=1):
            yield number, record
    except UnicodeError as error:
        row = _undecodable_line(file, codec)
        problem = f"is not {codec.removesuffix('-sig')} text; save it as CSV UTF-8, or name its encoding (--encoding)"
        raise _invalid(source, problem, row) from error
    except csv.Error as error:
        raise _invalid(source, f"is not well-formed CSV: {error}", number + 1) from error


def _chained(first: str, rest: IO[str]) -> Iterator[str]:
    yield first
    yield from rest


def _likely_delimiter(header: str) -> str:
    """The one that the header uses most, outside quotes; a comma where it uses none."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=bare.count)


def _undecodable_line(file: IO[bytes], codec: str) -> int | None:
    if "16" in codec or "32" in codec:
        return None
    file.seek(0)
    for number, line in enumerate(file, start=1):
        try:
            line.decode(codec)
        except UnicodeError:
            return number
    return None


def _fitted(
    source: str, records: Iterator[tuple[int, list[str]]], width: int, header_number: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    for number, record in records:
        if not any(map(str.strip, record)):
            continue
        if any(map(str.strip, record[width:])):
            problem = f"has {len(record)} cells under {width} column names; quote a cell that holds the delimiter"
            raise _invalid(source, problem, number - header_number + 1)
        yield number - header_number + 1, tuple(record[:width]) + ("",) * (width - len(record))


# Parquet


def _parquet(source: str, file: IO[bytes]) -> Table:
    try:
        parquet = pq.ParquetFile(file)
    except pa.ArrowInvalid as error:
        raise _invalid(source, f"is not a Parquet file: {error}") from error
    return Table(source, tuple(parquet.schema_arrow.names), _batches(parquet))


def _batches(parquet: pq.ParquetFile) -> Iterator[tuple[int, tuple[str, ...]]]:
    count = itertools.count(FIRST_ROW)
    for batch in parquet.iter_batches(batch_size=10_000):
        columns = [[as_text(value) for value in column.to_pylist()] for column in batch.columns]
        # The rows come first in the pairing: a count that is asked first would skip a number at each batch's end.
        for values, number in zip(zip(*columns, strict=True), count, strict=False):
            if any(values):
                yield number, values


def as_text(value: object) -> str:  # noqa: PLR0911
    """`value` as a person would have typed it: null is empty, and 3.0 is `3`, since gaps make floats of whole numbers."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value != value:  # noqa: PLR0124  not a number
            return ""
        case float() | Decimal() if value == int(value):
            return str(int(value))
        case datetime() | date():
            return value.isoformat()
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case bytes():
            return value.decode("utf-8", "replace")
        case _:
            return str(value)
