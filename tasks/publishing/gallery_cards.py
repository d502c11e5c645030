"""What the contact sheet shows of one cell."""

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from tasks.images.geometry import Size
from tasks.images.preview import preview_key, preview_size
from tasks.publishing.copy_number import CopyNumber
from tasks.publishing.gallery import GalleryCard, GalleryImage, GalleryLink
from tasks.publishing.page_names import relative_href
from tasks.records.alt_text import alt_text
from tasks.records.cell import LANGUAGES_TOLD, Cell
from tasks.records.marks import source_type
from tasks.records.outcome import Outcome, StoredOriginal
from tasks.records.variant import Variant

TEXT_SHOWN_CHARS: Final = 2_000


class Shelf(NamedTuple):
    """What there is to be shown beside originals."""

    variants: Sequence[Variant]
    """In the order in which a card lists them."""
    previews: AbstractSet[str]
    """The keys of those that are stored."""


def card_of(cell: Cell, outcome: Outcome, place: CopyNumber, shelf: Shelf) -> GalleryCard:
    """What is shown of a cell; where that cannot be made of its record, that it is there, and why there is no more."""
    try:
        return _whole_card(cell, outcome, place, shelf)
    except (ArithmeticError, ValueError) as error:
        why = f"What is known of this cell cannot be shown: {error}"
        bare = Outcome(cell_id=cell.cell_id, status=outcome.status, error=why)
        return _whole_card(cell, bare, place, shelf)


def _whole_card(cell: Cell, outcome: Outcome, place: CopyNumber, shelf: Shelf) -> GalleryCard:
    original = outcome.original
    rewritten = original.final_prompt if original and original.final_prompt != cell.request.prompt else None
    return GalleryCard(
        cell_id=cell.cell_id,
        title=title_of(cell),
        place=place,
        product=cell.product,
        format=cell.format,
        language=cell.language,
        status=outcome.status,
        alt=alt_of(cell),
        prompt=bounded(cell.request.prompt),
        final_prompt=bounded(laid_out(rewritten)) if rewritten else None,
        image=shown_image(original, shelf.previews) if original else None,
        original_href=relative_href(original.key) if original else None,
        links=_links(outcome, shelf.variants),
        resolution=f"{original.width_px}×{original.height_px}" if original else "",  # noqa: RUF001  as it is set
        seed=original.seed if original else cell.request.seed,
        cost_usd=outcome.cost_usd,
        reason=bounded(outcome.error) if outcome.error else None,
        is_drawing=outcome.is_drawing,
        image_sha256=original.image_sha256 if original else "",
        take=cell.take,
        review=cell.review,
        details=_details(cell, outcome),
    )


def alt_of(cell: Cell) -> str:
    """What is seen, for those who do not see it; the shape where nothing else is known."""
    return alt_text(cell) or title_of(cell)


def title_of(cell: Cell) -> str:
    """The format, or what stands for it where the matrix names none, and the language."""
    name = cell.format or cell.request.aspect_text() or "Image"
    return f"{name}, {cell.language_told}" if cell.languages else name


def shown_image(original: StoredOriginal, previews: AbstractSet[str]) -> GalleryImage:
    """The preview, which is whole and small; the original where there is none yet. ValueError where neither is seen."""
    if min(original.width_px, original.height_px) < 1:
        raise ValueError(f"an image of {original.width_px} x {original.height_px} pixels")
    key, size = preview_key(original.cell_id), Size(original.width_px, original.height_px)
    if key in previews:
        size = preview_size(size)
    else:
        key = original.key
    return GalleryImage(href=relative_href(key), width_px=size.width_px, height_px=size.height_px)


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
        "In the place of": cell.replaces or "",
        "Decided": cell.review.told() if cell.review else "",
        "Languages": cell.language if len(cell.languages) > LANGUAGES_TOLD else "",
        "Alt text": alt_of(cell),
        "Model": cell.request.model,
        "Aspect": cell.request.aspect_text(),
        "Style": cell.request.style_type or "",
        "Not wanted": cell.request.negative_prompt or "",
        "Brand kit": cell.brand,
        "Attempts": str(outcome.attempts) if outcome.attempts > 1 else "",
        "In doubt": outcome.doubt,
        "API request": outcome.request_id or "",
        "Label": outcome.label,
        "Source type": source_type(cell, outcome.original) if outcome.original else "",
        "Original carries": carried(outcome.original),
        "Signed": ", ".join(outcome.signed_variants),
        "Noted": "; ".join(outcome.original.notes) if outcome.original else "",
    }
    return tuple((label, bounded(value)) for label, value in [*known.items(), *cell.metadata.items()] if value)


def carried(original: StoredOriginal | None) -> str:
    """Which marks an original carried when it came; empty where it carried none."""
    if original is None or original.marks is None:
        return ""
    marks = [("Content Credentials (C2PA)", original.marks.c2pa), ("an IPTC source type", original.marks.iptc)]
    return " and ".join(name for name, is_there in marks if is_there)


def bounded(text: str) -> str:
    """`text`, cut where it would make the page heavy."""
    return text if len(text) <= TEXT_SHOWN_CHARS else f"{text[:TEXT_SHOWN_CHARS]}… (in full in the manifest)"


def laid_out(prompt: str) -> str:
    """A prompt that is JSON as text, as newer models have it, a line for each of its parts; any other as it is."""
    if not prompt.lstrip().startswith("{"):
        return prompt
    try:
        return json.dumps(json.loads(prompt), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return prompt
