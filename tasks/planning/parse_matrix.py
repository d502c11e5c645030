"""From the texts of a table to parsed rows: known columns as values, every other column as metadata."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tasks.planning.equal_rows import Duplicates, joined
from tasks.planning.faults import Faults
from tasks.planning.parsed_row import Missing, ParsedRow
from tasks.planning.read_header import ANCHORS, Columns
from tasks.records.structured_prompt import is_structured
from tasks.tables.columns import (
    ALIASES,
    FREE_TEXT,
    PARSERS,
    SENT_AS_TYPED,
    TEMPLATE_OF,
    column_name,
    parse_value,
)
from tasks.tables.fit_rows import holds_rows, surplus
from tasks.tables.placeholders import alternatives_in, check_filled, may_hold_one
from tasks.tables.reading import as_read
from tasks.tables.spreadsheet import FIRST_SIGNS, check_typed, is_error, is_unticked
from tasks.tables.tables import Table
from tasks.tables.unseen import squeezed

_HEADER_MAX_CHARS: Final = 40
_HEADER_WORDS: Final = frozenset(
    name.replace("_", mark) for name in (*PARSERS, *ALIASES) for mark in ("_", " ", "-", "")
)
"""The names of our columns as a header has them mostly: most rows are not among them."""


def parse_rows(table: Table, columns: Columns, faults: Faults, duplicates: Duplicates) -> Iterator[ParsedRow]:
    """The rows of `table` in order, less those that equal an earlier one in every column; faults are collected.

    A row in which only unticked boxes stand is blank. A row with a fault equals no other, so that each is told.
    """
    reader = _RowReader(table, columns, faults)
    width = len(table.header)
    for number, texts in table.rows:
        told, gaps = len(faults.found) + faults.more, table.gaps.pop(number, None)
        if len(texts) > width:
            reader.tell(number, texts, surplus(len(texts), width))
        text = joined(texts)
        stripped = text.split("\0")
        if len(stripped[columns.anchor]) <= _HEADER_MAX_CHARS and reader.is_header(stripped):
            reader.tell(number, texts, reader.second_header(stripped))
            continue
        if "\n" in text and table.delimiter:
            reader.tell_swallowed(number, stripped)
        wishes = reader.wishes(number, stripped, may_be_templated=may_hold_one(text))
        metadata = {name: texts[position] for name, position in columns.metadata.items()}
        if not wishes and reader.is_blank(metadata):
            continue
        if duplicates.is_new_row(number, text):
            if "\0#" in text or text[0] == "#":
                reader.note_errors(number, metadata)
            row = ParsedRow(table.source, number, wishes, metadata, stripped, columns.known)
            yield row._replace(missing=reader.merged(number, gaps)) if gaps else row
            if told != len(faults.found) + faults.more:
                duplicates.forget(text)


def read_value(name: str, text: str, names: Container[str] | None) -> Any:  # noqa: ANN401  one type a column
    """The value of a text that is not empty in a column of ours, which is to hold no placeholder where it is sent.

    `names`: what one may mean; None where there can be none. Raises ValueError.
    """
    if text[0] in FIRST_SIGNS:
        check_typed(text)
    value = parse_value(name, text)
    if names is not None and name in SENT_AS_TYPED:
        check_filled(text, names, TEMPLATE_OF.get(name))
    return value


def told_choice(text: str, number: int) -> str:
    """What would be alternatives in a template, and where it stands; empty where there is none."""
    found = alternatives_in(text)
    return f"{found} in row {number}, prompt," if found else ""


@dataclass(frozen=True)
class _RowReader:
    table: Table
    columns: Columns
    faults: Faults

    def tell(self, number: int, texts: Sequence[str], problem: str) -> None:
        """Note what is wrong with a row as a whole."""
        self.faults.add(self.table.source, problem, number, value=as_read(texts, self.table.delimiter))

    def tell_swallowed(self, number: int, texts: Sequence[str]) -> None:
        """Note the texts of many lines that look as if they were rows."""
        for name, position in self.columns.known.items():
            text = texts[position]
            if name in FREE_TEXT and holds_rows(text, self.table.delimiter) and not is_structured(text):
                header = self.table.header[position].strip()
                problem = "seems to hold a row: close the quotes where the text ends, or put spaces after delimiters"
                self.faults.add(self.table.source, problem, number, header, text)

    def is_header(self, texts: Sequence[str]) -> bool:
        """Whether a row is a header once more, of this table or of one that was appended to it."""
        text = texts[self.columns.anchor]
        if text.isascii() and text.lower() not in _HEADER_WORDS:
            return False
        name = column_name(text)
        if name is None or self.columns.known.get(name) == self.columns.anchor:
            return name is not None
        filled = [texts[position] for position in self.columns.known.values() if texts[position]]
        return len(filled) > 1 and all(map(column_name, filled))

    def second_header(self, texts: Sequence[str]) -> str:
        """What is wrong with a row that is a header: rows of another table below it would be taken for ours."""
        if all(column_name(text) in {None, *self.columns.known} for text in texts):
            return "repeats the names of the columns; delete the row"
        return "begins another table, with other columns; give that a sheet or a file of its own"

    def wishes(self, number: int, texts: Sequence[str], *, may_be_templated: bool) -> dict[str, Any]:
        """The values of our columns, as far as they can be read."""
        wishes: dict[str, Any] = {}
        for name, position in self.columns.known.items():
            text = texts[position]
            if not text:
                continue
            try:
                wishes[name] = read_value(name, text, self.columns.names if may_be_templated else None)
                if may_be_templated and name == "prompt" and not self.columns.first_choice:
                    self.columns.first_choice = told_choice(text, number)
            except ValueError as error:
                self.faults.add(self.table.source, str(error), number, self.table.header[position].strip(), text)
                if name in ANCHORS:
                    wishes[name] = text  # else the row would be told to have none as well
                elif name == "template":
                    wishes["prompt"] = name  # the same
        return wishes

    def merged(self, number: int, gaps: Mapping[str, str]) -> dict[str, Missing]:
        """What is wrong where a template names a cell that is merged with one above, by the names of columns."""
        titles = {**self.columns.known, **self.columns.metadata}
        found = ((title, gaps.get(self.table.header[position].strip())) for title, position in titles.items())
        return {squeezed(title): Missing(title, problem, number) for title, problem in found if problem}

    def is_blank(self, metadata: Mapping[str, str]) -> bool:
        """Whether nobody has typed anything: a spreadsheet goes on with the FALSE of its checkboxes below the rows."""
        return all(is_unticked(text) or not text.strip() for text in metadata.values())

    def note_errors(self, number: int, metadata: Mapping[str, str]) -> None:
        """Remember where error values of a spreadsheet stand that are not sent."""
        for name, text in metadata.items():
            if text[:1] == "#" and is_error(text.strip()):
                self.columns.errors += 1
                self.columns.first_error = self.columns.first_error or f"{text.strip()!r} in row {number}, {name}"
