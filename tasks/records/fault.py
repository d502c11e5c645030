"""What is wrong with an input, said so that a person can mend it, and texts from outside made fit to be shown."""

import re
from typing import Final

from tasks.records.record import Record

_PASSWORD: Final = re.compile(r"(?<=://)(?:[^\s/@:]*:(?!\d+(?:/|$))\S*|[^\s/?#]*)@")
_QUERY: Final = re.compile(r"(://[^\s?]*)\?[^\s'\"]+")
_LINE_ENDS: Final = re.compile(r"[\r\n\t]+")
COMMANDS: Final = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What commands a terminal, or turns the order of a line around: control characters but tab and line feed, separators
of lines, overrides of direction, and halves of characters, which no terminal can be given."""


class Fault(Record):
    """One thing to mend. `row` counts as a spreadsheet does: the header is row 1; None speaks of the whole file."""

    source: str
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    """Of a spreadsheet, as it calls it: `C14`."""
    value: str | None = None
    """As it was given; a password or a signature in an address is not shown."""
    problem: str
    """What is wrong and what is accepted, as the end of a sentence."""

    @property
    def field(self) -> str:
        """The column, with the cell's name where it has one, such as `prompt (C14)`; empty where neither is known."""
        return f"{self.column} ({self.cell})" if self.column and self.cell else self.column or self.cell or ""

    def __str__(self) -> str:
        """Such as `launch.csv, row 3, aspect_ratio: '4:5' is not accepted; use one of 1:1, 10:16, ...`."""
        place = [self.source]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.field:
            place.append(self.field)
        shown = "" if self.value is None else f"{quoted(self.value)} "
        return one_line(f"{', '.join(place)}: {shown}{self.problem}")


def quoted(text: str) -> str:
    """The beginning of `text` between quotes, without what is secret in an address."""
    shown = shortened(without_secrets(text, "***@"))
    return f'"{shown}"' if "'" in shown and '"' not in shown else f"'{shown}'"


def without_secrets(text: str, user: str = "") -> str:
    """`text` with `user` for the name and password in each address, and without its query, which may be a signature."""
    return _QUERY.sub(r"\1", _PASSWORD.sub(user, text)) if "://" in text else text


def visible(text: str) -> str:
    r"""`text` with whatever commands a terminal written out, such as `\x1b`; all other characters stay as they are."""
    return text if text.isprintable() else COMMANDS.sub(_written_out, text)


def _written_out(unseen: re.Match[str]) -> str:
    code = ord(unseen[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004  of one byte


def one_line(text: str) -> str:
    """`text` fit to be shown, on one line."""
    return visible(_LINE_ENDS.sub(" ", text))


def shortened(text: str, length: int = 60) -> str:
    """`text` fit to be shown, on one line with single spaces, at most `length` characters."""
    line = " ".join(one_line(text).split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
