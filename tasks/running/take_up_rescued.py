"""What an earlier run had to keep on this machine goes to the campaign's storage before anything is paid.

It is put where whoever comes after a killed run looks as well: answers and ends in the ledger, images among the
originals. So any run, on any machine, makes the rest of it. What lies there already stays as it is.
"""

from collections import Counter
from hashlib import sha256
from typing import Final, Literal

from tasks.asking.fetch import fetch
from tasks.errors import LinkFailed
from tasks.images.decode_image import suffix_of
from tasks.ledger.ledger import Ledger
from tasks.ledger.original_keys import UNREADABLE, spare_key
from tasks.ledger.records import Known
from tasks.ledger.turns import Turns
from tasks.rescue.refuge import Found
from tasks.rescue.rescued import Rescued
from tasks.run_state.paid_bytes import first_key
from tasks.run_state.toolbox import Toolbox

Came = Literal["taken up", "spare", "linked", "another's", "known"]
KEPT: Final = "that an earlier run could not store and kept on this machine"
NOTES: Final[dict[Came, str]] = {
    "taken up": f"paid images {KEPT}, taken up now: {{}}",
    "spare": f"paid images {KEPT}, stored as spares in originals since their cells were asked for again: {{}}",
    "linked": f"paid images {KEPT} as links alone, which give none now; their cells were asked for again: {{}}",
    "another's": f"paid images {KEPT}, left there since their cells stand for other requests by now: {{}}",
}
"""What is told of how many."""


async def take_up_rescued(tools: Toolbox) -> tuple[str, ...]:
    """Put what this machine keeps of the campaign where it belongs. Returns notes for the person who watches.

    Raises StorageFailed; what was not put there by then stays where it is.
    """
    refuge, came = tools.rescues.refuge, Counter[Came]()
    found = [one for one in await tools.on_storage_thread(lambda: list(refuge.found())) if is_due(tools, one)]
    fits = [one for one in found if await tools.on_storage_thread(put_records, tools.ledger, one.rescued)]
    came["another's"] = len(found) - len(fits)
    known = await tools.on_storage_thread(tools.ledger.load, ()) if fits else Known(outcomes={}, open={})
    for one in fits:
        came[await put_image(tools, known, one)] += 1
        await tools.on_storage_thread(refuge.forget, one.rescued.name)
    return tuple(note.format(f"{came[kind]:,}") for kind, note in NOTES.items() if came[kind])


def is_due(tools: Toolbox, found: Found) -> bool:
    """Whether it is of this kind of campaign; what a trial has kept goes with the trial."""
    if found.rescued.is_sandbox and not tools.rescues.is_sandbox:
        tools.rescues.refuge.forget(found.rescued.name)
    return found.rescued.is_sandbox == tools.rescues.is_sandbox


def put_records(ledger: Ledger, rescued: Rescued) -> bool:
    """Note in the ledger what it does not know of a turn; False where that is another request's. Raises StorageFailed.

    An intent that is gone, with its bucket for example, is noted anew where something was answered or ended.
    """
    turn, own = rescued.turn, Turns(ledger.store, rescued.intent.run_id)
    there = ledger.read_intent(turn)
    if there is not None and there.request_sha256 != rescued.intent.request_sha256:
        return False
    if rescued.is_released and there is not None and (rescued.was_owned or there.run_id == own.run_id):
        own.mark_released(*turn)
    if there is None and (rescued.answered or rescued.outcome):
        own.note_intent(rescued.intent)
    if rescued.answered is not None and ledger.read_answer(*turn) is None:
        ledger.note_answer(rescued.answered)
    if rescued.outcome is not None:
        ledger.note_end(rescued.outcome)
    return True


async def put_image(tools: Toolbox, known: Known, found: Found) -> Came:
    """Store the image of a turn, if it is here, where it is looked for. Raises StorageFailed."""
    answered = found.rescued.answered
    if answered is None:
        return "known"
    cell_id, turn = answered.cell_id, answered.turn
    outcome = next(
        (one for one in known.orphaned if one.cell_id == cell_id and cell_id not in known.orphaned_open), None
    )
    original = outcome.original if outcome is not None else None
    newest = outcome.turn if outcome is not None else known.orphaned_open.get(cell_id, turn)
    if original is not None and newest == turn:
        return "known"
    data = await tools.on_storage_thread(found.image)
    if newest == turn:
        if data is not None:
            await tools.on_storage_thread(tools.store.write, first_key(answered, data), data)
        return "taken up"
    try:
        data = await fetch(tools, answered) if data is None else data
    except LinkFailed:
        return "linked"
    if original is not None and sha256(data).hexdigest() == original.image_sha256:
        return "known"
    await tools.on_storage_thread(tools.store.write, spare_key(cell_id, turn, suffix_of(data) or UNREADABLE), data)
    return "spare"
