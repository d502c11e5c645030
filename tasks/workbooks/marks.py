"""What a sheet shows a person and its values do not tell: errors, formulas, percentages, what is hidden or merged."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from tasks.errors import InputInvalid

Place = tuple[int, int]
"""A row and a column of a sheet, from 0."""

CELLS_MAX: Final = 20_000_000
"""Between the first and the last filled cell; a reader holds each of them, filled or not."""
ERROR_WORDS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
"""By the number that stands for each in xls and xlsb."""
UNKNOWN_ERROR: Final = "#VALUE!"
_LETTERS: Final = 26


@dataclass
class Marks:
    """The marks of one sheet."""

    faulty: dict[Place, str] = field(default_factory=dict)
    """Error values, and formulas that nobody has calculated, each as it stands in the cell."""
    shown: dict[Place, str] = field(default_factory=dict)
    """Texts of cells whose value is not what a person reads there, such as `15%` of 0.15."""
    hidden_rows: int = 0
    """How many rows with something in them are hidden."""
    is_filtered: bool = False
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    """The first and the last cell of each group."""
    height: int = 0
    width: int = 0
    """Up to the last filled cell."""

    def fill(self, row: int, column: int) -> None:
        """Note that something stands in a cell."""
        self.height = max(self.height, row + 1)
        self.width = max(self.width, column + 1)

    def check_extent(self, source: str) -> None:
        """Raise InputInvalid where cells are filled so far apart that no reader could hold what lies between."""
        if self.height * self.width > CELLS_MAX:
            last = cell_name(self.height - 1, self.width - 1)
            problem = f"reaches to cell {last}, which is too far; delete what stands far from the table"
            raise InputInvalid.of(source=source, problem=problem)


def cell_name(row: int, column: int) -> str:
    """Such as `C14` for row 13, column 2, both from 0."""
    return f"{column_letters(column)}{row + 1}"


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """Such as `A` for 0 and `AA` for 26."""
    before, last = divmod(column, _LETTERS)
    return (column_letters(before - 1) if before else "") + chr(ord("A") + last)


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """The opposite: 0 for `A`, 26 for `AA`."""
    number = 0
    for letter in letters.upper():
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number - 1


def place_of(reference: str) -> Place:
    """The row and the column of such as `C14`, both from 0. Raises ValueError."""
    letters = reference.replace("$", "").rstrip("0123456789")
    return int(reference.replace("$", "")[len(letters) :]) - 1, column_number(letters)


def percentage(value: str) -> str:
    """A number as a percentage, without digits that say nothing: `15%` of `0.15`. Raises ValueError."""
    text = f"{float(value) * 100:.10f}".rstrip("0").rstrip(".")
    return f"{text if text not in {'-0', ''} else '0'}%"
