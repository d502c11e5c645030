"""From what people say to reviews: the latest word of each cell, and what is new."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from tasks.ledger.reviews import Reviews
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome
from tasks.records.review import Review
from tasks.reviewing.next_take import Requested, next_take
from tasks.reviewing.read_decisions import Said
from tasks.reviewing.takes import take_of

_WHO_AND_WHY: Final[Mapping[str, Any]] = {
    "source": "",
    "row": None,
    "reason": "",
    "by": "",
    "at": None,
    "image_sha256": None,
}


@dataclass(frozen=True)
class Desk:
    """What lies before whoever decides."""

    cells: Mapping[str, Cell]
    """Every cell that has, or had, an image or an end, by its id."""
    outcomes: Mapping[str, Outcome]
    former: Collection[str]
    """Those whose rows the matrix no longer has."""
    reviews: Reviews
    begun: Collection[tuple[str, int]]
    """What was asked for, by request and copy number."""

    def is_begun(self, review: Review) -> bool:
        """Whether the take that a review asks for was asked of the API."""
        return review.take is not None and (review.take.request_sha256, review.take.copy_number) in self.begun

    def standing(self, said: Said) -> Review | None:
        """What was decided before on the same."""
        return self.reviews.focus(said.cell_id) if said.decision == "focus" else self.reviews.verdict(said.cell_id)

    def all_cells(self) -> list[Cell]:
        """Those, and each take that was ever asked for."""
        takes = (
            take_of(self.cells[one.cell_id], one) for one in self.reviews if one.take and one.cell_id in self.cells
        )
        return [*self.cells.values(), *takes]


class Decided(NamedTuple):
    """What is to be recorded, and what people should know."""

    reviews: tuple[Review, ...]
    notes: tuple[str, ...]


def decide(all_said: Sequence[Said], desk: Desk, now: datetime) -> Decided:
    """What is new in all that is said, and where it differs from something else that was said."""
    latest: dict[tuple[str, bool], Said] = {}
    notes, new, asked = list[str](), list[Review](), Requested.of(desk.all_cells())
    for said in sorted(all_said, key=lambda one: one.at or now):
        place = (said.cell_id, said.decision == "focus")
        before = latest.get(place)
        if before is not None and not is_same(before, said):
            notes.append(f"{said.cell_id}: {said.told()} goes before {before.told()}")
        latest[place] = said
    for said in sorted(latest.values(), key=lambda one: one.at or now):
        standing = desk.standing(said)
        if said.cell_id not in desk.cells or not is_news(said, standing, desk, now, notes):
            continue
        review = review_of(said, desk, now, asked)
        earlier = sum(one.cell_id == review.cell_id for one in new)
        new.append(review.model_copy(update={"number": review.number + earlier}))
        if review.take is not None:
            asked.add(take_of(desk.cells[said.cell_id], review))
    return Decided(tuple(new), tuple(notes))


def is_same(one: Said, other: Said) -> bool:
    """Whether two rows about one cell come to one thing."""
    return one._replace(**_WHO_AND_WHY) == other._replace(**_WHO_AND_WHY)


def is_news(said: Said, standing: Review | None, desk: Desk, now: datetime, notes: list[str]) -> bool:
    """Whether what is said is not what stands already; where an earlier word loses against a later one, it is noted."""
    if standing is None:
        return True
    at, is_known = said.at or now, says(said, standing)
    if at < standing.at:
        if not is_known:
            notes.append(f"{said.cell_id}: {standing.told()}, was decided later and stands, not {said.told()}")
        return False
    if is_known:
        return said.at is not None and said.at > standing.at and desk.is_begun(standing)
    differs = (said.decision, said.prompt, said.seed) != (standing.decision, standing.prompt, standing.seed)
    if differs and standing.by and standing.by != said.by:
        notes.append(f"{said.cell_id}: {said.told()} goes before {standing.told()}")
    return True


def says(said: Said, review: Review) -> bool:
    """Whether a review says what a row says; another reason alone asks for no other image."""
    if said.decision == "focus":
        return said.focus == review.focus
    is_same_wish = (said.decision, said.prompt, said.seed) == (review.decision, review.prompt, review.seed)
    is_same_reason = said.reason == review.reason or said.decision == "again"
    return is_same_wish and is_same_reason and said.focus in {None, review.focus}


def review_of(said: Said, desk: Desk, now: datetime, asked: Requested) -> Review:
    """What is recorded of a row."""
    cell = desk.cells[said.cell_id]
    is_again = said.decision == "again"
    return Review(
        cell_id=said.cell_id,
        number=desk.reviews.next_number(said.cell_id),
        decision=said.decision,
        reason=said.reason,
        prompt=said.prompt,
        seed=said.seed,
        focus=said.focus,
        by=said.by,
        at=said.at or now,
        take=next_take(cell, said.prompt, said.seed, asked) if is_again else None,
    )
