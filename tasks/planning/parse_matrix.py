"""From the texts of a table to parsed rows: known columns as values, every other column as metadata."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from tasks.planning.equal_rows import Duplicates, joined
from tasks.planning.faults import Faults
from tasks.records.money import counted
from tasks.records.structured_prompt import is_structured
from tasks.tables.columns import ALIASES, FREE_TEXT, PARSERS, SENT_AS_TYPED, TEMPLATE_OF, column_name, parse_value
from tasks.tables.fit_rows import holds_rows, surplus
from tasks.tables.near_names import beginning_column
from tasks.tables.placeholders import alternatives_in, check_filled, may_hold_one
from tasks.tables.reading import as_read
from tasks.tables.spreadsheet import FIRST_SIGNS, check_typed, is_error, is_unticked
from tasks.tables.tables import Table
from tasks.tables.unseen import edged, squeezed

_ANCHORS: Final = ("prompt", "product", "format")
_HEADER_MAX_CHARS: Final = 40
_HEADER_WORDS: Final = frozenset(
    name.replace("_", mark) for name in (*PARSERS, *ALIASES) for mark in ("_", " ", "-", "")
)
"""The names of our columns as a header has them mostly: most rows are not among them."""


class ParsedRow(NamedTuple):
    """One row: what it wishes by column of ours (empty fields left out), and its metadata, empty fields included."""

    source: str
    number: int
    wishes: dict[str, Any]
    metadata: dict[str, str]
    texts: Sequence[str] = ()
    """All of it as it was typed."""
    places: Mapping[str, int] = {}
    """Which of the texts belongs to which column of ours."""

    def typed(self, column: str) -> str | None:
        """What was typed in a column of ours; None where that is nothing."""
        return self.texts[self.places[column]] or None if column in self.places else None


@dataclass
class Columns:
    """Where each column of a table is: name -> position; those of ours, and those of metadata."""

    known: dict[str, int]
    metadata: dict[str, int]
    anchor: int = 0
    """The column that no row of a table should leave empty, as far as it has it."""
    names: frozenset[str] = frozenset()
    """What a placeholder may name beside our columns, squeezed."""
    errors: int = 0
    """How many texts of metadata are error values of a spreadsheet."""
    first_error: str = ""
    first_choice: str = ""
    """Of a prompt, which is sent as it is, what in a template would be alternatives."""

    def notes(self, source: str) -> list[str]:
        """Sentences about error values, if there are any, which reach no image, and about alternatives, which do."""
        told = f"{source}: {self.first_choice} is sent as it is; put the whole text into the column 'template'"
        choices = [f"{told} to have an image of each"] if self.first_choice else []
        if not self.errors:
            return choices
        are = f"{counted(self.errors, 'error value')} of a spreadsheet {'is' if self.errors == 1 else 'are'}"
        return [f"{source}: {are} in metadata, first {self.first_error}; not sent, and kept as they are", *choices]


def read_header(table: Table, faults: Faults, others: Iterable[str] = ()) -> Columns:
    """The columns of `table`; `others` are names beside them that a placeholder may mean.

    Two headers that name one column are a fault: one of them would be passed over. So is one that begins with the name
    of a column that the table has not: it would be passed over as well.
    """
    columns = Columns({}, {})
    if table.row_in_part is not None:
        faults.rows_in_parts[table.source] = table.row_in_part
    for position, header in enumerate(table.header):
        name = column_name(header)
        title = name or edged(header) or f"column_{position + 1}"
        if letter := table.letters.get(header.strip()):
            faults.letters.setdefault(table.source, {}).update({header.strip(): letter, title: letter})
        places = columns.metadata if name is None else columns.known
        if title in places:
            problem = f"is named twice, the other time as {table.header[places[title]]!r}; leave one of them out"
            faults.add(table.source, problem, table.header_row, header.strip())
        places.setdefault(title, position)
    for title in columns.metadata:
        meant = beginning_column(title)
        if meant and meant not in columns.known:
            problem = f"is it the column {meant!r}? Then name it so; if it is not, begin its name with another word"
            faults.add(table.source, problem, table.header_row, title)
    columns.anchor = next((columns.known[name] for name in _ANCHORS if name in columns.known), 0)
    columns.names = frozenset(filter(None, map(squeezed, (*columns.metadata, *others))))
    return columns


def parse_rows(table: Table, columns: Columns, faults: Faults, duplicates: Duplicates) -> Iterator[ParsedRow]:
    """The rows of `table` in order, less those that equal an earlier one in every column; faults are collected.

    A row in which only unticked boxes stand is blank. A row with a fault equals no other, so that each is told.
    """
    reader = _RowReader(table, columns, faults)
    width = len(table.header)
    for number, texts in table.rows:
        told = len(faults.found) + faults.more
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
            yield ParsedRow(table.source, number, wishes, metadata, stripped, columns.known)
            if told != len(faults.found) + faults.more:
                duplicates.forget(text)


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
                if text[0] in FIRST_SIGNS:
                    check_typed(text)
                wishes[name] = parse_value(name, text)
                if may_be_templated and name in SENT_AS_TYPED:
                    check_filled(text, self.columns.names, TEMPLATE_OF.get(name))
                    if name == "prompt" and not self.columns.first_choice and (found := alternatives_in(text)):
                        self.columns.first_choice = f"{found} in row {number}, prompt,"
            except ValueError as error:
                self.faults.add(self.table.source, str(error), number, self.table.header[position].strip(), text)
                if name in _ANCHORS:
                    wishes[name] = text  # else the row would be told to have none as well
                elif name == "template":
                    wishes["prompt"] = name  # the same
        return wishes

    def is_blank(self, metadata: Mapping[str, str]) -> bool:
        """Whether nobody has typed anything: a spreadsheet goes on with the FALSE of its checkboxes below the rows."""
        return all(is_unticked(text) or not text.strip() for text in metadata.values())

    def note_errors(self, number: int, metadata: Mapping[str, str]) -> None:
        """Remember where error values of a spreadsheet stand that are not sent."""
        for name, text in metadata.items():
            if text[:1] == "#" and is_error(text.strip()):
                self.columns.errors += 1
                self.columns.first_error = self.columns.first_error or f"{text.strip()!r} in row {number}, {name}"
