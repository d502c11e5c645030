"""What an earlier turn of a cell has paid for is looked for before another image is paid."""

from contextlib import suppress

from tasks.errors import CellError
from tasks.generate_image import recover_image
from tasks.models.cell import Cell
from tasks.models.outcome import StoredOriginal
from tasks.toolbox import Toolbox
from tasks.under_way import UnderWay


async def is_fetched_after_all(tools: Toolbox, under_way: UnderWay) -> bool:
    """Whether an image that an earlier turn has paid can be had now, which is tried before another is paid."""
    cell, turn = under_way.cell, under_way.ask.turn
    original = await recovered_from(tools, cell, turn - 1)
    if original is None:
        return False
    tools.work.leave(cell.cell_id)
    tools.work.tally.cost_usd -= cell.price_usd  # of that turn: it is counted when the cell is settled
    again = tools.work.start(under_way.ask.of_paid(turn - 1))
    again.image, again.holds_pixels = under_way.image, under_way.holds_pixels
    again.answered.set()
    tools.work.stored.put_nowait(original)
    return True


async def recovered_from(tools: Toolbox, cell: Cell, turn: int) -> StoredOriginal | None:
    """The image of the newest turn up to this one that gives one: from what is stored of it, or by its link."""
    while (answered := await tools.on_storage_thread(tools.ledger.last_answer, cell.cell_id, turn)) is not None:
        with suppress(CellError):
            return await recover_image(cell, answered)
        turn = answered.turn - 1
    return None
