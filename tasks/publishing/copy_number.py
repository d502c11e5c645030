"""Which of several images of one row in one format and language a cell is, as people count them."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from tasks.records.cell import Cell


class CopyNumber(NamedTuple):
    """The place of a cell among the images of its row in its format and language."""

    number: int
    """From 1, in matrix order."""
    of: int
    """How many there are."""


def numbered_copies(cells: Iterable[Cell]) -> dict[str, CopyNumber]:
    """The place of each cell by its id.

    Other than the `copy_number` of a cell, which counts equal requests in all rows: those of a row with a seed differ.
    """
    places: dict[str, tuple[tuple[int, str, str, str], int]] = {}
    counts: Counter[tuple[int, str, str, str]] = Counter()
    for cell in cells:
        counts[cell.wish] += 1
        places[cell.cell_id] = cell.wish, counts[cell.wish]
    return {cell_id: CopyNumber(number, counts[wish]) for cell_id, (wish, number) in places.items()}
