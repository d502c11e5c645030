"""Brings what a run shows up to what the ledger holds: others may have noted more while it worked, or stood still."""

from collections.abc import Mapping, Sequence

from tasks.ledger.ledger import Ledger
from tasks.ledger.names import End, Intents, Turn, latest_ends
from tasks.ledger.records import as_known
from tasks.ledger.resume import as_it_is_now
from tasks.records.cell import Cell
from tasks.records.keys import ENDS, INTENTS
from tasks.records.outcome import Outcome
from tasks.run_state.toolbox import Toolbox


async def refresh(tools: Toolbox) -> bool:
    """Show what the ledger holds of this run's cells. Returns whether anything has changed.

    Two listings, and a read for each end that another run has noted. Raises StorageFailed.
    """
    cells = tools.cells
    changed = await tools.on_storage_thread(differences, tools.ledger, cells.planned, cells.outcomes.copy())
    for cell_id, outcome in changed.items():
        cells.correct(cell_id, outcome)
    return bool(changed)


def differences(ledger: Ledger, cells: Sequence[Cell], shown: Mapping[str, Outcome]) -> dict[str, Outcome | None]:
    """The outcome of each cell that stands otherwise than is `shown`; None of one that has none any more."""
    ended, intents = ledger.store.names(ENDS), Intents.of(ledger.store.names(INTENTS))
    ends = latest_ends(ended, intents.released)
    changed: dict[str, Outcome | None] = {}
    for cell in cells:
        mine, end = shown.get(cell.cell_id), ends.get(cell.cell_id)
        stands = mine
        if end is not None and is_news(end, mine):
            read = ledger.store.read_record(end.turn.key(ENDS, end.status), Outcome)
            stands = read if read is not None and read.request_sha256 in {None, cell.request_sha256} else mine
        elif mine is not None and mine.status == "unknown" and Turn(cell.cell_id, mine.turn) in intents.released:
            stands = None
        if stands is not None:
            stands = as_known(stands, intents.released)
        if stands != mine:
            changed[cell.cell_id] = stands
    if any(changed.values()):
        stored = frozenset(f"originals/{name}" for name in ledger.store.names("originals"))
        changed = {cell_id: one and as_it_is_now(one, stored) for cell_id, one in changed.items()}
    return changed


def is_news(end: End, mine: Outcome | None) -> bool:
    """Whether an end in the ledger says more than this run's own outcome."""
    if mine is None or end.turn.number > mine.turn:
        return True
    return end.turn.number == mine.turn and mine.status == "unknown" and end.status != "unknown"
