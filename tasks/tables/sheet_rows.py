"""The rows of a sheet as texts, from the names of its columns on, and what is no part of its table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, groupby, islice, repeat
from typing import Any, Final

from tasks.records.fault import Fault
from tasks.tables.columns import FREE_TEXT, column_name
from tasks.tables.merged_down import MergedDown, is_sent
from tasks.tables.sheet_texts import cell_text, has_lost_digits
from tasks.tables.spreadsheet import is_formula
from tasks.tables.unseen import is_blank
from tasks.workbooks.marks import cell_name, column_letters
from tasks.workbooks.workbook import OpenSheet

Row = tuple[int, tuple[str, ...]]
_LOOKED_AT: Final = 20
"""So many rows with something in them may stand above the names of the columns."""
_LEAST_NAMES: Final = 2
_ERROR: Final = "is an error value of a spreadsheet; mend its formula there, and save the file again"
_UNCALCULATED: Final = "is a formula without its result; open the file in a spreadsheet program, and save it there"
_LOST_DIGITS: Final = "is a number of more digits than a spreadsheet keeps; make the cell a text, and type it again"


class SheetRows:
    """The rows of one sheet. `report` hears of cells that hold no value, and of those beside the table."""

    def __init__(self, source: str, sheet: OpenSheet, report: Callable[[Fault], None]) -> None:
        self.source = source
        self.marks = sheet.marks
        self.first_column = sheet.first_column
        self._report = report
        self.gaps: dict[int, dict[str, str]] = {}
        """Of the row at hand, cells that are merged with one above and are no fault by themselves, by their column."""
        self._others = _others(sheet)
        self._rows = _filled(sheet.rows, self._others)
        looked_at = list(islice(self._rows, _LOOKED_AT))
        place = _header_place([texts for _, _, texts in looked_at])
        self.passed_over = [number for number, _, _ in looked_at[:place]]
        """The rows above the names of the columns in which something stands."""
        self.header_row, self._header_values, self.header = looked_at[place] if looked_at else (0, [], [])
        self._rows = chain(looked_at[place + 1 :], self._rows)
        self.width = max((n for n, name in enumerate(self.header, start=1) if not is_blank(name)), default=0)

    def letters(self) -> dict[str, str]:
        """What the sheet calls the column of each header, such as `C`."""
        names = ((name.strip(), self.letter(n)) for n, name in enumerate(self.header))
        return {name: letter for name, letter in names if name}

    def letter(self, position: int) -> str:
        """What the sheet calls the column at a position of the table."""
        return column_letters(self.first_column + position)

    def records(self) -> Iterator[Row]:
        """The header and the rows below it, each with the number that the sheet shows for it."""
        if not self.header:
            return
        self._tell_faulty(self.header_row)
        yield self.header_row, tuple(self.header[: self.width])
        groups, merged = self._groups(), MergedDown.of(self.marks.merged, self.header[: self.width], self.first_column)
        for number, values, texts in self._rows:
            self._tell_faulty(number)
            self._tell_lost_digits(number, values)
            if len(texts) > self.width:
                self._tell_beside(number, texts)
            texts.extend([""] * (self.width - len(texts)))
            for position, problem in merged.problems(number, texts):
                if is_sent(self.header[position]):
                    self._tell(number, position, None, problem)
                else:
                    self.gaps.setdefault(number, {})[self.header[position].strip()] = problem
            if len(groups) > 1 and self._are_two(number, texts, groups):
                groups = []
            yield number, tuple(texts[: self.width])

    def _tell(self, number: int, position: int, value: str | None, problem: str) -> None:
        header = self.header[position].strip() if position < len(self.header) else ""
        cell = cell_name(number - 1, self.first_column + position)
        self._report(
            Fault(source=self.source, row=number, column=header or None, cell=cell, value=value, problem=problem)
        )

    def _tell_faulty(self, number: int) -> None:
        """Tell of errors and formulas that are not told when the columns that are sent are read."""
        for position, text in self._others.get(number - 1, ()):
            if (number - 1, position + self.first_column) not in self.marks.faulty or position >= self.width:
                continue
            is_told_later = number != self.header_row and column_name(self.header[position]) is not None
            if text.startswith("="):
                if not (is_told_later and is_formula(text)):
                    self._tell(number, position, text, _UNCALCULATED)
            elif not is_told_later:
                self._tell(number, position, text, _ERROR)

    def _tell_lost_digits(self, number: int, values: Sequence[Any]) -> None:
        for position, value in enumerate(values[: self.width]):
            if not isinstance(value, str) and has_lost_digits(value):
                name = column_name(self.header[position])
                if name is None or name in FREE_TEXT:
                    self._tell(number, position, cell_text(value), _LOST_DIGITS)

    def _tell_beside(self, number: int, texts: Sequence[str]) -> None:
        """Tell of what stands to the right of the columns that have a name."""
        for position in range(self.width, len(texts)):
            if not is_blank(texts[position]):
                problem = f"stands in a column without a name; name it in row {self.header_row}, or clear the cell"
                self._tell(number, position, texts[position], problem)

    def _groups(self) -> list[list[int]]:
        """The positions of columns that stand side by side under names; those with one of ours count as a table."""
        named = enumerate(not is_blank(name) for name in self.header[: self.width])
        runs = [[n for n, _ in run] for is_named, run in groupby(named, key=lambda one: one[1]) if is_named]
        ours = [run for run in runs if any(column_name(self.header[n]) for n in run)]
        return runs if len(ours) > 1 else []

    def _are_two(self, number: int, texts: Sequence[str], groups: Sequence[Sequence[int]]) -> bool:
        """Tell of two tables beside each other: where one of them has a row, the other has none."""
        is_filled = [any(not is_blank(texts[n]) for n in group) for group in groups]
        is_between = any(not is_blank(texts[n]) for n, name in enumerate(self.header[: self.width]) if is_blank(name))
        if all(is_filled) or not any(is_filled) or is_between:
            return False
        gap = next(n for n, name in enumerate(self.header) if is_blank(name))
        problem = (
            f"seems to hold two tables beside each other, with column {self.letter(gap)} between them: row {number} "
            "belongs to one of them only; give each a sheet of its own, or delete the empty column"
        )
        self._report(Fault(source=self.source, row=self.header_row, problem=problem))
        return True


def key_rows(source: str, sheet: OpenSheet, report: Callable[[Fault], None]) -> Iterator[Row]:
    """The rows of a sheet whose names stand in its first column, each as wide as it is."""
    others = _others(sheet)
    for number, _, texts in _filled(sheet.rows, others):
        for position, text in others.get(number - 1, ()):
            column = sheet.first_column + position
            if (number - 1, column) in sheet.marks.faulty:
                problem = _UNCALCULATED if text.startswith("=") else _ERROR
                cell = cell_name(number - 1, column)
                report(Fault(source=source, row=number, cell=cell, value=text, problem=problem))
        yield number, tuple(texts)


def _others(sheet: OpenSheet) -> dict[int, list[tuple[int, str]]]:
    """By row, the cells whose text is not that of their value."""
    found: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in (sheet.marks.shown | sheet.marks.faulty).items():
        if column >= sheet.first_column:
            found.setdefault(row, []).append((column - sheet.first_column, text))
    return found


def _filled(
    rows: Iterator[list[Any]], others: Mapping[int, Sequence[tuple[int, str]]]
) -> Iterator[tuple[int, list[Any], list[str]]]:
    """Number, values and texts of each row that holds anything, if only formulas without results."""
    last = max(others, default=-1) + 1
    numbered = enumerate(chain(rows, repeat([])), start=1)
    for number, values in numbered:
        if not values and number > last:
            return
        texts = [value if isinstance(value, str) else cell_text(value) for value in values]
        for position, text in others.get(number - 1, ()):
            texts += [""] * (position + 1 - len(texts))
            texts[position] = text
        if any(texts):
            yield number, values, texts


def _header_place(rows: Sequence[Sequence[str]]) -> int:
    """Where the names of the columns stand: in the first row, unless it names none of ours, and a later one does."""
    for place, texts in enumerate(rows):
        filled = [text for text in texts if not is_blank(text)]
        known = [text for text in filled if column_name(text)]
        if (place == 0 and known) or len(known) >= _LEAST_NAMES or (known and len(known) == len(filled)):
            return place
    return 0
