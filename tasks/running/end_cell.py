"""The one end of a cell: noted, given back as if it had never begun, or left to the next run."""

import asyncio
from typing import Final

from tasks.errors import ApiAway, CampaignStopped, NotAccepted, OutcomeUnknown, StorageFailed
from tasks.records.outcome import Outcome
from tasks.run_state.conclude_cell import ended, note
from tasks.run_state.rescue_answers import forget_rescued, rescue
from tasks.run_state.toolbox import Toolbox
from tasks.run_state.under_way import UnderWay

OWNED_WITHIN_S: Final = 3.0


async def settle(tools: Toolbox, under_way: UnderWay, outcome: Outcome) -> None:
    """Note the end durably, then count it. Where it cannot be noted, the campaign stops; the next run finds out."""
    if outcome.cell_id not in tools.work.under_way:
        return
    is_noted = True
    try:
        outcome = await note(tools, under_way, outcome)
    except StorageFailed as fault:
        tools.work.stop(fault)
        await rescue(tools, under_way, outcome=outcome)
        is_noted = False
    else:
        if outcome.status == "done":
            await forget_rescued(tools, under_way)
    tools.work.settle(outcome, is_noted=is_noted)


async def put_off(tools: Toolbox, under_way: UnderWay, error: NotAccepted) -> None:
    """A cell that was turned away for minutes, as every other was: it comes last, unless it is plain that none will."""
    away = ApiAway(f"The API has worked on nothing for minutes; run again when it does. It says: {error}")
    if tools.work.is_worth_another(under_way.cell.cell_id):
        await give_back(tools, under_way, away)
        tools.work.waiting.append(under_way.ask.once_more())
    else:
        await give_up(tools, under_way, away)


async def give_up(tools: Toolbox, under_way: UnderWay, fault: CampaignStopped) -> None:
    """Stop the campaign where a cell found the reason."""
    tools.work.stop(fault)
    await give_back(tools, under_way, fault)


async def give_back(tools: Toolbox, under_way: UnderWay, fault: CampaignStopped) -> None:
    """A cell in which the campaign stopped: free to be asked for again, unless it has, or may have, been paid."""
    await rescue(tools, under_way)
    if under_way.answered.is_set() or (isinstance(fault, StorageFailed) and not under_way.is_idle):
        left = CampaignStopped(f"Paid, and not stored so far: {fault}")
        tools.work.settle(ended(under_way, left), is_noted=False)  # the next run still has the answer's link
        return
    if tools.work.leave(under_way.cell.cell_id) is None or under_way.owning is None:
        return  # what was taken over from a run that is no more may have been paid by that one
    release = tools.ledger.mark_released if under_way.is_owned else tools.ledger.release
    try:
        await tools.on_storage_thread(release, under_way.cell.cell_id, under_way.ask.turn)
    except StorageFailed as failed:
        tools.work.stop(failed)
        await rescue(tools, under_way, is_released=True)


async def settle_interrupted(tools: Toolbox, fault: CampaignStopped) -> None:
    """End what is under way when all work on it is over. What may have been paid is told, and left to the ledger."""
    for under_way in tuple(tools.work.under_way.values()):
        if under_way.outcome is not None:
            await settle(tools, under_way, under_way.outcome)
        elif under_way.answered.is_set():
            await rescue(tools, under_way)
            left = OutcomeUnknown("Interrupted while its image was stored; it is paid, and the next run fetches it")
            tools.work.settle(ended(under_way, left), is_noted=False)
        elif under_way.is_sent:
            left = OutcomeUnknown("Interrupted before the answer came; it may have been paid")
            await settle(tools, under_way, ended(under_way, left))
        else:
            if under_way.owning is not None:  # or it would be written after it was taken back
                await asyncio.wait({under_way.owning}, timeout=OWNED_WITHIN_S)
            await give_back(tools, under_way, fault)
