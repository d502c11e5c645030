"""The contact sheet: pages with relative links only, that open from disk and from a bucket, without a network."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tasks.publishing.copy_number import CopyNumber, numbered_copies
from tasks.publishing.gallery import (
    GalleryCard,
    GalleryGroup,
    GalleryLink,
    GalleryPage,
    GalleryProblem,
    GallerySet,
)
from tasks.publishing.gallery_advice import ADVICE
from tasks.publishing.gallery_cards import Shelf, card_of, title_of
from tasks.records.cell import Cell
from tasks.records.money import usd
from tasks.records.outcome import STATUSES, Outcome, Status, of_each
from tasks.records.variant import Variant

CARDS_SHOWN: Final = 2_000
"""A page of more, about 4 MB of HTML, is slow to open: there are further pages."""
PROBLEMS_SHOWN: Final = 200
"""Of each status; whoever has more looks for the common reason, not at each cell."""

Pair = tuple[Cell, Outcome]
Copies = Sequence[Pair]
"""The cells of one row in one format that stand among the pictures."""

_TEMPLATES: Final = Path(__file__).parent / "templates"
_STYLE, _SCRIPT = (
    "".join((_TEMPLATES / f"{name}.{ending}").read_text(encoding="utf-8") for name in ("gallery", "choose"))
    for ending in ("css", "js")
)


def gallery_pages(  # noqa: PLR0913  what a page is made of
    name: str,
    cells: Sequence[Cell],
    outcomes: Mapping[str, Outcome],
    variants: Sequence[Variant],
    updated_at: datetime,
    *,
    previews: AbstractSet[str] = frozenset(),
    former: Sequence[GalleryLink] = (),
    is_sandbox: bool = False,
) -> Iterator[GalleryPage]:
    """The contact sheet of the campaign `name` as it stood at `updated_at`, an aware time, page after page.

    `cells` come in matrix order; `outcomes` by cell_id, and a cell that has none is `pending`; `previews` are the keys
    of those that are stored, and `former` leads to originals of rows that the matrix no longer has. Each page is made
    when it is asked for, so that one is in memory at a time.
    """
    sheet = Sheet(list(of_each(cells, outcomes)), numbered_copies(cells), Shelf(variants, previews))
    counts, packed, first = sheet.counts, sheet.packed(), 0
    for number, sets in enumerate(packed, start=1):
        page = GalleryPage(
            name=name,
            is_sandbox=is_sandbox,
            updated_at=updated_at.astimezone(UTC),
            counts={status: counts[status] for status in STATUSES},
            cost_usd=sum((outcome.cost_usd for _, outcome in sheet.pairs), Decimal(0)),
            signed=sum(outcome.credentials == "signed" for _, outcome in sheet.pairs),
            lost=sum(outcome.credentials == "lost" for _, outcome in sheet.pairs),
            formats=tuple(dict.fromkeys(cell.format for cell in cells if cell.format)),
            languages=tuple(dict.fromkeys(tag for cell in cells for tag in cell.languages)),
            problems=tuple(sheet.problem(status) for status in ADVICE if counts[status]) if number == 1 else (),
            former=tuple(former) if number == 1 else (),
            groups=sheet.groups(sets),
            is_grouped=sheet.is_grouped,
            number=number,
            pages=len(packed),
            first=first,
            in_all=counts["done"] + counts["pending"],
        )
        first += page.size
        yield page


@dataclass
class Sheet:
    """The cells of a campaign, and how they are dealt out to groups and pages."""

    pairs: Sequence[Pair]
    places: Mapping[str, CopyNumber]
    shelf: Shelf

    @cached_property
    def counts(self) -> Counter[Status]:
        """How many cells there are of each status."""
        return Counter(outcome.status for _, outcome in self.pairs)

    @cached_property
    def products(self) -> Mapping[str, Sequence[Copies]]:
        """What is done or pending by product, in matrix order, copies together."""
        shown = (pair for pair in self.pairs if pair[1].status not in ADVICE)
        found: dict[str, list[Copies]] = {}
        for _, copies in groupby(shown, key=lambda pair: pair[0].wish):
            together = list(copies)
            found.setdefault(together[0][0].product, []).append(together)
        return found

    @property
    def is_grouped(self) -> bool:
        """Whether the products are worth a heading each."""
        shown = self.counts["done"] + self.counts["pending"]
        return shown >= 2 * len(self.products) and any(self.products)

    def packed(self) -> list[list[Copies]]:
        """The sets of each page, at least one page. A product goes on on the next page only where it fills one."""
        pages: list[list[Copies]] = [[]]
        left = CARDS_SHOWN
        for sets in self.products.values():
            size = sum(map(len, sets))
            if left < size <= CARDS_SHOWN and self.is_grouped:
                pages.append([])
                left = CARDS_SHOWN
            for copies in sets:
                if len(copies) > left and pages[-1]:
                    pages.append([])
                    left = CARDS_SHOWN
                pages[-1].append(copies)
                left -= len(copies)
        return pages

    def groups(self, sets: Iterable[Copies]) -> tuple[GalleryGroup, ...]:
        """These sets by their products."""
        problems = Counter(cell.product for cell, outcome in self.pairs if outcome.status in ADVICE)
        return tuple(
            GalleryGroup(product=product, sets=tuple(map(self._set, those)), needs_a_look=problems[product])
            for product, those in groupby(sets, key=lambda copies: copies[0][0].product)
        )

    def _set(self, copies: Copies) -> GallerySet:
        return GallerySet(title=title_of(copies[0][0]), cards=tuple(self._card(*pair) for pair in copies))

    def _card(self, cell: Cell, outcome: Outcome) -> GalleryCard:
        return card_of(cell, outcome, self.places[cell.cell_id], self.shelf)

    def problem(self, status: Status) -> GalleryProblem:
        """The cells that ended so, with what to do."""
        ended_so = [pair for pair in self.pairs if pair[1].status == status]
        cards = tuple(self._card(*pair) for pair in ended_so[:PROBLEMS_SHOWN])
        return GalleryProblem(status=status, advice=ADVICE[status], cards=cards, left_out=len(ended_so) - len(cards))


def day_and_time(time: datetime) -> str:
    """Such as `5 August 2026, 10:42 UTC`."""
    return f"{time.day} {time:%B %Y, %H:%M} UTC"


def _csp_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


CONTENT_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "img-src 'self' file:",  # on file:// some browsers take 'self' for nothing
        f"style-src {_csp_hash(_STYLE)}",
        f"script-src {_csp_hash(_SCRIPT)}",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
"""What the page may load: its images, and its own style and script by their digests."""


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"usd": usd, "day_and_time": day_and_time}
    environment.globals |= {"policy": CONTENT_POLICY, "style": _STYLE, "script": _SCRIPT}
    return environment


_PAGE: Final = _environment().get_template("gallery.html")


def gallery_html(page: GalleryPage) -> str:
    """The page, to be stored under its key beside the manifest. Every text in it is escaped."""
    return _PAGE.render(page=page)
