"""Rows as wide as their header, and why a row is none: parted inside a text, too long, or of nothing to be seen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from tasks.tables.columns import FREE_TEXT, TEMPLATE_OF, column_name
from tasks.tables.delimited import DELIMITERS
from tasks.tables.reading import Reading, Rows, as_read
from tasks.tables.spreadsheet import is_error
from tasks.tables.unseen import PRINTABLE_BLANKS, is_blank, named

_DOUBLE: Final = '"“”„‟«»＂「」『』'  # noqa: RUF001  quotes of all kinds are meant
_OPENING: Final = '["“„‟”＂「『»](?=[^\\s\0])|«'  # noqa: RUF001
_CLOSING: Final = '["“”‟＂」』](?!\\w)|[«»]'  # noqa: RUF001
_SINGLE: Final = "'‘’‚‹›"  # noqa: RUF001  quotes of all kinds are meant

_QUOTES: Final = re.compile(f"[{_DOUBLE}{_SINGLE}]")
_PARTED: Final = re.compile(
    rf"(?:^|[\0\s(])(?:{_OPENING})[^{_DOUBLE}\0]*\0[^{_DOUBLE}]*(?:{_CLOSING})"  # opened here, closed in a later field
    rf"|(?:^|\0)\s*[“„][^{_DOUBLE}\0]*(?=\0|$)"  # opened at a field's start, and not closed in it
)
_DOUBLE_OR_END: Final = re.compile(f"[{_DOUBLE}\0]")
_UNEVEN: Final = re.compile(r"(?:^|\0)(?:[^\0]{2})*[^\0](?:\0|$)")
_PARTED_SINGLE: Final = re.compile(
    rf"\0\s*['‘‚‹›](?=[^\W\d])(?:[^{_SINGLE}\0]|[{_SINGLE}](?=\w))*\0"  # noqa: RUF001  the same in single quotes
    rf"(?:[^{_SINGLE}]|[{_SINGLE}](?=\w))*[^\s\d{_SINGLE}\0][{_SINGLE}]\s*(?=\0|$)"
)
_PROSE: Final = frozenset({*TEMPLATE_OF, *TEMPLATE_OF.values()})
_KEPT: Final = 100


def is_odd(joined: str) -> bool:
    """Whether texts, joined by spaces, may hold what no text should, or be no row: a fast look that most rows pass."""
    if joined.isascii():
        may_be_parted = '"' in joined or " '" in joined or joined[0] == "'"
    else:
        may_be_parted = _QUOTES.search(joined) is not None
    return may_be_parted or not joined.isprintable() or not joined.strip(PRINTABLE_BLANKS)


def no_row(texts: Sequence[str], reading: Reading) -> str | None:
    """Why `texts` are no row, whatever its columns: nothing is seen in it, or it was parted inside quotes."""
    if all(map(is_blank, texts)):
        return f"holds only characters that nobody sees ({named(''.join(texts))}); delete the row"
    if reading.delimiter and _is_parted("\0".join(reading.unquoted(texts))):
        return 'was parted inside quotes; put the whole text in straight double quotes ("), and double those inside it'
    return None


def _is_parted(joined: str) -> bool:
    """Whether a quote is opened in one field and closed in another: the first then has an odd number of them."""
    is_uneven = _UNEVEN.search("".join(_DOUBLE_OR_END.findall(joined)))
    return bool((is_uneven and _PARTED.search(joined)) or _PARTED_SINGLE.search(f"\0{joined}"))


def holds_rows(text: str, delimiter: str) -> bool:
    """Whether two lines of `text`, one after the other, both hold a delimiter with no space behind it, as rows do.

    A quote was then left out in the one and another in the other row. Thousands, as in 1,000, are no delimiter.
    """
    mark = re.escape(delimiter)
    tight = re.compile(rf"(?<!\d){mark}(?=\S)|{mark}(?=[^\s\d])")
    return any(tight.search(line) and tight.search(below) for line, below in pairwise(text.splitlines()))


@dataclass
class Fitting:
    """Fits rows to their header, whose last columns may have no name, and reports those that only seem to fit."""

    reading: Reading
    header: Sequence[str]
    width: int = field(init=False)
    """Up to the last column with a name."""
    _columns: tuple[str | None, ...] = field(init=False)
    """Those of ours, None for others."""
    _ending: list[tuple[int, Sequence[str]]] = field(default_factory=list)
    """The first rows that end in delimiters beyond the header, as long as every row does so alike."""
    _is_ragged: bool = False
    """Whether some row ends otherwise."""

    def __post_init__(self) -> None:
        """Read the header."""
        self._columns = tuple(map(column_name, self.header))
        self.width = max((n for n, name in enumerate(self.header, start=1) if not is_blank(name)), default=0)

    def fitted(self, rows: Rows) -> Rows:
        """Each row as wide as the header's names, or wider where it has text beyond them."""
        width, after_prose = self.width, self._after_prose()
        for number, texts in rows:
            if len(texts) != width:
                texts = self._fit(number, texts)  # noqa: PLW2901  most rows fit
            elif not self._is_ragged:
                self._end_otherwise()
            for position in after_prose:
                if texts[position][:1] == " " and len(texts) == width:
                    self._report_going_on(number, texts, position)
            yield number, texts
        if len(self._ending) == 1:
            self._end_otherwise()

    def _fit(self, number: int, texts: tuple[str, ...]) -> tuple[str, ...]:
        if len(texts) > self.width and any(map(str.strip, texts[self.width :])):
            return texts
        if len(texts) > len(self.header):
            self._note_ending(number, texts)
            return texts[: self.width]
        self._end_otherwise()
        if len(texts) < self.width and self.reading.delimiter:
            self._report_short(number, texts)
        return texts[: self.width] + ("",) * (self.width - len(texts))

    def _note_ending(self, number: int, texts: Sequence[str]) -> None:
        """Some tools end every row with a delimiter; one row that has more of them than others has a text parted."""
        if not self._is_ragged and self._ending and len(self._ending[0][1]) != len(texts):
            self._end_otherwise()
        if self._is_ragged:
            self.reading.tell(number, texts, surplus(len(texts), self.width))
        elif len(self._ending) < _KEPT:  # the others are like these, and no more faults are shown
            self._ending.append((number, texts))

    def _end_otherwise(self) -> None:
        self._is_ragged = True
        for number, texts in self._ending:
            self.reading.tell(number, texts, surplus(len(texts), self.width))
        self._ending.clear()

    def _after_prose(self) -> tuple[int, ...]:
        """The columns of any text after a prompt that do not begin with a space by the header's own habit."""
        if self.reading.delimiter not in {",", ";"}:
            return ()
        after = (n for n in range(1, self.width) if self._columns[n - 1] in _PROSE and self.header[n][:1] != " ")
        return tuple(n for n in after if self._columns[n] is None or self._columns[n] in FREE_TEXT)

    def _report_going_on(self, number: int, texts: Sequence[str], position: int) -> None:
        """A comma with a space behind it is one of prose, unless the row is written so, or one of them is quoted."""
        before, text = self.reading.unquoted(texts)[position - 1 : position + 1]
        is_said = any(map(str.isalpha, text)) and not is_error(text.strip())
        if is_said and before.strip() and (position == 1 or before[:1] != " "):
            problem = (
                f"seems to be parted within {self.header[position - 1].strip()!r}: the next field begins with a space; "
                "put the whole text in quotes, or take the space away"
            )
            self.reading.tell(number, texts, problem)

    def _report_short(self, number: int, texts: Sequence[str]) -> None:
        """Rows of another delimiter come of a header by hand above what a spreadsheet of another country has saved."""
        row, needed = as_read(texts, self.reading.delimiter), self.width - 1
        marks = DELIMITERS.replace(self.reading.delimiter, "")
        others = [mark for mark in marks if row.count(mark) == needed > row.count(f"{mark} ")]
        if others:
            problem = f"is parted by {others[0]!r}, and its header by {self.reading.delimiter!r}"
            self.reading.tell(number, texts, f"{problem}; use one of them throughout")
        else:
            self._report_swallowed(number, texts)

    def _report_swallowed(self, number: int, texts: Sequence[str]) -> None:
        """A delimiter of prose has a space behind it; one without, in a row that lacks a field, was to part two."""
        mark = re.compile(rf"{re.escape(self.reading.delimiter)}(?=\S|$)")
        for column, header, text in zip(self._columns, self.header, texts, strict=False):
            if column in FREE_TEXT and mark.search(text):
                problem = (
                    f"has {len(texts)} fields under {self.width} column names, and {header.strip()!r} holds a "
                    "delimiter with no space behind it; close the quotes where the text ends"
                )
                self.reading.tell(number, texts, problem)


def surplus(fields: int, width: int) -> str:
    """What is wrong with a row of more fields than names."""
    return f"has {fields} fields under {width} column names; quote a field that holds the delimiter"
