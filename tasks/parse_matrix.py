"""From the texts of a table to parsed rows: known columns as values, every other column as metadata."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tasks.clients.fit_rows import surplus
from tasks.clients.tables import Table
from tasks.faults import Faults
from tasks.models.columns import column_name, parse_value

REPEATED_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One row: what it wishes by column of ours (empty cells left out), and its metadata, empty cells included."""

    source: str
    number: int
    wishes: dict[str, Any]
    metadata: dict[str, str]


@dataclass(frozen=True)
class Columns:
    """Where each column of a table is: name -> position; those of ours, and those of metadata."""

    known: dict[str, int]
    metadata: dict[str, int]


def read_header(table: Table, faults: Faults) -> Columns:
    """The columns of `table`. Two headers that name one column are a fault: one of them would be passed over."""
    columns = Columns({}, {})
    if table.place is not None:
        faults.places[table.source] = table.place
    for position, header in enumerate(table.header):
        name = column_name(header)
        title = name or header.strip() or f"column_{position + 1}"
        places = columns.metadata if name is None else columns.known
        if title in places:
            problem = f"is named twice, the other time as {table.header[places[title]]!r}; leave one of them out"
            faults.add(table.source, problem, table.header_row, header.strip())
        places.setdefault(title, position)
    return columns


def parse_rows(table: Table, columns: Columns, faults: Faults, duplicates: "Duplicates") -> Iterator[ParsedRow]:
    """The rows of `table` in order, less those that equal an earlier one in every column; faults are collected."""
    width = len(table.header)
    for number, texts in table.rows:
        if len(texts) > width:
            faults.add(table.source, surplus(len(texts), width), number, value=table.delimiter.join(texts))
        if not duplicates.is_new(number, texts):
            continue
        wishes: dict[str, Any] = {}
        for name, position in columns.known.items():
            text = texts[position].strip()
            if not text:
                continue
            try:
                wishes[name] = parse_value(name, text)
            except ValueError as error:
                faults.add(table.source, str(error), number, table.header[position].strip(), text)
        metadata = {name: texts[position] for name, position in columns.metadata.items()}
        yield ParsedRow(table.source, number, wishes, metadata)


@dataclass
class Duplicates:
    """Knows the rows seen so far by a digest, and which later ones equal them in every column.

    White space around a text makes no difference: nobody sees it in a spreadsheet, and it would be paid for.
    """

    source: str
    repeated: list[tuple[int, int]] = field(default_factory=list)
    """(row, earlier row), the first few."""
    count: int = 0
    _seen: dict[bytes, int] = field(default_factory=dict)

    def is_new(self, number: int, texts: Sequence[str]) -> bool:
        """Whether no earlier row had the same texts. They hold no NUL, which can therefore part them."""
        key = hashlib.blake2b("\0".join(map(str.strip, texts)).encode(), digest_size=16).digest()
        first = self._seen.setdefault(key, number)
        if first == number:
            return True
        self.count += 1
        if len(self.repeated) < REPEATED_SHOWN:
            self.repeated.append((number, first))
        return False

    def notes(self) -> list[str]:
        """A sentence about what was left out, if anything was."""
        if not self.count:
            return []
        rows = ", ".join(f"row {row} (as row {first})" for row, first in self.repeated)
        more = f" and {self.count - len(self.repeated):,} more" if self.count > len(self.repeated) else ""
        were = "1 row was" if self.count == 1 else f"{self.count:,} rows were"
        return [f"{self.source}: {were} left out, equal to an earlier row in every column: {rows}{more}"]
