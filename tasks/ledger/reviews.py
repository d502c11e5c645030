"""What people have decided on the images of a campaign, durable, beside what is known of its turns.

```
ledger/reviews/{cell_id}.{n}.{decision}.json    the n-th review of a cell; creating it is what decides anything
ledger/reviews.jsonl                            a copy of them, so that one file is read and not thousands
```
None is changed or removed. Of two with one number, by people who decided at one moment, the later counts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from tasks.ledger.ledger import READERS
from tasks.records.cell import Cell
from tasks.records.keys import REVIEWS, REVIEWS_KEY
from tasks.records.review import DECISIONS, Review
from tasks.storage.storage import CampaignStore

_NAME: Final = re.compile(rf"[a-z0-9-]+\.[1-9]\d*\.(?:{'|'.join(DECISIONS)})\.json")


@dataclass(frozen=True)
class Reviews:
    """All reviews of a campaign."""

    by_cell: Mapping[str, tuple[Review, ...]]
    """In the order in which they count: the last one says how it stands."""

    @classmethod
    def of(cls, reviews: Iterable[Review]) -> "Reviews":
        """These reviews."""
        by_cell: dict[str, list[Review]] = {}
        for one in sorted(reviews, key=lambda one: (one.number, one.at, one.decision)):
            by_cell.setdefault(one.cell_id, []).append(one)
        return cls({cell_id: tuple(its) for cell_id, its in by_cell.items()})

    def __iter__(self) -> Iterator[Review]:
        """Each of them."""
        return (one for its in self.by_cell.values() for one in its)

    def after(self, new: Iterable[Review]) -> "Reviews":
        """These, and `new` ones."""
        return Reviews.of([*self, *new])

    def verdict(self, cell_id: str) -> Review | None:
        """What is decided on a cell's image; None where nothing is."""
        its = reversed(self.by_cell.get(cell_id, ()))
        return next((one for one in its if one.decision != "focus"), None)

    def focus(self, cell_id: str) -> Review | None:
        """The review that says where the crops of a cell lie; None where none does."""
        return next((one for one in reversed(self.by_cell.get(cell_id, ())) if one.focus is not None), None)

    def next_number(self, cell_id: str) -> int:
        """The number of the next review of a cell."""
        return max((one.number for one in self.by_cell.get(cell_id, ())), default=0) + 1

    def shown(self, cells: Iterable[Cell]) -> tuple[Cell, ...]:
        """The cells with what is decided on them; a point that a person has clicked goes before what their row says."""
        return tuple(self._shown(cell) if cell.cell_id in self.by_cell else cell for cell in cells)

    def _shown(self, cell: Cell) -> Cell:
        place = self.focus(cell.cell_id)
        focus = place.focus if place is not None else cell.focus
        return cell.model_copy(update={"review": self.verdict(cell.cell_id), "focus": focus})


def read_reviews(store: CampaignStore) -> Reviews:
    """All that was decided: one listing and, where anything was, one file and what that does not hold.

    Raises StorageFailed.
    """
    keys = [f"{REVIEWS}/{name}" for name in store.names(REVIEWS) if _NAME.fullmatch(name)]
    copies = {key_of(one): one for one in _copied(store)} if keys else {}
    missing = [key for key in keys if key not in copies]
    with ThreadPoolExecutor(READERS, "reviews") as pool:
        read = list(pool.map(lambda key: store.read_record(key, Review), missing))
    return Reviews.of([*(copies[key] for key in keys if key in copies), *filter(None, read)])


def note_review(store: CampaignStore, review: Review) -> bool:
    """Record a review; False where somebody has recorded one under its name. Raises StorageFailed."""
    return store.create(key_of(review), review.model_dump_json(exclude_none=True).encode())


def copy_reviews(store: CampaignStore, reviews: Reviews) -> None:
    """Keep a copy of all of them in one file. Raises StorageFailed."""
    store.write(REVIEWS_KEY, "\n".join(one.model_dump_json(exclude_none=True) for one in reviews).encode())


def key_of(review: Review) -> str:
    """Where a review lies."""
    return f"{REVIEWS}/{review.cell_id}.{review.number}.{review.decision}.json"


def _copied(store: CampaignStore) -> list[Review]:
    try:
        return [Review.model_validate_json(line) for line in store.read(REVIEWS_KEY).splitlines()]
    except (FileNotFoundError, ValidationError):
        return []
