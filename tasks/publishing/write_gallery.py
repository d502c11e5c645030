"""The contact sheet: one page, with relative links only, that opens from disk and from a bucket, without a network."""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tasks.publishing.gallery import (
    ADVICE,
    GalleryCard,
    GalleryGroup,
    GalleryLink,
    GalleryPage,
    GalleryProblem,
    relative_href,
    shown_image,
)
from tasks.records.cell import Cell
from tasks.records.money import usd
from tasks.records.outcome import STATUSES, Outcome, Status, of_each
from tasks.records.variant import Variant

CARDS_SHOWN: Final = 2_000
"""A page of more, about 4 MB of HTML, is slow to open; the manifest always has every cell."""
PROBLEMS_SHOWN: Final = 200
"""Of each status; whoever has more looks for the common reason, not at each cell."""
TEXT_SHOWN_CHARS: Final = 2_000
SMALL_CAMPAIGN_CELLS: Final = 60
SIDE_PX: Final = 320
SIDE_IN_SMALL_CAMPAIGN_PX: Final = 640
"""Few pictures are laid out large, and may be heavier for the sake of dense screens."""

Pairs = Sequence[tuple[Cell, Outcome]]

_TEMPLATES: Final = Path(__file__).parent / "templates"
_STYLE: Final = (_TEMPLATES / "gallery.css").read_text(encoding="utf-8")
_SCRIPT: Final = (_TEMPLATES / "gallery.js").read_text(encoding="utf-8")


def gallery_page(  # noqa: PLR0913  what a page is made of
    name: str,
    cells: Sequence[Cell],
    outcomes: Mapping[str, Outcome],
    variants: Sequence[Variant],
    updated_at: datetime,
    *,
    is_sandbox: bool = False,
) -> GalleryPage:
    """The contact sheet of the campaign `name` as it stood at `updated_at`, an aware time.

    `cells` come in matrix order; `outcomes` by cell_id, and a cell that has none is `pending`.
    """
    pairs = list(of_each(cells, outcomes))
    counts = Counter(outcome.status for _, outcome in pairs)
    groups = _groups(pairs, variants)
    shown = sum(len(group.cards) for group in groups)
    return GalleryPage(
        name=name,
        is_sandbox=is_sandbox,
        updated_at=updated_at.astimezone(UTC),
        counts={status: counts[status] for status in STATUSES},
        cost_usd=sum((outcome.cost_usd for _, outcome in pairs), Decimal(0)),
        formats=tuple(dict.fromkeys(cell.format for cell in cells if cell.format)),
        problems=tuple(_problem(status, pairs, variants) for status in ADVICE if counts[status]),
        groups=groups,
        is_grouped=shown >= 2 * len(groups) and any(group.product for group in groups),
        left_out=counts["done"] + counts["pending"] - shown,
    )


def _groups(pairs: Pairs, variants: Sequence[Variant]) -> tuple[GalleryGroup, ...]:
    """By product in matrix order; when there are too many cells, finished ones go before those that wait."""
    done = [n for n, (_, outcome) in enumerate(pairs) if outcome.status == "done"]
    waiting = [n for n, (_, outcome) in enumerate(pairs) if outcome.status == "pending"]
    side_px = SIDE_PX if len(pairs) > SMALL_CAMPAIGN_CELLS else SIDE_IN_SMALL_CAMPAIGN_PX
    cards: dict[str, list[GalleryCard]] = {}
    for number in sorted([*done, *waiting][:CARDS_SHOWN]):
        cell, outcome = pairs[number]
        cards.setdefault(cell.product, []).append(_card(cell, outcome, variants, side_px))
    problems = Counter(cell.product for cell, outcome in pairs if outcome.status in ADVICE)
    return tuple(
        GalleryGroup(product=product, cards=tuple(those), needs_a_look=problems[product])
        for product, those in cards.items()
    )


def _problem(status: Status, pairs: Pairs, variants: Sequence[Variant]) -> GalleryProblem:
    ended_so = [(cell, outcome) for cell, outcome in pairs if outcome.status == status]
    cards = tuple(_card(cell, outcome, variants, SIDE_PX) for cell, outcome in ended_so[:PROBLEMS_SHOWN])
    return GalleryProblem(status=status, advice=ADVICE[status], cards=cards, left_out=len(ended_so) - len(cards))


def _card(cell: Cell, outcome: Outcome, variants: Sequence[Variant], side_px: int) -> GalleryCard:
    """What is shown of a cell; where that cannot be made of its record, that it is there, and why there is no more."""
    try:
        return _whole_card(cell, outcome, variants, side_px)
    except (ArithmeticError, ValueError) as error:
        why = f"What is known of this cell cannot be shown: {error}"
        bare = Outcome(cell_id=cell.cell_id, status=outcome.status, error=why)
        return _whole_card(cell, bare, variants, side_px)


def _whole_card(cell: Cell, outcome: Outcome, variants: Sequence[Variant], side_px: int) -> GalleryCard:
    original = outcome.original
    rewritten = original.final_prompt if original and original.final_prompt != cell.request.prompt else None
    return GalleryCard(
        cell_id=cell.cell_id,
        title=cell.format or cell.request.aspect_text() or "Image",
        product=cell.product,
        format=cell.format,
        status=outcome.status,
        prompt=bounded(cell.request.prompt),
        final_prompt=bounded(rewritten) if rewritten else None,
        image=shown_image(original, outcome.variants, variants, side_px) if original else None,
        original_href=relative_href(original.key) if original else None,
        links=_links(outcome, variants),
        resolution=f"{original.width_px}×{original.height_px}" if original else "",  # noqa: RUF001  as it is set
        seed=original.seed if original else cell.request.seed,
        cost_usd=outcome.cost_usd,
        reason=bounded(outcome.error) if outcome.error else None,
        is_drawing=outcome.is_drawing,
        details=_details(cell, outcome),
    )


def _links(outcome: Outcome, variants: Sequence[Variant]) -> tuple[GalleryLink, ...]:
    """The original first, then the variants in the order they were asked for."""
    files = [("original", outcome.original.key)] if outcome.original else []
    files += [("as it came", outcome.kept)] if outcome.kept else []
    files += [(v.name, outcome.variants[v.name]) for v in variants if v.name in outcome.variants]
    return tuple(GalleryLink(label=label, href=relative_href(key)) for label, key in files)


def _details(cell: Cell, outcome: Outcome) -> tuple[tuple[str, str], ...]:
    known = {
        "Cell": cell.cell_id,
        "Row": str(cell.row),
        "Model": cell.request.model,
        "Aspect": cell.request.aspect_text(),
        "Style": cell.request.style_type or "",
        "Not wanted": cell.request.negative_prompt or "",
        "Attempts": str(outcome.attempts) if outcome.attempts > 1 else "",
        "In doubt": outcome.doubt,
        "Noted": "; ".join(outcome.original.notes) if outcome.original else "",
    }
    return tuple((label, bounded(value)) for label, value in [*known.items(), *cell.metadata.items()] if value)


def bounded(text: str) -> str:
    """`text`, cut where it would make the page heavy."""
    return text if len(text) <= TEXT_SHOWN_CHARS else f"{text[:TEXT_SHOWN_CHARS]}… (in full in the manifest)"


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
    """The page, to be stored as `index.html` beside the manifest. Every text in it is escaped."""
    return _PAGE.render(page=page)
