"""What became of a cell, as the record that is kept of it."""

import logging
from datetime import UTC, datetime

from tasks.errors import CampaignStopped, CellError
from tasks.models.outcome import Outcome, StoredOriginal
from tasks.under_way import UnderWay

logger = logging.getLogger(__name__)


def done(under_way: UnderWay, original: StoredOriginal, variants: dict[str, str]) -> Outcome:
    """The outcome of a cell whose files are all stored."""
    return Outcome(
        cell_id=original.cell_id,
        status="done",
        original=original,
        variants=variants,
        cost_usd=under_way.cost_usd,
        attempts=original.attempts,
        turn=under_way.ask.turn,
        started_at=original.started_at,
        finished_at=datetime.now(UTC),
    )


def ended(under_way: UnderWay, error: Exception, original: StoredOriginal | None = None) -> Outcome:
    """The outcome of a cell that `error` ended. What was answered was paid, whatever went wrong after it."""
    is_billed = under_way.answered.is_set() or getattr(error, "is_billed", under_way.is_sent)
    return Outcome(
        cell_id=under_way.cell.cell_id,
        status=error.status if isinstance(error, CellError) else "failed",
        original=original,
        cost_usd=under_way.cost_usd if is_billed else under_way.ask.cost_usd,
        attempts=under_way.ask.attempts + under_way.attempts,
        turn=under_way.ask.turn,
        error=told(error),
        started_at=under_way.started_at,
        finished_at=datetime.now(UTC),
    )


def told(error: Exception) -> str:
    """What went wrong, for the manifest. An error that nobody foresaw is named by its kind and logged in full."""
    if isinstance(error, CellError | CampaignStopped):
        return str(error)
    logger.error("A fault of this program ended a cell", exc_info=error)
    return f"A fault of this program: {type(error).__name__}: {error}"
