"""Where a cell goes whose turn another run has begun first."""

from tasks.ledger.names import Turn
from tasks.ledger.resume import Ask
from tasks.run_state.toolbox import Toolbox
from tasks.run_state.under_way import UnderWay
from tasks.run_state.workload import Workload


async def lose_cell(tools: Toolbox, under_way: UnderWay) -> None:
    """Have this run wait for the end that the other makes, or ask under another id where that is not the cell's."""
    cell, ask = under_way.cell, under_way.ask
    intent = await tools.on_storage_thread(tools.ledger.read_intent, Turn(cell.cell_id, ask.turn))
    tools.work.leave(cell.cell_id)
    if intent is not None and intent.request_sha256 != cell.request_sha256:
        rename(tools.work, ask)
    else:
        tools.work.begun[cell.cell_id] = ask


def rename(work: Workload, ask: Ask) -> None:
    """Have a cell wait under its next longer id: another request was asked for under this one since the run began."""
    shorter = ask.cell.cell_id
    longer = ask.cell.possible_ids[ask.cell.possible_ids.index(shorter) + 1]
    cell = ask.cell.model_copy(update={"cell_id": longer})
    work.cells = tuple(cell if one.cell_id == shorter else one for one in work.cells)
    del work.prices[shorter]  # that of the other may differ: its intent has it
    work.prices[longer] = cell.price_usd
    work.waiting.append(Ask(cell, 1))
