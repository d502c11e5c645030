"""Queues what people have decided on the images of a campaign that is held, each decision once, whoever comes first.

A review that was recorded by a command which was killed before it told anybody is told by the next one, or by the next
run: an event's name is made of the review that it tells of.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tasks.callbacks.names import Delivery, QueuedEvent, endpoint_of
from tasks.callbacks.queue_events import Announcer
from tasks.ledger.reviews import Reviews
from tasks.records.campaign_event import approved_event, campaign_event, counted
from tasks.records.cell import Cell
from tasks.records.event import Event, cell_event, event_id, review_event
from tasks.records.outcome import Outcome
from tasks.records.review import Review
from tasks.records.verdicts import Verdicts


class ToTell(NamedTuple):
    """One event, and who is to hear of it."""

    event: Event
    id: str
    urls: tuple[str, ...]


@dataclass(frozen=True)
class Reviewed:
    """A campaign and what was decided on its images."""

    cells: Sequence[Cell]
    """With what is decided noted on each."""
    outcomes: Mapping[str, Outcome]
    reviews: Reviews
    is_whole: bool = True
    """Not the part of a shard."""


def since(reviews: Iterable[Review]) -> int:
    """The number of the review of an image since which what is decided on it stands; 0 where nothing is.

    Another reason alone is no other decision. That the crops of an image which is kept lie elsewhere is one: whoever
    has published it has other files from then on.
    """
    number, stands, decision, focus = 0, None, None, None
    for one in reviews:
        decision = decision if one.decision == "focus" else one.decision
        focus = focus if one.focus is None else one.focus
        now = (decision, focus if decision == "keep" else None)
        if decision is not None and now != stands:
            stands, number = now, one.number
    return number


def queue_reviews(announcer: Announcer, reviewed: Reviewed, urls: Sequence[str]) -> list[QueuedEvent]:
    """Queue what was decided and nobody was told; returns it. `urls` hear of the campaign. Raises StorageFailed.

    One listing; nothing of a campaign that is not held.
    """
    missing = missing_of(announcer, reviewed, urls)
    return [queued for one in missing for queued in announcer.queue(*one)]


def missing_of(announcer: Announcer, reviewed: Reviewed, urls: Sequence[str]) -> list[ToTell]:
    """What is to be told, and was not queued for everybody. Raises StorageFailed."""
    due = list(due_of(announcer, reviewed, urls)) if announcer.is_held else []
    queued = announcer.outbox.queued() if due else set()
    return [one for one in due if not deliveries_of(one) <= queued]


def deliveries_of(one: ToTell) -> set[Delivery]:
    """Each way that an event takes."""
    return {Delivery(one.id, endpoint_of(url)) for url in one.urls}


def due_of(announcer: Announcer, reviewed: Reviewed, urls: Sequence[str]) -> Iterator[ToTell]:
    """Everything that is decided as it stands, told before or not: of each image, and of the campaign last."""
    outbox, numbers = announcer.outbox, dict[str, int]()
    for cell in reviewed.cells:
        outcome = reviewed.outcomes.get(cell.cell_id)
        if cell.review is None or outcome is None:
            continue
        numbers[cell.cell_id] = number = since(reviewed.reviews.by_cell.get(cell.cell_id, ()))
        if outcome.status != "done" or not cell.endpoints:
            continue
        ended = cell_event(announcer.campaign, outbox.store.address, cell, outcome, announcer.public_url)
        event = review_event(ended, cell.review)
        if event.event in announcer.wanted:
            id_ = event_id(announcer.sender_id, cell.cell_id, str(number), cell.review.decision, "review")
            yield ToTell(event, id_, cell.endpoints)
    approval = Verdicts.of(reviewed.cells, reviewed.outcomes)
    if urls and reviewed.is_whole and approval.is_approved and "campaign.approved" in announcer.wanted:
        names = sorted(f"{cell_id}.{number}" for cell_id, number in numbers.items())
        id_ = event_id(announcer.sender_id, *names, "campaign.approved")
        yield ToTell(approved(announcer, reviewed, approval), id_, tuple(urls))


def approved(announcer: Announcer, reviewed: Reviewed, approval: Verdicts) -> Event:
    """What is told of a campaign that is approved."""
    address = announcer.outbox.store.address
    slug = address.replace("\\", "/").rstrip("/").rpartition("/")[2]
    end = counted([one for cell in reviewed.cells if (one := reviewed.outcomes.get(cell.cell_id))])
    at = max(cell.review.at for cell in reviewed.cells if cell.review is not None)
    event = campaign_event(announcer.campaign, slug, address, end, at, announcer.public_url)
    return approved_event(event, approval)
