"""Collects what is wrong with an input, so that all of it is told at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from tasks.errors import InputInvalid
from tasks.records.fault import Fault
from tasks.tables.spreadsheet import is_error

FAULTS_SHOWN: Final = 100


@dataclass
class Faults:
    """The first hundred faults, each of them once, and the count of the others."""

    found: list[Fault] = field(default_factory=list)
    more: int = 0
    rows_in_parts: dict[str, Callable[[int], tuple[str, int]]] = field(default_factory=dict)
    """Of a source in many files, in which of them a row stands, and its number there."""
    letters: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of a source that is a spreadsheet, the letter of each column, by its header and by our name for it."""
    _known: set[Fault] = field(default_factory=set)
    _valueless: set[tuple[str, str]] = field(default_factory=set)
    """Cells of sheets that hold an error or a formula, of which nothing more is to be said."""
    _others: dict[tuple[str, ...], int] = field(default_factory=dict)
    """Of each fault that rows share, how many more have it."""
    _shared: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Where such a fault stands among those that were found."""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.found) + self.more

    def add(
        self, source: str, problem: str, row: int | None = None, column: str | None = None, value: object = None
    ) -> None:
        """Note one fault."""
        text = None if value is None else str(value)
        self.note(Fault(source=source, row=row, column=column, value=text, problem=problem))

    def add_shared(self, source: str, problem: str, row: int | None, column: str, value: str) -> None:
        """Note one fault that many rows may share, such as a file that is missing: at the first, with their count."""
        key = source, problem, column, value
        if key in self._others:
            self._others[key] += 1
            return
        self._others[key] = 0
        place = len(self.found)
        self.add(source, problem, row, column, value)
        if len(self.found) > place:
            self._shared[place] = key

    def note(self, fault: Fault) -> None:
        """Note `fault`, unless it is known."""
        if fault.row is not None and fault.source in self.rows_in_parts:
            source, row = self.rows_in_parts[fault.source](fault.row)
            fault = fault.model_copy(update={"source": source, "row": row})
        letter = self.letters.get(fault.source, {}).get(fault.column or "")
        if letter and fault.row is not None and fault.cell is None:
            fault = fault.model_copy(update={"cell": f"{letter}{fault.row}"})
        if fault in self._known or self._is_told(fault):
            return
        if len(self.found) < FAULTS_SHOWN:
            self.found.append(fault)
            self._known.add(fault)
        else:
            self.more += 1

    def _is_told(self, fault: Fault) -> bool:
        """Whether it is of a cell without a value that was told before, since a template may name what no row sends."""
        if not fault.cell or not fault.value or not (fault.value[0] == "=" or is_error(fault.value)):
            return False
        cell = fault.source, fault.cell
        is_told = cell in self._valueless
        self._valueless.add(cell)
        return is_told

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Note the faults of an InputInvalid that is raised inside, and go on after it."""
        try:
            yield
        except InputInvalid as invalid:
            for fault in invalid.faults:
                self.note(fault)
            self.more += invalid.more

    def raise_if_any(self) -> None:
        """Raise InputInvalid with everything that was found, source by source and row by row."""
        if self.found:
            told = [self._told(place, fault) for place, fault in enumerate(self.found)]
            order = {source: n for n, source in enumerate(dict.fromkeys(fault.source for fault in told))}
            raise InputInvalid(sorted(told, key=lambda fault: (order[fault.source], fault.row or 0)), self.more)

    def _told(self, place: int, fault: Fault) -> Fault:
        others = self._others[self._shared[place]] if place in self._shared else 0
        if not others:
            return fault
        more = "1 more row names it" if others == 1 else f"{others:,} more rows name it"
        return fault.model_copy(update={"problem": f"{fault.problem}; {more}"})
