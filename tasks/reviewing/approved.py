"""Which images of a campaign are approved: those that may be published, and handed over."""

from collections.abc import Collection, Iterable, Mapping
from operator import attrgetter
from typing import NamedTuple

from tasks.records.cell import Cell
from tasks.records.outcome import Outcome
from tasks.records.review import Review
from tasks.reviewing.next_take import Requested


class Approval(NamedTuple):
    """How a campaign stands with whoever decides, as far as there are images; each in the order of the matrix."""

    approved: tuple[Cell, ...]
    """Done and kept; of all takes that stand for one image of the matrix, the one that was kept last."""
    outdone: tuple[Cell, ...]
    """Kept as well, and another take of the same image was kept later."""
    undecided: tuple[Cell, ...]
    """Done, and nobody has decided on it, nor kept another take of the same image."""


def approval_of(cells: Collection[Cell], outcomes: Mapping[str, Outcome]) -> Approval:
    """How cells stand that carry what is decided on them, as `Reviews.shown` gives them; `outcomes` by cell_id."""
    root = Requested.of(cells).root
    done = [cell for cell in cells if has_image(outcomes.get(cell.cell_id))]
    kept = [cell for cell in done if is_kept(cell.review)]
    chosen = latest(kept, {cell.cell_id: root(cell.cell_id) for cell in kept})
    ids = {cell.cell_id for cell in chosen.values()}
    return Approval(
        tuple(cell for cell in kept if cell.cell_id in ids),
        tuple(cell for cell in kept if cell.cell_id not in ids),
        tuple(cell for cell in done if cell.review is None and root(cell.cell_id) not in chosen),
    )


def latest(kept: Iterable[Cell], roots: Mapping[str, str]) -> dict[str, Cell]:
    """Of each image of the matrix the take that was kept last; of those that were kept at one time the newest."""
    chosen: dict[str, Cell] = {}
    for cell in sorted(kept, key=attrgetter("take")):
        before = chosen.get(roots[cell.cell_id])
        if before is None or kept_at(cell) >= kept_at(before):
            chosen[roots[cell.cell_id]] = cell
    return chosen


def kept_at(cell: Cell) -> float:
    """When somebody has decided on a cell, in seconds."""
    return cell.review.at.timestamp() if cell.review is not None else 0.0


def is_kept(review: Review | None) -> bool:
    """Whether what is decided is to keep the image."""
    return review is not None and review.decision == "keep"


def has_image(outcome: Outcome | None) -> bool:
    """Whether a cell has ended with an image that is there."""
    return outcome is not None and outcome.status == "done" and outcome.original is not None
