"""Which images of a campaign wait for a person's word, as it stands at this moment."""

from collections.abc import Mapping
from typing import NamedTuple

from tasks.ledger.hold import read_hold
from tasks.ledger.ledger import Ledger
from tasks.ledger.reviews import read_reviews
from tasks.publishing.recut_campaign import outcomes_of, published_in, stored_keys
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome
from tasks.records.verdicts import OPEN, Verdicts, places_of
from tasks.reviewing.review import ReviewResult
from tasks.reviewing.review_campaign import standing_of
from tasks.storage.storage import CampaignStore


class Waiting(NamedTuple):
    """A campaign, and what of it waits."""

    title: str
    is_sandbox: bool
    cells: tuple[Cell, ...]
    """All of them, with what is decided."""
    outcomes: Mapping[str, Outcome]
    open: tuple[Cell, ...]
    """Those on which nobody has decided: first those with a picture, then those without."""
    verdicts: Verdicts

    @property
    def pictured(self) -> frozenset[str]:
        """The ids of those that have a picture."""
        return frozenset(cell_id for cell_id, one in self.outcomes.items() if one.original is not None)


def waiting_in(store: CampaignStore) -> Waiting:
    """What waits in the campaign in `store`. Raises InputInvalid where none lies there, and StorageFailed."""
    ledger = Ledger(store, run_id="")  # it owns nothing
    published = published_in(store, ledger, lambda: None)
    known = ledger.load(read_reviews(store).shown(published.cells))
    outcomes = outcomes_of(published, known, stored_keys(store, "originals"))
    placed = [(place, cell) for cell, place in places_of(known.cells, outcomes) if place in OPEN]
    waits = tuple(cell for place in OPEN for its, cell in placed if its == place)
    counts = Verdicts.of(known.cells, outcomes)
    return Waiting(published.title, published.is_sandbox, known.cells, outcomes, waits, counts)


def standing_now(store: CampaignStore, told: ReviewResult | None = None) -> ReviewResult:
    """Where the review of a campaign stands, with what was `told` when decisions were taken in, if any were.

    Raises as `waiting_in` does.
    """
    ledger, reviews = Ledger(store, run_id=""), read_reviews(store)
    published = published_in(store, ledger, lambda: None)
    published = published.model_copy(update={"cells": reviews.shown(published.cells)})
    verdicts = waiting_in(store).verdicts if read_hold(store).is_held else None
    result = standing_of(published, ledger, reviews).model_copy(update={"approval": verdicts})
    kept = {name: getattr(told, name) for name in ("new", "cut", "notes", "troubles", "callbacks")} if told else {}
    return result.model_copy(update=kept)
