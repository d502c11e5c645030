"""How a table is read, for those who turn its records into rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tasks.records.fault import Fault

Rows = Iterator[tuple[int, tuple[str, ...]]]


@dataclass(frozen=True)
class Reading:
    """How a table is read; `delimiter` and `encoding` are empty where it is no text."""

    source: str
    encoding: str
    delimiter: str
    report: Callable[[Fault], None]
    indexes: frozenset[str] = frozenset()
    """The columns that the file itself calls its index."""
    line: Callable[[], str] = str
    """The row at hand as it stands in its file, if it is text."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """Of a sheet, what it calls the column of each header, such as `C`."""
    gaps: dict[int, dict[str, str]] = field(default_factory=dict)
    """Of a sheet, by row and column, what is wrong where a template names a cell that is merged with one above."""
    notes: tuple[str, ...] = ()
    """What a person should know of a sheet."""

    def tell(self, number: int, texts: Sequence[str], problem: str) -> None:
        """Report a row, with its text as it was read."""
        self.report(Fault(source=self.source, row=number, value=as_read(texts, self.delimiter), problem=problem))

    def unquoted(self, texts: Sequence[str]) -> list[str]:
        """The texts of the row at hand, those empty that stand in quotes in their file: nothing was parted in them."""
        line, at = self.line(), 0
        unquoted = []
        for text in texts:
            quoted = '"' + text.replace('"', '""') + '"'
            is_quoted = line.startswith(quoted, at)
            unquoted.append("" if is_quoted else text)
            at += len(quoted if is_quoted else text) + len(self.delimiter)
        return unquoted


def as_read(texts: Sequence[str], delimiter: str) -> str:
    """The texts of a row on one line, parted as they are in their file."""
    return (delimiter or ", ").join(texts)
