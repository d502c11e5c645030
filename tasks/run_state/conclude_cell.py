"""What became of a cell, as the record that is kept of it: made once and written once, whoever asks for it."""

import asyncio
import logging
from datetime import UTC, datetime

from tasks.errors import CampaignStopped, CellError, OriginalUnreadable
from tasks.records.outcome import Outcome, StoredOriginal
from tasks.run_state.toolbox import Toolbox
from tasks.run_state.under_way import UnderWay

logger = logging.getLogger(__name__)


def done(under_way: UnderWay, original: StoredOriginal, variants: dict[str, str]) -> Outcome:
    """The outcome of a cell whose files are all stored."""
    under_way.outcome = under_way.outcome or Outcome(
        cell_id=original.cell_id,
        status="done",
        original=original,
        variants=variants,
        cost_usd=under_way.cost_usd,
        attempts=original.attempts,
        turn=under_way.ask.turn,
        in_doubt=dict(under_way.ask.in_doubt),
        started_at=original.started_at,
        finished_at=datetime.now(UTC),
        request_sha256=under_way.cell.request_sha256,
        made_by=original.made_by,
    )
    return under_way.outcome


def ended(under_way: UnderWay, error: Exception, original: StoredOriginal | None = None) -> Outcome:
    """The outcome of a cell that `error` ended, after its `original` was stored if there is one.

    What was answered was paid, whatever went wrong after it. An original that cannot be read is none, or a run that
    tries the cell again would only cut it again.
    """
    is_billed = under_way.answered.is_set() or getattr(error, "is_billed", under_way.is_sent)
    under_way.outcome = under_way.outcome or Outcome(
        cell_id=under_way.cell.cell_id,
        status=error.status if isinstance(error, CellError) else "failed",
        original=None if isinstance(error, OriginalUnreadable) else original,
        kept=getattr(error, "kept", None) or under_way.ask.kept,
        cost_usd=under_way.cost_usd if is_billed else under_way.ask.cost_usd,
        attempts=under_way.ask.attempts + under_way.attempts,
        turn=under_way.ask.turn,
        in_doubt=dict(under_way.ask.in_doubt),
        error=told(error),
        started_at=under_way.started_at,
        finished_at=datetime.now(UTC),
        request_sha256=under_way.cell.request_sha256,
        made_by=original.made_by if original is not None else under_way.made_by,
    )
    return under_way.outcome


async def note(tools: Toolbox, under_way: UnderWay, outcome: Outcome) -> Outcome:
    """Write the end of a cell, unless that was begun already; what stands when it is written. Raises StorageFailed."""
    if under_way.noting is None:
        under_way.noting = asyncio.ensure_future(tools.on_storage_thread(tools.ledger.note_end, outcome))
    under_way.outcome = await asyncio.shield(under_way.noting)
    return under_way.outcome


def told(error: Exception) -> str:
    """What went wrong, for the manifest. An error that nobody foresaw is named by its kind and logged in full."""
    if isinstance(error, CellError | CampaignStopped):
        return str(error)
    logger.error("A fault of this program ended a cell", exc_info=error)
    return f"A fault of this program: {type(error).__name__}: {error}"
