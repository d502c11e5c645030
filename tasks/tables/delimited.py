"""Delimited text as records: its encoding, its delimiter, its line ends, as Excel and others write them."""

import csv
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from tasks.errors import InputInvalid
from tasks.tables.columns import column_name
from tasks.tables.encodings import decoded
from tasks.tables.unseen import UNSEEN

if TYPE_CHECKING:
    from io import BufferedReader

    from tasks.tables.content import Forward

DELIMITERS: Final = ",;\t|"
CELL_MAX_CHARS: Final = 1_000_000


class Delimited(NamedTuple):
    """A text's encoding, its delimiter, and its records, each with its number from 1, blank ones included."""

    encoding: str
    delimiter: str
    records: Iterator[tuple[int, list[str]]]
    line: Callable[[], str]
    """The record that was read last as it stands in the text, without blanks around quotes."""


def read_delimited(source: str, file: "BufferedReader[Forward]", encoding: str | None) -> Delimited:
    """The text of `file` as records.

    What cannot be decoded becomes half characters, so that the row it stands in is known. Raises InputInvalid, also
    while the records are read.
    """
    codec, text = decoded(source, file, encoding)
    try:
        opening = _opening(text)
    except UnicodeError as error:
        raise _undecodable(source, error) from error
    declared = re.fullmatch(r"sep=([^\w\s\"]|\t)", opening[0].strip('" \r\n'), re.IGNORECASE) if opening else None
    delimiter = declared[1] if declared else likely_delimiter("".join(opening))
    lines = chain(opening[1:] if declared else opening, text)
    tightened = _Tightened(lines, delimiter)
    return Delimited(codec, delimiter, _records(source, tightened, delimiter), lambda: "".join(tightened.record))


def _invalid(source: str, problem: str, row: int | None = None) -> InputInvalid:
    return InputInvalid.of(source=source, row=row, problem=problem)


def _undecodable(source: str, error: UnicodeError) -> InputInvalid:
    return _invalid(source, f"is not text in this encoding: {error}; name its own (--encoding)")


def _records(source: str, tightened: "_Tightened", delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Quoting is strict: an open quote would otherwise swallow the rows below it without a word."""
    csv.field_size_limit(CELL_MAX_CHARS)
    number = 0
    try:
        for number, record in enumerate(csv.reader(tightened.lines(), delimiter=delimiter, strict=True), start=1):
            tightened.is_inside = False
            yield number, record
    except UnicodeError as error:
        raise _undecodable(source, error) from error
    except csv.Error as error:
        problem = f"is not well-formed CSV from here on ({error}); close every quote, and double one inside quotes"
        raise _invalid(source, problem, number + 1) from error


class _Tightened:
    """Lines without the blanks around a text in quotes, next to which `csv` would not take the quotes for quotes.

    A line that has some is written so, and loses those in front of its other texts as well. The `skipinitialspace` of
    `csv` would take them from every line, also where they are metadata, and knows no blank but the space.
    """

    def __init__(self, lines: Iterator[str], delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        mark = re.escape(delimiter)
        blank = rf"(?:(?!{mark})[^\S\r\n]|[{UNSEEN}])"
        self._gap = re.compile(rf'"(?:(?<={blank}")|(?={blank}))')  # begins with the quote, by which it is found fast
        quoted = r'"(?:[^"]+|"")*"?'
        self._quoted = re.compile(rf"(^|{mark}){blank}*({quoted}){blank}*([^{mark}\r\n]*)")
        self._any = re.compile(rf"(^|{mark}){blank}*((?:{quoted})?)([^{mark}\r\n]*)")
        self.is_inside = False
        """Whether the next line goes on with a text in quotes."""
        self.record: list[str] = []
        """The lines of the record at hand."""

    def lines(self) -> Iterator[str]:
        """The lines, as many as there are."""
        for line in self._lines:
            is_inside, self.is_inside = self.is_inside, True
            if not is_inside:
                self.record.clear()
            may_have_one = '"' in line and (' "' in line or '" ' in line or "\t" in line or not line.isascii())
            if may_have_one and self._gap.search(line):
                line = self._tightened(f'"{line}')[1:] if is_inside else self._tightened(line)  # noqa: PLW2901  most have none
            self.record.append(line)
            yield line

    def _tightened(self, line: str) -> str:
        tight = self._quoted.sub(self._tight, line)
        return line if tight == line else self._any.sub(self._tight, tight)

    def _tight(self, found: re.Match[str]) -> str:
        start, quoted, rest = found.groups()
        is_quoted_in_part = quoted and rest and self._delimiter not in quoted
        return found[0] if is_quoted_in_part else f"{start}{quoted}{rest}"


def _opening(text: IO[str]) -> list[str]:
    """The lines up to the header's end; a header's names may be quoted and have line breaks."""
    lines: list[str] = []
    quotes = 0
    for line in text:
        lines.append(line)
        quotes += line.count('"')
        if (line.strip(f'{DELIMITERS}" \r\n') and quotes % 2 == 0) or len(lines) == 100:  # noqa: PLR2004  an open quote
            break
    return lines


def likely_delimiter(header: str) -> str:
    """The one that parts the header into most of the names we know; then the one that it uses most; then a comma."""
    bare = re.sub(r'"[^"]*"', "", header)

    def likelihood(delimiter: str) -> tuple[int, int]:
        known = [name for name in header.split(delimiter) if column_name(name.strip('" \r\n'))]
        return len(known), bare.count(delimiter)

    return max(DELIMITERS, key=likelihood)
