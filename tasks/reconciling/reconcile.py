"""Reads ledgers and the vendor's bill, and holds one against the other."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final, NamedTuple

from pydantic import Field

from tasks.api.dialects.usages import HOURS_MAX
from tasks.api.ideogram import IdeogramClient
from tasks.api.usage import usage_between
from tasks.errors import InputInvalid, NotAccepted, UsageHidden
from tasks.ledger.ledger import Ledger
from tasks.reconciling.compare import Billed, Entry, Row, Sold, Span, never_billed, rows_of, spans_of
from tasks.reconciling.ledger_entries import entries_in, hour_of, time_of
from tasks.records.keys import INTENTS
from tasks.records.record import Order
from tasks.records.usage import Usage, UsageKey, UsageLine
from tasks.storage.storage import CampaignStore

PAUSES_S: Final = (1.0, 2.0, 4.0)
OTHERS: Final = "whatever has no key"

Ask = Callable[[datetime, datetime], Awaitable[Usage]]
Pause = Callable[[float], Awaitable[object]]


class Audit(Order):
    """What a person wants to be held against the bill."""

    folder: str = Field(title="Folder")
    """Folder or URL of one campaign, or of several, such as data/out or s3://bucket/campaigns/q1-launch."""
    key: str | None = Field(default=None, title="Key")
    """Count what this key has used alone, by its id or its label; right only if every run of these campaigns had it.
    Without one, all keys of the account count."""


class Reconciled(NamedTuple):
    """What has come of it."""

    folder: str
    campaigns: tuple[str, ...]
    rows: tuple[Row, ...]
    perhaps: tuple[str, ...]
    """The cells that may be paid."""
    free: tuple[str, ...]
    """Those of them that were not billed for certain."""
    early: int
    """How many of them cannot be on the bill yet, or are still under way."""
    keys: tuple[str, ...]
    """The keys that have used anything in these hours, as the bill calls them."""

    @property
    def beyond(self) -> Decimal:
        """Images on the bill that no ledger knows of."""
        return sum((row.beyond for row in self.rows), Decimal(0))


async def reconcile(wanted: Audit, client: IdeogramClient, now: datetime) -> Reconciled:
    """The bill against the ledgers. Raises InputInvalid, StorageFailed, UsageHidden and what a refused key is."""
    stores = await asyncio.to_thread(campaigns_in, wanted.folder)
    entries: list[Entry] = []
    for name, store in stores.items():
        ledger = Ledger(store, "", made_by=client.settings.made_by)
        entries += await asyncio.to_thread(entries_in, ledger, now, f"{name}/" if len(stores) > 1 else "")
    if not entries:
        problem = f"holds nothing that {client.settings.made_by} was paid for, or may have been"
        raise InputInvalid.of(source="FOLDER", value=wanted.folder, problem=problem)
    lines = await bill_of(partial(usage_between, client), entries)
    keys = {called(line.api_key): None for _, line in lines}
    if wanted.key is not None and not any(is_by(line, wanted.key) for _, line in lines):
        known = ", ".join(keys) or "none"
        problem = f"has used nothing in the hours of these campaigns; keys that have: {known}"
        raise InputInvalid.of(source="--key", value=wanted.key, problem=problem)
    bill = [billed(hour, line) for hour, line in lines if wanted.key is None or is_by(line, wanted.key)]
    perhaps = [entry for entry in entries if not entry.is_certain]
    return Reconciled(
        folder=wanted.folder,
        campaigns=tuple(stores),
        rows=tuple(rows_of(entries, bill)),
        perhaps=names_of(perhaps),
        free=names_of(never_billed(entries, bill)),
        early=sum(not entry.is_settled for entry in perhaps),
        keys=tuple(keys),
    )


def campaigns_in(folder: str) -> dict[str, CampaignStore]:
    """The campaign in a folder, or those in the folders below it, by name. Raises InputInvalid where there is none."""
    store = CampaignStore.at(folder)
    if store.names(INTENTS):
        return {store.root.rpartition("/")[2]: store}
    found = {name: below for name in store.folders() if (below := store.below(name)).names(INTENTS)}
    if not found:
        problem = "holds no campaign that has asked for anything; give the folder of one, or of several"
        raise InputInvalid.of(source="FOLDER", value=folder, problem=problem)
    return found


async def bill_of(ask: Ask, entries: Sequence[Entry], pause: Pause = asyncio.sleep) -> list[tuple[int, UsageLine]]:
    """Each line of the bill in the hours of these entries, with its hour."""
    usages = [await patiently(ask, time_of(span.first), time_of(span.last + 1), pause) for span in asked_spans(entries)]
    buckets = (bucket for usage in usages for bucket in usage.buckets)
    return [
        (hour_of(bucket.start_time), line) for bucket in buckets for line in bucket.line_items if line.source == "api"
    ]


def asked_spans(entries: Iterable[Entry]) -> Iterator[Span]:
    """The hours that are asked about, no more at a time than an answer may have; near ones together."""
    asked: Span | None = None
    for span in spans_of(entries):
        for first in range(span.first, span.last + 1, HOURS_MAX):
            last = min(span.last, first + HOURS_MAX - 1)
            if asked is not None and last - asked.first < HOURS_MAX:
                asked = Span(asked.first, last)
                continue
            if asked is not None:
                yield asked
            asked = Span(first, last)
    if asked is not None:
        yield asked


async def patiently(ask: Ask, start: datetime, end: datetime, pause: Pause) -> Usage:
    """One answer, asked for a few times where the API is busy or away. Raises UsageHidden then."""
    for wait_s in PAUSES_S:
        try:
            return await ask(start, end)
        except NotAccepted as error:
            said = str(error)
            await pause(wait_s)
    raise UsageHidden(f"The usage could not be read; try again later. {said}")


def billed(hour: int, line: UsageLine) -> Billed:
    """A line as it is compared."""
    sold = Sold(line.endpoint, line.word) if line.is_attributed else Sold()
    return Billed(hour, sold, line.images, line.cost_total, line.is_attributed)


def is_by(line: UsageLine, key: str) -> bool:
    """Whether a line is, or may be, of what this key has used."""
    return line.api_key is None or key in {line.api_key.id, line.api_key.label}


def called(key: UsageKey | None) -> str:
    """Such as `production (k1)`."""
    if key is None:
        return OTHERS
    return f"{key.label} ({key.id})" if key.label and key.label != key.id else key.id


def names_of(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The cells of entries; one of several turns with how many."""
    counts = Counter(entry.name for entry in entries)
    return tuple(name if count == 1 else f"{name} ({count} times)" for name, count in counts.items())
