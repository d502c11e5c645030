"""Where a campaign stands between its images and their use: what a person has still to decide."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Self

from tasks.records.cell import Cell
from tasks.records.money import counted
from tasks.records.outcome import Outcome, of_each
from tasks.records.record import Record

OPEN: Final = ("undecided", "without")
"""What waits for a person's word."""


class Verdicts(Record):
    """How many of a campaign's cells stand how. Each is in exactly one of these."""

    kept: int = 0
    rejected: int = 0
    """Images that are not to be used, and cells without one that somebody has decided to do without."""
    replaced: int = 0
    """Of which another take was made, that counts by itself; and takes on which nobody has to decide any more, since
    another one of the same image is kept."""
    undecided: int = 0
    """Images that nobody has decided on."""
    again: int = 0
    """Images whose next take was not made yet."""
    without: int = 0
    """Cells without an image, or with one that is not whole, that somebody must look at."""
    pending: int = 0
    """Cells that were not made yet."""

    @classmethod
    def of(cls, cells: Iterable[Cell], outcomes: Mapping[str, Outcome]) -> Self:
        """Where these cells stand; `outcomes` are by cell_id, and a cell that has none is pending."""
        return cls(**Counter(place for _, place in places_of(cells, outcomes)))

    @property
    def open(self) -> int:
        """How many wait for a person's word."""
        return self.undecided + self.without

    @property
    def is_approved(self) -> bool:
        """Whether everything is decided, nothing is still to be made, and something is kept."""
        return bool(self.kept) and not (self.open or self.again or self.pending)

    def sentence(self) -> str:
        """What is missing until the campaign is approved, such as `5 images undecided`; or that it is."""
        if self.is_approved:
            return "approved"
        parts = [f"{counted(self.undecided, 'image')} undecided"] if self.undecided else []
        parts += [f"{self.without:,} without an image, to be reworded, tried again or rejected"] if self.without else []
        parts += [f"{self.again:,} to be made again"] if self.again else []
        parts += [f"{self.pending:,} not made yet"] if self.pending else []
        return "; ".join(parts) or "everything is decided, and nothing is kept"


def places_of(cells: Iterable[Cell], outcomes: Mapping[str, Outcome]) -> Iterator[tuple[Cell, str]]:
    """Each cell, and which field of the above counts it."""
    cells = tuple(cells)
    made = {(cell.request_sha256, cell.copy_number) for cell in cells}
    unwanted = _unwanted(cells)
    places = [
        "replaced" if outcome.status == "pending" and cell.cell_id in unwanted else _place_of(cell, outcome, made)
        for cell, outcome in of_each(cells, outcomes)
    ]
    parents = {cell.cell_id: cell.replaces for cell in cells if cell.replaces is not None}
    roots = [root_of(cell.cell_id, parents) for cell in cells]
    settled = {root for root, place in zip(roots, places, strict=True) if place == "kept"}
    for cell, root, place in zip(cells, roots, places, strict=True):
        yield cell, "replaced" if place in OPEN and root in settled else place


def root_of(cell_id: str, parents: Mapping[str, str]) -> str:
    """The cell of the matrix for whose image a cell stands; where records lead in a circle, any in it.

    `parents`: of each take, the cell that it replaces.
    """
    seen = {cell_id}
    while (parent := parents.get(cell_id)) is not None and parent not in seen:
        seen.add(parent)
        cell_id = parent
    return cell_id


def _unwanted(cells: Iterable[Cell]) -> set[str]:
    """Takes of cells of which something else was decided since; one that has the place of its cell is none."""
    reviews = {cell.cell_id: cell.review for cell in cells}
    takes = [(cell, reviews[cell.replaces]) for cell in cells if cell.replaces in reviews]
    return {
        cell.cell_id
        for cell, review in takes
        if review is None
        or review.take is None
        or (review.take.request_sha256, review.take.copy_number) != (cell.request_sha256, cell.copy_number)
    }


def _place_of(cell: Cell, outcome: Outcome, made: set[tuple[str, int]]) -> str:
    decision = cell.review.decision if cell.review is not None else None
    take = cell.review.take if cell.review is not None else None
    if outcome.status == "pending":
        return "pending"
    if decision == "reject":
        return "rejected"
    if take is not None:
        return "replaced" if (take.request_sha256, take.copy_number) in made else "again"
    if outcome.status != "done":
        return "without"
    return "kept" if decision == "keep" else "undecided"
