"""Cells that are merged over several rows: what a person reads in each of them, only the first one holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tasks.records.fault import quoted
from tasks.records.language import of_header
from tasks.tables.columns import column_name
from tasks.tables.unseen import is_blank
from tasks.workbooks.marks import Place, cell_name

NAMES_ONLY: Final = "product"
"""A column that only says what a row belongs to; where a prompt is made of it, its lack is a fault by itself."""


def is_sent(header: str) -> bool:
    """Whether a column is ours, in a language or not, and more than a name: an empty cell in it would say something."""
    return column_name(of_header(header)[0] or header) not in {None, NAMES_ONLY}


class Merged(NamedTuple):
    """Cells of one column."""

    first: int
    last: int
    """Rows of the sheet, from 0."""
    position: int
    name: str
    """The first cell."""
    text: str = ""


@dataclass
class MergedDown:
    """Knows which cells are empty because they are merged with one above."""

    waiting: list[Merged]
    """The next one last."""
    _open: list[Merged] = field(default_factory=list)

    @classmethod
    def of(cls, merged: Sequence[tuple[Place, Place]], header: Sequence[str], first_column: int) -> "MergedDown":
        """Those of a table with these names of columns, the first of which stands in a column of the sheet, from 0."""
        named = {n for n, name in enumerate(header) if not is_blank(name)}
        found = [
            Merged(first[0], last[0], first[1] - first_column, cell_name(*first))
            for first, last in merged
            if last[0] > first[0] and first[1] - first_column in named
        ]
        return cls(sorted(found, reverse=True))

    def problems(self, number: int, texts: Sequence[str]) -> Iterator[tuple[int, str]]:
        """What is wrong with a row, the later of two asked for later: the position of each cell, and the problem."""
        if not self.waiting and not self._open:
            return
        row = number - 1
        while self.waiting and self.waiting[-1].first <= row:
            begun = self.waiting.pop()
            text = texts[begun.position] if begun.first == row else ""
            self._open += [begun._replace(text=text)] if not is_blank(text) else []
        self._open = [one for one in self._open if one.last >= row]
        for one in self._open:
            if one.first < row and is_blank(texts[one.position]):
                problem = f"is empty, since it is merged with {one.name}, and only that holds {quoted(one.text)}"
                yield one.position, f"{problem}; take the cells apart, and fill in each"
