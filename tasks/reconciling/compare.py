"""The vendor's bill held against what the ledger knows: which images that may be paid were not, and what is too much.

Pure. Nothing in the bill names a generation, so only sums can be compared. An image was not billed for certain where,
in hours that hold every moment at which it could have been, the vendor has billed just what is known to be done.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

ANYTHING: Final = ""


class Sold(NamedTuple):
    """What is counted by itself: an endpoint, and the word for quality or speed. Empty stands for any."""

    endpoint: str = ANYTHING
    word: str = ANYTHING

    def may_hold(self, line: "Sold") -> bool:
        """Whether a line of the bill is, or may be, of this."""
        is_same_word = ANYTHING in (self.word, line.word) or self.word == line.word
        return self.endpoint == ANYTHING or (self.endpoint == line.endpoint and is_same_word)

    def holds(self, sold: "Sold") -> bool:
        """Whether what the ledger knows as `sold` is of this for certain."""
        return self.endpoint == ANYTHING or (self.endpoint == sold.endpoint and self.word in {ANYTHING, sold.word})


class Entry(NamedTuple):
    """An image of the ledger that was paid, or may have been. Hours count from 1970."""

    name: str
    sold: Sold
    price_usd: Decimal
    first_hour: int
    last_hour: int
    """In which it may have been billed, both included."""
    is_certain: bool
    is_settled: bool = True
    """Whether so much time has gone by that the bill must show it."""


class Billed(NamedTuple):
    """A line of the bill. `images` is None where it counts something else."""

    hour: int
    sold: Sold
    images: Decimal | None
    usd: Decimal
    is_attributed: bool = True


@dataclass(frozen=True)
class Span:
    """Hours, both included."""

    first: int
    last: int

    def holds(self, entry: Entry) -> bool:
        """Whether an entry was billed in these hours, if it was."""
        return self.first <= entry.first_hour and entry.last_hour <= self.last

    def touches(self, entry: Entry) -> bool:
        """Whether it may have been."""
        return entry.first_hour <= self.last and self.first <= entry.last_hour


class Row(NamedTuple):
    """What was sold in some hours, by the bill and by the ledger."""

    span: Span
    sold: Sold
    billed: Decimal
    billed_usd: Decimal
    known: int
    perhaps: int

    @property
    def beyond(self) -> Decimal:
        """Images on the bill that the ledger does not know of, even if all that may be paid was."""
        return max(self.billed - self.known - self.perhaps, Decimal(0))


def counted_as(entry: Entry, seen: AbstractSet[Sold]) -> Sold:
    """Under what an image is looked for on a bill on which these things were `seen`.

    A word, or an endpoint, that the bill never tells may be called otherwise there: its absence proves nothing.
    """
    if entry.sold.word and entry.sold in seen:
        return entry.sold
    endpoint = Sold(entry.sold.endpoint)
    return endpoint if endpoint.endpoint and any(one.endpoint == endpoint.endpoint for one in seen) else Sold()


def rows_of(entries: Sequence[Entry], bill: Sequence[Billed]) -> list[Row]:
    """A row for what is counted by itself, in each run of hours that images of the ledger hold together."""
    seen = {line.sold for line in bill}
    by_sold: dict[Sold, list[Entry]] = {}
    for entry in entries:
        by_sold.setdefault(counted_as(entry, seen), []).append(entry)
    return [row_of(span, sold, alike, bill) for sold, alike in sorted(by_sold.items()) for span in spans_of(alike)]


def row_of(span: Span, sold: Sold, entries: Iterable[Entry], bill: Iterable[Billed]) -> Row:
    """The sums of one row; `entries` are those that are counted under `sold`."""
    lines = list(lines_in(bill, sold, span))
    here = [entry for entry in entries if span.holds(entry)]
    known = sum(entry.is_certain for entry in here)
    billed = sum((line.images for line in lines if line.images is not None), Decimal(0))
    usd = sum((line.usd for line in lines), Decimal(0))
    return Row(span, sold, billed, usd, known, len(here) - known)


def spans_of(entries: Iterable[Entry]) -> list[Span]:
    """The hours of entries; those of one that may lie in several are taken together."""
    spans: list[Span] = []
    for entry in sorted(entries, key=lambda one: (one.first_hour, one.last_hour)):
        if spans and entry.first_hour <= spans[-1].last:
            spans[-1] = Span(spans[-1].first, max(spans[-1].last, entry.last_hour))
        else:
            spans.append(Span(entry.first_hour, entry.last_hour))
    return spans


def lines_in(bill: Iterable[Billed], sold: Sold, span: Span) -> Iterator[Billed]:
    """The lines that are, or may be, of what is sold, in these hours."""
    return (line for line in bill if span.first <= line.hour <= span.last and sold.may_hold(line.sold))


def never_billed(entries: Sequence[Entry], bill: Sequence[Billed]) -> list[Entry]:
    """Those that may be paid, and were not for certain."""
    seen = {line.sold for line in bill}
    perhaps, joined = [entry for entry in entries if not entry.is_certain], spans_of(entries)
    return [
        entry for entry in perhaps if any(proves(span, entry, entries, bill, seen) for span in around(entry, joined))
    ]


def around(entry: Entry, joined: Iterable[Span]) -> Iterator[Span]:
    """The hours in which an entry may have been billed, and those `joined` with what they cannot be told apart from."""
    own = Span(entry.first_hour, entry.last_hour)
    yield own
    yield from (span for span in joined if span.holds(entry) and span != own)


def proves(span: Span, entry: Entry, entries: Iterable[Entry], bill: Sequence[Billed], seen: AbstractSet[Sold]) -> bool:
    """Whether the bill has in these hours just what is known to be done, and can have nothing else.

    Less than that shows that it is not whole, or of another key.
    """
    sold = counted_as(entry, seen)
    near = [other for other in entries if span.touches(other)]
    lines = list(lines_in(bill, sold, span))
    hidden = [line for line in bill if span.first <= line.hour <= span.last and not line.is_attributed]
    if not all(other.is_settled for other in near) or hidden or any(line.images is None for line in lines):
        return False
    known = sum(other.is_certain and span.holds(other) and sold.holds(other.sold) for other in near)
    return sum((line.images or Decimal(0) for line in lines), Decimal(0)) == known
