"""Takes: the images that are made in the place of others, because somebody has looked at those and wants another.

A take is a cell of its own, beside the one that it replaces, with whatever that cell's row says now. The cells of a
matrix and the reviews in the ledger say together which takes there are; so whoever plans comes to the same ones.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from tasks.images.sources import with_sources
from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Known
from tasks.ledger.reviews import Reviews, read_reviews
from tasks.planning.identify_cells import readable_slug, shortest_id
from tasks.planning.price_cells import Bill
from tasks.planning.prices import priced, read_prices
from tasks.records.cell import Cell
from tasks.records.money import counted, usd
from tasks.records.plan import Plan
from tasks.records.request import GenerationRequest
from tasks.records.review import Review
from tasks.storage.storage import CampaignStore

REWORDED: Final = {"blocked", "failed"}
"""A cell that ended so, without an image and for nothing, gives its place to the take that is asked for instead."""


class Taken(NamedTuple):
    """The cells of a campaign with its takes."""

    cells: tuple[Cell, ...]
    """Each take stands behind the images of its row in its format; what is decided is noted with each."""
    again: tuple[Cell, ...]
    """The takes that nobody has asked the API for yet."""
    rowless: int
    """Images to be made again whose rows the matrix no longer has."""

    def notes(self) -> tuple[str, ...]:
        """What the person who pays should know."""
        notes = []
        if self.again:
            cost_usd = sum((cell.price_usd for cell in self.again), Decimal(0))
            notes.append(f"{counted(len(self.again), 'image')} again as reviewed, {usd(cost_usd)}")
        if self.rowless:
            count = counted(self.rowless, "image")
            notes.append(f"{count} to be made again, and not made: the matrix no longer has their rows")
        return tuple(notes)


def with_takes(plan: Plan, store: CampaignStore) -> Plan:
    """The plan of a matrix with what was decided on the campaign's images so far. Raises StorageFailed.

    What was decided on the sandbox's drawings is nothing to a paid run, and the other way round.
    """
    reviews = read_reviews(store)
    ledger = Ledger.to_look(store, is_sandbox=plan.campaign.sandbox)
    if not reviews.by_cell or ledger.is_sandbox() != plan.campaign.sandbox:
        return plan
    taken = taken_up(plan.cells, reviews, ledger)
    bill = Bill(read_prices())
    for cell in taken.cells:
        bill.add(cell.format, priced(cell.request), cell.request.aspect_text(), cell.price_usd)
    slots = plan.campaign.max_in_flight
    priced_anew = {
        "cells": taken.cells,
        "cell_count": len(taken.cells),
        "groups": bill.groups(),
        "cost_usd": bill.cost_usd(),
        "duration_min_s": bill.duration_min_s(slots),
        "duration_max_s": bill.duration_max_s(slots),
        "notes": (*plan.notes, *taken.notes()),
    }
    return plan.model_copy(update=priced_anew)


def taken_up(cells: Sequence[Cell], reviews: Reviews, ledger: Ledger) -> Taken:
    """The cells of a matrix, and the takes that are asked for or were begun. Raises StorageFailed."""
    known, kept = with_all_takes(beside_takes(cells, reviews), reviews, ledger), list[Cell]()
    begun = known.outcomes.keys() | known.open.keys()
    again, replaced = [], set[str]()
    for cell in known.cells:
        if cell.replaces is not None and cell.cell_id not in begun:
            if not is_wanted(cell, reviews.verdict(cell.replaces)):
                continue
            again.append(cell)
        kept.append(cell)
        replaced |= {cell.replaces} if cell.replaces is not None else set()
    reworded = {cell_id for cell_id in replaced if gives_way(known, cell_id)}
    shown = reviews.shown(cell for cell in in_their_places(kept) if cell.cell_id not in reworded)
    return Taken(with_sources(shown), tuple(again), rowless(reviews, known))


def with_all_takes(cells: Sequence[Cell], reviews: Reviews, ledger: Ledger) -> Known:
    """What the ledger knows of the cells and of every take that was ever asked for in their places."""
    known = ledger.load(cells)
    fresh: Sequence[Cell] = known.cells
    while takes := [take_of(cell, one) for cell in fresh for one in reviews.by_cell.get(cell.cell_id, ()) if one.take]:
        count = len(known.cells)
        known = ledger.load((*known.cells, *takes))
        fresh = known.cells[count:]
    return known


def rowless(reviews: Reviews, known: Known) -> int:
    """How many images are to be made again that no row asks for any more, and were not made before."""
    here = {cell.cell_id for cell in known.cells}
    gone = [verdict for cell_id in reviews.by_cell.keys() - here if (verdict := reviews.verdict(cell_id))]
    return sum(one.take is not None and one.take.cell_id not in known.orphaned_ids for one in gone)


def beside_takes(cells: Sequence[Cell], reviews: Reviews) -> tuple[Cell, ...]:
    """The cells of a matrix, of which none is taken for a take: it may ask for more copies now than when that was made.

    Such a copy goes under the next number that is free.
    """
    taken = {(one.take.request_sha256, one.take.copy_number) for one in reviews if one.take is not None}
    if not taken:
        return tuple(cells)
    used = {(cell.request_sha256, cell.copy_number) for cell in cells} | taken
    return tuple(under_free_number(cell, used) if asks_of(cell) in taken else cell for cell in cells)


def under_free_number(cell: Cell, used: set[tuple[str, int]]) -> Cell:
    """The cell as a copy of its request that nobody else is."""
    number = cell.copy_number
    while (cell.request_sha256, number) in used:
        number += 1
    used.add((cell.request_sha256, number))
    return named_anew(cell, copy_number=number)


def asks_of(cell: Cell) -> tuple[str, int]:
    """What makes a cell the same in any run."""
    return cell.request_sha256, cell.copy_number


def take_of(cell: Cell, review: Review) -> Cell:
    """The cell that a review asks for in the place of `cell`, which it must be of, and ask for a take."""
    take = review.take
    assert take is not None  # noqa: S101
    words = {"prompt": take.prompt, "seed": take.seed}
    request = cell.request.model_copy(update=words)
    made = {"replaces": cell.cell_id, "take": take.number, "review": None}
    return named_anew(cell, request, copy_number=take.copy_number).model_copy(update=made)


def named_anew(cell: Cell, request: GenerationRequest | None = None, *, copy_number: int) -> Cell:
    """The cell with another request, or as another copy of its own, under the shortest id of that."""
    request = request or cell.request
    sha256 = request.sha256()
    name = readable_slug(cell.product or request.prompt, cell.format, cell.languages)
    asked = {"request": request, "request_sha256": sha256, "copy_number": copy_number}
    return cell.model_copy(update={"cell_id": shortest_id(name, sha256, copy_number), **asked})


def is_wanted(take: Cell, verdict: Review | None) -> bool:
    """Whether what is decided on the cell that the take replaces still asks for it."""
    asked = verdict.take if verdict is not None else None
    return asked is not None and (asked.request_sha256, asked.copy_number) == asks_of(take)


def gives_way(known: Known, cell_id: str) -> bool:
    """Whether a cell that is to be made otherwise has ended without an image, and for nothing."""
    outcome = known.outcomes.get(cell_id)
    is_free = outcome is not None and outcome.original is None and not outcome.cost_usd
    return outcome is not None and is_free and outcome.status in REWORDED and cell_id not in known.open


def in_their_places(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """The cells in the order of the matrix, each take behind all that its row has in its format and language."""
    of_wishes: dict[tuple[int, str, str, str], list[Cell]] = {}
    for cell in cells:
        of_wishes.setdefault(cell.wish, []).append(cell)
    return tuple(cell for alike in of_wishes.values() for cell in alike)
