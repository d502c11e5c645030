"""From what people say to reviews: checked against what the campaign has, the latest word of each cell, what is new."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from tasks.ledger.reviews import Reviews
from tasks.planning.faults import Faults
from tasks.planning.request_rules import misfits
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome
from tasks.records.review import Review
from tasks.reviewing.next_take import Requested, next_take
from tasks.reviewing.read_decisions import Said
from tasks.reviewing.takes import take_of

_WHO_AND_WHY: Final[Mapping[str, Any]] = {"source": "", "row": None, "reason": "", "by": "", "at": None}


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


def as_meant(said: Said, desk: Desk) -> Said:
    """Without words and a seed that are those of the image that is there, as a manifest has them in every row."""
    cell, outcome = desk.cells.get(said.cell_id), desk.outcomes.get(said.cell_id)
    if cell is None or said.decision != "again":
        return said._replace(prompt=None, seed=None)
    original = outcome.original if outcome is not None else None
    seeds = {cell.request.seed, original.seed if original is not None else None}
    return said._replace(
        prompt=None if said.prompt == cell.request.prompt else said.prompt,
        seed=None if said.seed in seeds else said.seed,
    )


def check(said: Said, desk: Desk, faults: Faults) -> None:
    """Note whatever cannot be of what a row says."""
    for column, value, problem in problems_of(said, desk):
        faults.add(said.source, problem, said.row, column if said.row else None, value)


def problems_of(said: Said, desk: Desk) -> Iterator[tuple[str, object, str]]:
    """Each column with its value, and what is wrong with that."""
    cell, outcome = desk.cells.get(said.cell_id), desk.outcomes.get(said.cell_id)
    standing = desk.standing(said)
    if cell is None and standing is not None and standing.decision == said.decision:
        return  # what it asked for stands in its place
    if cell is None and standing is not None:
        yield "cell_id", said.cell_id, "was reworded, and another stands in its place; decide on that"
    elif cell is None:
        yield "cell_id", said.cell_id, "is no cell of this campaign; copy it from the page or the manifest"
    elif said.decision == "again":
        yield from problems_of_again(said, cell, desk)
    elif said.decision == "reject" and outcome is not None and outcome.status != "pending":
        return  # also of what has no picture: the campaign does without it
    elif outcome is None or outcome.original is None:
        yield "decision", said.decision, f"has no picture to be decided on: {said.cell_id} {stands(outcome)}"


def problems_of_again(said: Said, cell: Cell, desk: Desk) -> Iterator[tuple[str, object, str]]:
    """The same of an image that is to be made again."""
    outcome = desk.outcomes.get(said.cell_id)
    if outcome is None or outcome.status == "pending":
        yield "decision", "again", f"comes too early: {said.cell_id} {stands(outcome)}; run the campaign first"
        return
    if said.cell_id in desk.former:
        yield (
            "cell_id",
            said.cell_id,
            "is of a row that the matrix no longer has; put the row back to have it made again",
        )
        return
    is_seen = outcome.original is not None or desk.reviews.verdict(said.cell_id) is not None
    if said.prompt is None and not is_seen:
        remedy = f"write other words in the column prompt, or run the campaign with --retry {outcome.status}"
        yield "decision", "again", f"would ask for the same words: {said.cell_id} {stands(outcome)}; {remedy}"
    wishes: dict[str, Any] = {"prompt": said.prompt or cell.request.prompt}
    wishes |= {} if said.seed is None else {"seed": said.seed}
    values = {"prompt": said.prompt, "seed": said.seed}
    for column, problem, remedy in misfits(wishes, cell.request.model):
        yield column, values.get(column), f"{problem}; {remedy}"
    standing = desk.standing(said)
    if said.seed is not None and not (standing is not None and says(said, standing)):
        request = cell.request.model_copy(update={"prompt": wishes["prompt"], "seed": said.seed})
        if request.sha256() in {one.request_sha256 for one in desk.cells.values()}:
            yield "seed", said.seed, "would draw the same image once more; leave it empty, or name another"


def stands(outcome: Outcome | None) -> str:
    """How a cell stands, as the end of a sentence."""
    return "was not made yet" if outcome is None or outcome.status == "pending" else f"is {outcome.status}"


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
