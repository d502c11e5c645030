"""What the ledger of a campaign knows to be paid, and what may be, turn by turn, in the hours in which that was."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple, TypeVar

from tasks.api.dialects.routes import build_call
from tasks.errors import RequestRejected
from tasks.ledger.ledger import READERS, Ledger
from tasks.ledger.names import BETTER_KNOWN, Intents, Turn, parse_name
from tasks.ledger.records import Intent
from tasks.reconciling.compare import Entry, Sold
from tasks.records.keys import ENDS, INTENTS
from tasks.records.models import OFFERS
from tasks.records.outcome import Outcome
from tasks.records.request import GenerationRequest

HOUR: Final = timedelta(hours=1)
SKEW: Final = timedelta(minutes=5)
"""So far the clocks of this machine and of the vendor may be apart."""
WORKS_ON: Final = timedelta(minutes=15)
"""So long after a run has given an image up the vendor may still draw it, and bill it then."""
LAG: Final = timedelta(minutes=30)
"""So long an image may take to be on the bill; documented are minutes."""

A = TypeVar("A")
B = TypeVar("B")


class Ended(NamedTuple):
    """A turn, and how it ended; None where that is not known."""

    intent: Intent
    outcome: Outcome | None


def entries_in(ledger: Ledger, now: datetime, prefix: str = "") -> list[Entry]:
    """The entries of a campaign, named by their cells behind `prefix`. Raises StorageFailed."""
    turns = sorted(Intents.of(ledger.store.names(INTENTS)).begun)
    statuses: dict[Turn, list[str]] = {}
    for named in filter(None, map(parse_name, ledger.store.names(ENDS))):
        statuses.setdefault(named.turn, []).append(named.state or "")
    intents = dict(zip(turns, _each(turns, ledger.read_intent), strict=True))
    ends = dict(zip(statuses, _each(list(statuses), lambda turn: _end_of(ledger, turn, statuses[turn])), strict=True))
    solds, ended = solds_in(ledger), dict[str, list[Ended]]()
    for turn, intent in intents.items():
        if intent is not None and intent.made_by in {None, ledger.made_by}:
            ended.setdefault(turn.cell_id, []).append(Ended(intent, ends.get(turn)))
    return [entry for cell_id, those in ended.items() for entry in entries_of(those, solds, now, f"{prefix}{cell_id}")]


def solds_in(ledger: Ledger) -> dict[str, Sold]:
    """What was asked for, by its digest: of the cells of the matrix as it was last published."""
    published = ledger.read_published()
    cells = (*published.cells, *published.former) if published is not None else ()
    return {cell.request_sha256: sold_as(cell.request) for cell in cells}


def sold_as(request: GenerationRequest) -> Sold:
    """The endpoint and the word by which the bill may count an image; the old route's word is in its model."""
    try:
        path = build_call(request).path
    except RequestRejected:
        return Sold()
    if request.quality is not None:
        return Sold(path, OFFERS[request.model].qualities.get(request.quality, "").lower())
    return Sold(path, "turbo" if request.model.endswith("_TURBO") else "default")


def entries_of(turns: Sequence[Ended], solds: Mapping[str, Sold], now: datetime, name: str) -> list[Entry]:
    """The entries of one cell's turns, in their order: of each that has cost something, or may have."""
    entries, before_usd = [], Decimal(0)
    for intent, outcome in turns:
        cost_usd = before_usd if outcome is None else outcome.cost_usd - sum(outcome.in_doubt.values(), Decimal(0))
        is_doubted = outcome is not None and intent.turn in outcome.in_doubt
        if outcome is None or cost_usd > before_usd or is_doubted:
            is_certain = outcome is not None and outcome.status == "done" and not is_doubted
            sold = solds.get(intent.request_sha256, Sold())
            entries.append(entry_of(intent, outcome, sold, now, name, is_certain=is_certain))
        before_usd = max(before_usd, cost_usd)
    return entries


def entry_of(  # noqa: PLR0913  all that is known of it
    intent: Intent, outcome: Outcome | None, sold: Sold, now: datetime, name: str, *, is_certain: bool
) -> Entry:
    """One entry. Of a turn without an end nobody knows when its request leaves, or whether."""
    until = outcome.finished_at if outcome is not None and outcome.finished_at is not None else None
    latest = now if until is None else until + (SKEW if is_certain else WORKS_ON)
    return Entry(
        name=name,
        sold=sold,
        price_usd=intent.price_usd,
        first_hour=hour_of(intent.at - SKEW),
        last_hour=hour_of(max(latest, intent.at)),
        is_certain=is_certain,
        is_settled=until is not None and latest + LAG <= now,
    )


def hour_of(at: datetime) -> int:
    """In whole hours since 1970."""
    return int(at.timestamp() // HOUR.total_seconds())


def time_of(hour: int) -> datetime:
    """When an hour begins, in UTC."""
    return datetime.fromtimestamp(0, UTC) + hour * HOUR


def _end_of(ledger: Ledger, turn: Turn, statuses: Sequence[str]) -> Outcome | None:
    status = next((one for one in BETTER_KNOWN if one in statuses), None)
    return None if status is None else ledger.store.read_record(turn.key(ENDS, status), Outcome)


def _each(keys: list[A], read: Callable[[A], B]) -> list[B]:
    with ThreadPoolExecutor(READERS, "reconcile") as pool:
        return list(pool.map(read, keys))
