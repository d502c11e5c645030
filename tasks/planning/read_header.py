"""What the columns of a table are: ours, and those of metadata."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tasks.planning.faults import Faults
from tasks.records.language import of_header
from tasks.records.money import counted
from tasks.tables.columns import TRANSLATED, column_name, similar_column
from tasks.tables.near_names import beginning_column
from tasks.tables.tables import Table
from tasks.tables.unseen import edged, squeezed

ANCHORS: Final = ("prompt", "product", "format")


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

    def slips(self) -> list[str]:
        """Questions about columns of metadata whose name is nearly that of one of ours that is not there."""
        near = ((title, similar_column(title)) for title in self.metadata)
        asked = ((title, meant) for title, meant in near if meant and meant not in self.known)
        return [f"is the column {title!r} meant to be {meant!r}? Then rename it" for title, meant in asked]


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
        meant = None if is_translation(title) else beginning_column(title)
        if meant and meant not in columns.known:
            problem = f"is it the column {meant!r}? Then name it so; if it is not, begin its name with another word"
            faults.add(table.source, problem, table.header_row, title)
    columns.anchor = next((columns.known[name] for name in ANCHORS if name in columns.known), 0)
    columns.names = frozenset(filter(None, map(squeezed, (*columns.metadata, *others))))
    return columns


def is_translation(title: str) -> bool:
    """Whether a column is one of our texts in a language, such as `prompt:de`."""
    base, _ = of_header(title)
    return column_name(base) in TRANSLATED
