"""Takes a cell from its start to its one outcome, whatever happens on the way."""

import logging
from datetime import UTC, datetime
from decimal import Decimal

from tasks.errors import CampaignStopped, CellError, StorageFailed
from tasks.generate_image import generate_image
from tasks.make_variants import make_variants
from tasks.models.cell import Cell
from tasks.models.outcome import Outcome, StoredOriginal
from tasks.toolbox import Toolbox, UnderWay

logger = logging.getLogger(__name__)


async def work_cell(tools: Toolbox, cell: Cell) -> None:
    """Ask for the image of `cell` and store it; then it waits to be cut. Raises nothing: one cell stops no other."""
    under_way = tools.under_way[cell.cell_id]
    try:
        original = await generate_image(cell)
    except CampaignStopped as fault:
        tools.stop(fault)
        tools.settle(stopped(under_way, fault))
    except Exception as error:  # noqa: BLE001  a fault of ours ends a cell like any other
        tools.settle(ended(under_way, error))
    else:
        tools.stored.put_nowait(original)


async def cut_stored(tools: Toolbox) -> None:
    """Cut the originals that wait for it, one after the other, until cancelled."""
    while True:
        original = await tools.stored.get()
        try:
            await finish_cell(tools, original)
        finally:
            tools.stored.task_done()


async def finish_cell(tools: Toolbox, original: StoredOriginal) -> None:
    """Make the variants of a stored original and settle its cell."""
    under_way = tools.under_way[original.cell_id]
    try:
        variants = await make_variants(original)
    except CampaignStopped as fault:
        tools.stop(fault)
        tools.settle(ended(under_way, fault, original))
    except Exception as error:  # noqa: BLE001  as above
        tools.settle(ended(under_way, error, original))
    else:
        tools.settle(done(under_way.cell, original, variants))


def done(cell: Cell, original: StoredOriginal, variants: dict[str, str]) -> Outcome:
    """The outcome of a cell whose files are all stored."""
    return Outcome(
        cell_id=cell.cell_id,
        status="done",
        original=original,
        variants=variants,
        cost_usd=cell.price_usd,
        attempts=original.attempts,
        started_at=original.started_at,
        finished_at=datetime.now(UTC),
    )


def ended(under_way: UnderWay, error: Exception, original: StoredOriginal | None = None) -> Outcome:
    """The outcome of a cell that `error` ended. What was answered was paid, whatever went wrong after it."""
    is_billed = under_way.answered.is_set() or getattr(error, "is_billed", False)
    return Outcome(
        cell_id=under_way.cell.cell_id,
        status=error.status if isinstance(error, CellError) else "failed",
        original=original,
        cost_usd=under_way.cell.price_usd if is_billed else Decimal(0),
        attempts=under_way.attempts,
        error=told(error),
        started_at=under_way.started_at,
        finished_at=datetime.now(UTC),
    )


def stopped(under_way: UnderWay, fault: CampaignStopped) -> Outcome:
    """The outcome of a cell in which the campaign stopped: still to be asked for, unless its image was paid."""
    outcome = ended(under_way, fault)
    return outcome if isinstance(fault, StorageFailed) else outcome.model_copy(update={"status": "pending"})


def told(error: Exception) -> str:
    """What went wrong, for the manifest. An error that nobody foresaw is named by its kind and logged in full."""
    if isinstance(error, CellError | CampaignStopped):
        return str(error)
    logger.error("A fault of this program ended a cell", exc_info=error)
    return f"A fault of this program: {type(error).__name__}: {error}"
