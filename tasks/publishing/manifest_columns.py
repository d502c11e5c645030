"""The columns of the manifest that are its own: what each says, and of what type it is."""

from typing import Final

from tasks.publishing.column_readers import Reader, Value
from tasks.records.alt_text import alt_text
from tasks.records.marks import source_type
from tasks.records.models import OFFERS
from tasks.records.outcome import Outcome
from tasks.records.sizes import as_written

ASKED: Final[dict[str, Reader]] = {
    "cell_id": lambda cell, _: cell.cell_id,
    "row": lambda cell, _: cell.row,
    "product": lambda cell, _: cell.product,
    "format": lambda cell, _: cell.format,
    "prompt": lambda cell, _: cell.request.prompt,
    "model": lambda cell, _: cell.request.model,
    "aspect_ratio": lambda cell, _: as_written(cell.request.aspect_ratio or ""),
    "style_type": lambda cell, _: cell.request.style_type or "",
    "status": lambda _, outcome: outcome.status,
    "seed": lambda cell, outcome: outcome.original.seed if outcome.original else cell.request.seed,
    "resolution": lambda _, outcome: resolution_text(outcome),
    "original": lambda _, outcome: outcome.original.key if outcome.original else "",
}
CAME_OUT: Final[dict[str, Reader]] = {
    "cost_usd": lambda _, outcome: round(float(outcome.cost_usd), 6),
    "attempts": lambda _, outcome: outcome.attempts,
    "error": lambda _, outcome: outcome.error or "",
    "request_sha256": lambda cell, _: cell.request_sha256,
    "image_sha256": lambda _, outcome: outcome.original.image_sha256 if outcome.original else "",
    "started_at": lambda _, outcome: outcome.started_at,
    "finished_at": lambda _, outcome: outcome.finished_at,
    "made_by": lambda _, outcome: (outcome.original.made_by or "") if outcome.original else "",
    "quality": lambda cell, _: cell.request.quality or OFFERS[cell.request.model].default_quality,
    "api_request_id": lambda _, outcome: outcome.request_id or "",
    "alt": lambda cell, _: alt_text(cell),
    "brand": lambda cell, _: cell.brand,
    "prompt_drawn": lambda _, outcome: outcome.original.final_prompt if outcome.original else "",
}
REVIEWED: Final[dict[str, Reader]] = {
    "review": lambda cell, _: cell.review.decision if cell.review else "",
    "review_reason": lambda cell, _: cell.review.reason if cell.review else "",
    "reviewed_at": lambda cell, _: cell.review.at if cell.review else None,
    "replaces": lambda cell, _: cell.replaces or "",
    "take": lambda cell, _: cell.take,
}
MARKS: Final[dict[str, Reader]] = {
    "source_type": lambda cell, outcome: source_type(cell, outcome.original) if outcome.original else "",
    "marks_found": lambda _, outcome: found.words if (found := outcome.original and outcome.original.marks) else "",
    "label": lambda _, outcome: outcome.label,
    "c2pa": lambda _, outcome: outcome.credentials or "",
}
COPY: Final = "copy_number"
"""Which of its row's images in its format a cell is; not `copy`, since that is what marketing calls its own texts."""
NUMBERS: Final = {
    "row": "int64",
    COPY: "int64",
    "take": "int64",
    "seed": "Int64",
    "attempts": "int64",
    "cost_usd": "float64",
}
TIMES: Final = frozenset({"started_at", "finished_at", "reviewed_at"})
NOTHING: Final[dict[str, Value]] = {
    **dict.fromkeys(("row", COPY, "take", "attempts", "cost_usd"), 0),
    **dict.fromkeys(("seed", *TIMES)),
}
"""What stands in a column where there is nothing that can be shown; in all others it is empty text."""


def resolution_text(outcome: Outcome) -> str:
    """The size of the stored original, such as `1344x768`: width first, in pixels; empty where there is none."""
    return f"{outcome.original.width_px}x{outcome.original.height_px}" if outcome.original else ""
