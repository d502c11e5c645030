"""The outbox of a campaign: which callbacks wait, and what has become of the others; on the campaign's own storage."""

import uuid
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args

from tasks.callbacks.attempt import Attempt
from tasks.callbacks.callback_settings import CallbackSettings
from tasks.callbacks.names import (
    CLAIMS,
    CLOSED,
    ENDS,
    FAILURES,
    SENDER_KEY,
    TERMS,
    Claim,
    Delivery,
    DeliveryStanding,
    QueuedEvent,
    Term,
    Tried,
    due_text,
    standings,
)
from tasks.callbacks.retry import Verdict
from tasks.ledger.ledger import Ledger
from tasks.records.keys import EVENTS
from tasks.records.record import Record
from tasks.storage.storage import CampaignStore

READERS: Final = 32


class Origin(Record):
    """Who the events of a campaign's folder are from: random, made with the first of them."""

    sender_id: str


@dataclass(frozen=True)
class Outbox:
    """Reads and writes the records of a campaign's callbacks. Safe from threads; every method may raise StorageFailed.

    Several may work on one outbox at once: an event is queued once, and an attempt is one deliverer's.
    """

    store: CampaignStore

    def sender_id(self) -> str:
        """The same for as long as the campaign's folder lives, and nowhere else."""
        mine = Origin(sender_id=uuid.uuid4().hex)
        known = self.store.read_record(SENDER_KEY, Origin)
        if known is None and not self.store.create(SENDER_KEY, mine.model_dump_json().encode()):
            known = self.store.read_record(SENDER_KEY, Origin)
        return (known or mine).sender_id

    def terms(self) -> frozenset[Term]:
        """How the campaign was told to send its events."""
        names = set(self.store.names(TERMS))
        return frozenset(term for term in get_args(Term) if f"{term}.json" in names)

    def agree(self, terms: AbstractSet[Term]) -> frozenset[Term]:
        """Send them so from now on, whoever does; returns all that was agreed."""
        known = self.terms()
        for term in terms - known:
            self.store.create(f"{TERMS}/{term}.json", b"{}")
        return known | terms

    def agreed(self, settings: CallbackSettings) -> tuple[CallbackSettings, str]:
        """`settings` with what the campaign was told, and why its events may not be sent with them, if they may not.

        A campaign that the sandbox made may tell receivers on this machine.
        """
        terms = self.terms()
        if Ledger(self.store, run_id="").is_sandbox():
            terms |= {"private"}
        return settings.under(terms), settings.hindrance(terms)

    def queue(self, event: QueuedEvent) -> bool:
        """Queue the event for its endpoint, durably; False where it was queued before, by whomever.

        In a bucket two who queue the same bytes may both be told that they did; the claim decides which of them sends.
        """
        return self.store.create(event.delivery.key(EVENTS), event.model_dump_json().encode())

    def queued(self) -> set[Delivery]:
        """Everything that was ever queued: one listing."""
        return {standing.delivery for standing in standings(self.store.names(EVENTS), ())}

    def load(self, *, whole: bool = False) -> list[DeliveryStanding]:
        """Where every delivery stands, by listings alone: two where all are over, unless the `whole` is asked for.

        Only with the whole are the attempts counted of those that are over.
        """
        events, ends = self.store.names(EVENTS), self.store.names(ENDS)
        now = standings(events, ends)
        if not whole and all(standing.state in {"delivered", "dead"} for standing in now):
            return now
        return standings(events, ends, self.store.names(CLAIMS), self.store.names(FAILURES))

    def closed_endpoints(self) -> set[str]:
        """The endpoints that have said they are gone."""
        return {name.removesuffix(".json") for name in self.store.names(CLOSED)}

    def read(self, delivery: Delivery) -> QueuedEvent | None:
        """What is to be told; None where it is gone or damaged."""
        return self.store.read_record(delivery.key(EVENTS), QueuedEvent)

    def read_many(self, deliveries: Iterable[Delivery]) -> list[QueuedEvent]:
        """Those of the events that can be read, in order."""
        with ThreadPoolExecutor(READERS, "outbox") as pool:
            return [event for event in pool.map(self.read, deliveries) if event is not None]

    def claim(self, delivery: Delivery, attempt: int, now: datetime) -> bool:
        """Own an attempt before it is made; False where another deliverer does."""
        claim = Claim(by=uuid.uuid4().hex, at=now)
        # After a power cut no deliverer is left that it could keep apart.
        return self.store.create(delivery.key(CLAIMS, attempt), claim.model_dump_json().encode(), is_flushed=False)

    def claimed_at(self, delivery: Delivery, attempt: int) -> datetime | None:
        """When an attempt was claimed; None where it was not, or the claim is damaged."""
        claim = self.store.read_record(delivery.key(CLAIMS, attempt), Claim)
        return claim.at if claim else None

    def is_over(self, delivery: Delivery, attempt: int) -> bool:
        """Whether this attempt has ended the delivery; read, for who has only seen that the attempt was claimed."""
        return any(self.read_end(delivery, attempt, end) is not None for end in ("delivered", "dead"))

    def read_end(self, delivery: Delivery, attempt: int, end: str) -> Tried | None:
        """What the attempt came to that ended the delivery so."""
        return self.store.read_record(delivery.key(ENDS, attempt, end), Tried)

    def read_failure(self, delivery: Delivery, attempt: int, due: datetime) -> Tried | None:
        """What the attempt came to after which the next is due at `due`."""
        return self.store.read_record(delivery.key(FAILURES, attempt, due_text(due)), Tried)

    def note(self, delivery: Delivery, number: int, attempt: Attempt, verdict: Verdict, now: datetime) -> None:
        """What an attempt came to, and what follows from it."""
        tried = Tried(attempt=attempt, at=now, why=verdict.why).model_dump_json().encode()
        if verdict.due is not None:
            self.store.write(delivery.key(FAILURES, number, due_text(verdict.due)), tried)
        else:
            self.store.write(delivery.key(ENDS, number, verdict.state), tried)

    def close(self, endpoint: str, attempt: Attempt, now: datetime) -> None:
        """Nothing is sent to this endpoint any more by itself."""
        self.store.write(_closed_key(endpoint), Tried(attempt=attempt, at=now, why="").model_dump_json().encode())

    def reopen(self, endpoint: str) -> None:
        """The endpoint is there again."""
        self.store.delete(_closed_key(endpoint))


def _closed_key(endpoint: str) -> str:
    return f"{CLOSED}/{endpoint}.json"
