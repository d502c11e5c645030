"""What an earlier turn of a cell has paid for is looked for before another image is paid."""

from typing import Final

from tasks.errors import CellError, LinkFailed
from tasks.generate_image import recover_image
from tasks.records.cell import Cell
from tasks.records.outcome import StoredOriginal
from tasks.run_state.paid_bytes import is_lost
from tasks.run_state.toolbox import Toolbox
from tasks.run_state.under_way import UnderWay

TRIED_AGAIN: Final = "; tried again: "


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
    """The image of the newest turn up to this one that gives one: from what is stored of it, or by its link.

    Raises LinkFailed where a link may still give it: another image would have to come from the same place.
    """
    while (answered := await tools.on_storage_thread(tools.ledger.last_answer, cell.cell_id, turn)) is not None:
        try:
            return await recover_image(cell, answered)
        except LinkFailed as error:
            if not is_lost(error):
                raise
        except CellError:
            pass
        turn = answered.turn - 1
    return None


def leave_as_it_was(tools: Toolbox, under_way: UnderWay, error: LinkFailed) -> None:
    """What a cell has paid for cannot be had now, and may be had later: its end stands, with what was found now."""
    cell_id = under_way.cell.cell_id
    tools.work.leave(cell_id)
    earlier = tools.work.outcomes[cell_id]
    said = (earlier.error or "").partition(TRIED_AGAIN)[0]
    told = f"{said}{TRIED_AGAIN}{error}. The image is paid, so no other was asked for"
    tools.work.outcomes[cell_id] = earlier.model_copy(update={"error": told})
    tools.work.tally.count(earlier)
