"""What has become of each callback, read off the names of its records alone.

```
callbacks/events/{event_id}.{endpoint}.json                     what is told to whom; creating it queues it, once
callbacks/claims/{event_id}.{endpoint}.{attempt}.json           before the attempt; creating it is what owns the attempt
callbacks/failures/{event_id}.{endpoint}.{attempt}.{due}.json   it failed; the next is due at this second since 1970
callbacks/ends/{event_id}.{endpoint}.{attempt}.{end}.json       delivered or dead: no further attempt by itself
callbacks/closed/{endpoint}.json                                the endpoint has said that it is gone
callbacks/terms/{term}.json                                     how the campaign was told to send them
```
A delivery is one event on its way to one endpoint: waiting > claimed > failed > claimed > ... > delivered or dead.
One that was delivered once stays so, whatever a replay comes to.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from math import ceil
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

from tasks.callbacks.attempt import Attempt
from tasks.records.event import EventName
from tasks.records.keys import EVENTS
from tasks.records.record import Record

CLAIMS: Final = "callbacks/claims"
FAILURES: Final = "callbacks/failures"
ENDS: Final = "callbacks/ends"
CLOSED: Final = "callbacks/closed"
SENDER_KEY: Final = "callbacks/sender.json"
"""Who the events are from: what makes equal cells of two campaigns two events."""
TERMS: Final = "callbacks/terms"
FOLDERS: Final = (EVENTS, CLAIMS, FAILURES, ENDS, CLOSED, TERMS)

ENDPOINT_DIGITS: Final = 12

End = Literal["delivered", "dead"]
Term = Literal["signed", "private"]
"""What a run of the campaign had: a secret to sign with, and leave to send to private addresses."""
State = Literal["waiting", "claimed", "delivered", "dead"]

_EVENT_ID: Final = r"(?P<event_id>[A-Za-z0-9_-]+)"
_NAME: Final = re.compile(
    rf"{_EVENT_ID}\.(?P<endpoint>[0-9a-f]+)(?:\.(?P<attempt>\d{{1,9}}))?(?:\.(?P<last>\d{{1,12}}|delivered|dead))?\.json"
)


class Delivery(NamedTuple):
    """One event on its way to one endpoint."""

    event_id: str
    endpoint: str

    def key(self, folder: str, *parts: int | str) -> str:
        """The key of a record of it in `folder`."""
        return f"{folder}/{'.'.join(map(str, (*self, *parts)))}.json"


class QueuedEvent(Record):
    """An event that is to be told to an endpoint. The body is fixed: every attempt sends the same bytes."""

    event_id: str
    event: EventName
    job_id: str
    url: str
    at: datetime
    """When it happened."""
    body: str

    @property
    def delivery(self) -> Delivery:
        """Which delivery this is."""
        return Delivery(self.event_id, endpoint_of(self.url))

    @property
    def host(self) -> str:
        """Whom its endpoint shares with others: scheme, host and port."""
        return place_of(self.url).lower()


class Claim(Record):
    """An attempt that is about to be made."""

    by: str
    """Nobody else's, so that a claim is only one's own if it says so."""
    at: datetime


class Tried(Record):
    """What an attempt came to, and when."""

    attempt: Attempt
    at: datetime
    why: str
    """A sentence for the person who looks after deliveries."""


class DeliveryStanding(NamedTuple):
    """Where a delivery stands."""

    delivery: Delivery
    state: State
    attempts: int = 0
    """How many were begun."""
    due: datetime | None = None
    """When the next attempt may be made; None where none has been made, and where it is claimed or over."""
    ended_by: int = 0
    """The attempt that ended it, if one has."""

    @property
    def is_open(self) -> bool:
        """Whether the delivery is not over."""
        return self.state in {"waiting", "claimed"}


class _Name(NamedTuple):
    delivery: Delivery
    attempt: int
    last: str


def endpoint_of(url: str) -> str:
    """A name for an endpoint that tells nobody its URL, which may hold a token."""
    return hashlib.sha256(url.encode()).hexdigest()[:ENDPOINT_DIGITS]


def shown_url(url: str) -> str:
    """Scheme and host only: a path or a query may hold a token."""
    return f"{place_of(url)}/…"


def place_of(url: str) -> str:
    """Scheme, host and port, such as `https://example.com`; a question mark where it is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "?"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def due_text(due: datetime) -> str:
    """`due` as it stands in a name: whole seconds since 1970, never too early."""
    return str(ceil(due.timestamp()))


def standings(
    events: Iterable[str], ends: Iterable[str], claims: Iterable[str] = (), failures: Iterable[str] = ()
) -> list[DeliveryStanding]:
    """Where every delivery stands, from the names in the four folders; in the order of `events`."""
    ended = _newest(name for name in _parsed(ends) if name.last in {"delivered", "dead"})
    failed = _newest(name for name in _parsed(failures) if name.last.isdigit())
    claimed = _newest(_parsed(claims))
    return [_standing(name.delivery, ended, failed, claimed) for name in _parsed(events)]


def _standing(
    delivery: Delivery, ended: dict[Delivery, _Name], failed: dict[Delivery, _Name], claimed: dict[Delivery, _Name]
) -> DeliveryStanding:
    failure = failed.get(delivery)
    attempts = max((one[delivery].attempt for one in (ended, failed, claimed) if delivery in one), default=0)
    if delivery in ended:
        end = ended[delivery]
        return DeliveryStanding(delivery, "dead" if end.last == "dead" else "delivered", attempts, ended_by=end.attempt)
    if failure is not None and failure.attempt == attempts:
        return DeliveryStanding(delivery, "waiting", attempts, datetime.fromtimestamp(int(failure.last), UTC))
    return DeliveryStanding(delivery, "claimed" if attempts else "waiting", attempts)


def _newest(names: Iterable[_Name]) -> dict[Delivery, _Name]:
    newest: dict[Delivery, _Name] = {}
    for name in names:
        if name.delivery not in newest or _rank(newest[name.delivery]) < _rank(name):
            newest[name.delivery] = name
    return newest


def _rank(name: _Name) -> tuple[bool, int, str]:
    return name.last == "delivered", name.attempt, name.last


def _parsed(names: Iterable[str]) -> Iterator[_Name]:
    """What the names say; files that are none of ours are passed over."""
    for name in names:
        match = _NAME.fullmatch(name)
        if match is not None:
            delivery = Delivery(match["event_id"], match["endpoint"])
            yield _Name(delivery, int(match["attempt"] or 0), match["last"] or "")
