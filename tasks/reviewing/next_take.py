"""What the next take of a cell asks for, so that it is another image than any that the campaign has, or has had."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from tasks.planning.identify_cells import readable_slug, shortest_id
from tasks.records.cell import Cell
from tasks.records.review import Take
from tasks.records.verdicts import root_of
from tasks.records.vocabulary import SEED_MAX


@dataclass
class Requested:
    """Every image that a campaign has, or has had, or is to have."""

    copies: dict[str, int] = field(default_factory=dict)
    """The highest copy number of each request, by its SHA-256."""
    parents: dict[str, str] = field(default_factory=dict)
    """Of each take, the cell that it replaces."""
    takes: dict[str, int] = field(default_factory=dict)
    """The highest take of all that stand for one image of the matrix, by that."""

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> Self:
        """These images."""
        cells, asked = list(cells), cls()
        asked.parents.update((cell.cell_id, cell.replaces) for cell in cells if cell.replaces is not None)
        for cell in cells:
            asked.add(cell)
        return asked

    def add(self, cell: Cell) -> None:
        """One more image."""
        if cell.replaces is not None:
            self.parents[cell.cell_id] = cell.replaces
        root = self.root(cell.cell_id)
        self.copies[cell.request_sha256] = max(cell.copy_number, self.copies.get(cell.request_sha256, 0))
        self.takes[root] = max(cell.take, self.takes.get(root, 1))

    def root(self, cell_id: str) -> str:
        """The cell of the matrix for whose image a cell stands."""
        return root_of(cell_id, self.parents)


def next_take(cell: Cell, prompt: str | None, seed: int | None, asked: Requested) -> Take:
    """The take of `cell` with these words and this seed, or else with another seed than any image has.

    Without either it is the next copy of the same request, as a matrix counts them: a given seed counts up.
    """
    words = {"prompt": prompt or cell.request.prompt}
    request = cell.request.model_copy(update=words if seed is None else {**words, "seed": seed})
    while request.seed is not None and request.sha256() in asked.copies:
        request = request.model_copy(update={"seed": (request.seed + 1) % (SEED_MAX + 1)})
    sha256 = request.sha256()
    copy_number = asked.copies.get(sha256, 0) + 1
    name = readable_slug(cell.product or request.prompt, cell.format, cell.languages)
    return Take(
        number=asked.takes.get(asked.root(cell.cell_id), 1) + 1,
        cell_id=shortest_id(name, sha256, copy_number),
        prompt=request.prompt,
        seed=request.seed,
        request_sha256=sha256,
        copy_number=copy_number,
    )
