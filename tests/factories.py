"""Cells and outcomes for tests: every default makes sense, and a test names only what it is about."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from tasks.images.geometry import Size
from tasks.images.marks import marks_of
from tasks.records.cell import Cell, cell_digest
from tasks.records.focus import Crop
from tasks.records.marks import facts_of
from tasks.records.option_types import Marks
from tasks.records.outcome import Outcome, Status, StoredOriginal
from tasks.records.request import GenerationRequest
from tasks.records.variant import DEFAULT_VARIANTS, Variant

STARTED_AT: Final = datetime(2026, 8, 5, 10, 42, 7, 250_000, tzinfo=UTC)
PRICE_USD: Final = Decimal("0.08")
ERRORS: Final[dict[Status, str]] = {
    "failed": "The API names a fault in the request: prompt is too long.",
    "blocked": "The safety check refused the prompt.",
    "unknown": "The request was sent and no answer came back within 120 s.",
}


def a_request(prompt: str = "A teapot on a beech table, soft light", **fields: Any) -> GenerationRequest:
    """A square 2.0 request in the DESIGN style."""
    return GenerationRequest.model_validate(
        {"prompt": prompt, "aspect_ratio": "ASPECT_1_1", "style_type": "DESIGN"} | fields
    )


def a_cell(request: GenerationRequest | None = None, **fields: Any) -> Cell:
    """A cell of the first row whose id and digest belong to its request, product and format."""
    request = request or a_request()
    product, kind, copy = (fields.get(n, d) for n, d in (("product", "Teapot"), ("format", "hero"), ("copy_number", 1)))
    slug = re.sub(r"[^a-z0-9]+", "-", f"{product} {kind}".lower()).strip("-")
    defaults = {
        "cell_id": f"{slug or 'cell'}-{cell_digest(request.sha256(), copy)[:8]}",
        "row": 2,
        "product": product,
        "format": kind,
        "copy_number": copy,
        "request": request,
        "request_sha256": request.sha256(),
        "price_usd": PRICE_USD,
    }
    return Cell.model_validate(defaults | fields)


def an_original(cell: Cell, **fields: Any) -> StoredOriginal:
    """The stored PNG of `cell`, 1024 pixels square, made in 9.5 s at the first attempt."""
    defaults = {
        "cell_id": cell.cell_id,
        "key": f"originals/{cell.cell_id}.png",
        "image_sha256": hashlib.sha256(cell.cell_id.encode()).hexdigest(),
        "size_bytes": 1_234_567,
        "width_px": 1024,
        "height_px": 1024,
        "seed": 12_345 if cell.request.seed is None else cell.request.seed,
        "final_prompt": cell.request.prompt,
        "attempts": 1,
        "started_at": STARTED_AT,
        "finished_at": STARTED_AT + timedelta(seconds=9.5),
        "made_by": "api.ideogram.ai",
    }
    return StoredOriginal.model_validate(defaults | fields)


def an_outcome(cell: Cell, status: Status = "done", **fields: Any) -> Outcome:
    """How `cell` ended: `done` is stored with the three usual variants and paid, `unknown` counts as paid."""
    defaults: dict[str, Any] = {"cell_id": cell.cell_id, "status": status, "error": ERRORS.get(status)}
    defaults |= {"request_sha256": cell.request_sha256}
    if status != "pending":
        defaults |= {"attempts": 1, "started_at": STARTED_AT, "finished_at": STARTED_AT + timedelta(seconds=9.5)}
    if status in {"done", "unknown"}:
        defaults |= {"cost_usd": cell.price_usd}
    if status == "done":
        variants = {variant.name: variant.key(cell.cell_id) for variant in DEFAULT_VARIANTS}
        crops = {"og": Crop(focus=cell.focus or "auto", box=(0, 243.2, 1024, 780.8))}
        original = an_original(cell)
        defaults |= {"original": original, "variants": variants, "crops": crops, "marked": marked(cell)}
    return Outcome.model_validate(defaults | fields)


def marked(cell: Cell, variants: Sequence[Variant] = DEFAULT_VARIANTS, marks: Marks = "yes") -> dict[str, str]:
    """What the variants of `an_original` of a cell say of how it was made, as digests."""
    original = an_original(cell)
    said = marks_of(facts_of(cell, original, marks), variants, Size(original.width_px, original.height_px))
    return {name: facts.digest for name, facts in said.items()}
