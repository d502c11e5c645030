"""From the texts of a table to parsed rows: known columns as values, every other column as metadata."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tasks.clients.tables import Table
from tasks.errors import InputInvalid
from tasks.models.columns import column_name, parse_value
from tasks.models.fault import Fault

FAULTS_SHOWN: Final = 100


@dataclass(frozen=True)
class ParsedRow:
    """One row: what it wishes by column of ours (empty cells left out), and its metadata, empty cells included."""

    number: int
    wishes: dict[str, Any]
    metadata: dict[str, str]


@dataclass
class Faults:
    """Collects what is wrong, so that all of it is told at once; keeps the first hundred and counts the rest."""

    found: list[Fault] = field(default_factory=list)
    more: int = 0

    def add(
        self, source: str, problem: str, row: int | None = None, column: str | None = None, value: object = None
    ) -> None:
        """Note one fault."""
        if len(self.found) >= FAULTS_SHOWN:
            self.more += 1
            return
        text = None if value is None else str(value)
        self.found.append(Fault(source=source, row=row, column=column, value=text, problem=problem))

    def raise_if_any(self) -> None:
        """Raise InputInvalid with everything that was found."""
        if self.found:
            raise InputInvalid(self.found, self.more)


@dataclass(frozen=True)
class Columns:
    """Where each column of a table goes: (position, name) of ours, and of metadata."""

    known: tuple[tuple[int, str], ...]
    metadata: tuple[tuple[int, str], ...]

    def has(self, *names: str) -> bool:
        """Whether the table has one of these columns of ours."""
        return any(name in names for _, name in self.known)


def read_header(table: Table, faults: Faults) -> Columns:
    """The columns of `table`. Two headers that name one column are a fault: one of them would be passed over."""
    known: dict[str, int] = {}
    metadata: dict[str, int] = {}
    for position, header in enumerate(table.header):
        name = column_name(header)
        title = name or header.strip() or f"column_{position + 1}"
        columns = metadata if name is None else known
        if title in columns:
            faults.add(table.source, f"is named twice, the other time as {table.header[columns[title]]!r}", 1, header)
        columns.setdefault(title, position)
    return Columns(tuple((n, name) for name, n in known.items()), tuple((n, name) for name, n in metadata.items()))


def parse_rows(table: Table, columns: Columns, faults: Faults, duplicates: "Duplicates") -> Iterator[ParsedRow]:
    """The rows of `table` in order, less those that equal an earlier one in every column; faults are collected."""
    for number, texts in table.rows:
        if not duplicates.is_new(number, texts):
            continue
        wishes: dict[str, Any] = {}
        for position, name in columns.known:
            text = texts[position].strip()
            if not text:
                continue
            try:
                wishes[name] = parse_value(name, text)
            except ValueError as error:
                faults.add(table.source, str(error), number, table.header[position].strip(), text)
        yield ParsedRow(number, wishes, {name: texts[position] for position, name in columns.metadata})


@dataclass
class Duplicates:
    """Knows the rows seen so far by a digest, and which later ones equal them in every column."""

    repeated: list[tuple[int, int]] = field(default_factory=list)
    """(row, earlier row), the first few."""
    count: int = 0
    _seen: dict[bytes, int] = field(default_factory=dict)

    def is_new(self, number: int, texts: Sequence[str]) -> bool:
        """Whether no earlier row had the same texts."""
        key = hashlib.blake2b("\x1f".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        first = self._seen.setdefault(key, number)
        if first == number:
            return True
        self.count += 1
        if len(self.repeated) < 5:  # noqa: PLR2004  enough to find them
            self.repeated.append((number, first))
        return False

    def note(self, source: str) -> str | None:
        """A sentence about what was dropped, if anything was."""
        if not self.count:
            return None
        rows = ", ".join(f"row {row} (as row {first})" for row, first in self.repeated)
        rest = f" and {self.count - len(self.repeated):,} more" if self.count > len(self.repeated) else ""
        return f"{source}: dropped as duplicates, equal to an earlier row in every column: {rows}{rest}"
