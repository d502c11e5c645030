"""Keeps several runs of one campaign, all at once, within its one budget."""

from decimal import Decimal

from tasks.ledger.heartbeats import gone_key, heartbeat_key
from tasks.ledger.names import Intents, Turn
from tasks.records.keys import INTENTS, RUNS
from tasks.run_state.job import Job
from tasks.run_state.toolbox import Toolbox
from tasks.running.show_life import show_beat


async def check_budget(tools: Toolbox, job: Job) -> None:
    """Raise BudgetReached where other runs have promised the money that this cell would cost.

    Called once the cell's intent is there, before its request leaves. Each run shows its heartbeat before its first
    intent, and leaves it there while another is alive: of two runs that spend at the same time, the one whose intent
    came later sees both of them here.
    """
    if tools.purse.budget_usd is not None:
        await see_others(tools)
        tools.purse.raise_if_short(job.cell.price_usd, promised_usd=promised_elsewhere_usd(tools), is_shared=True)


async def see_others(tools: Toolbox) -> None:
    """Know every turn that was begun elsewhere by now. Raises StorageFailed.

    All intents are listed only where another run may be alive, or may have been since the last time. A run that was
    taken for dead is counted with by nobody, so it shows itself before it looks.
    """
    others, own = tools.others, heartbeat_key(tools.ledger.run_id)
    there = await tools.on_storage_thread(tools.store.tags, RUNS)
    if own not in there or gone_key(own) in there:
        others.settle(None)
        await show_beat(tools)
    beside = frozenset(there.keys() - {own})
    is_alone = not tools.watcher.may_be_alive(there, own)
    if not is_alone or others.settled != beside:
        await list_begun(tools)
        others.settle(beside if is_alone else None)


async def list_begun(tools: Toolbox) -> None:
    """Know every turn that others had begun when this was called. Calls that wait together share one listing."""
    others = tools.others
    number = others.ask()
    async with others.listing:
        if others.answered >= number:
            return
        answered = others.asked
        begun = Intents.of(await tools.on_storage_thread(tools.store.names, INTENTS)).begun
        known = tools.cells.known_turns()
        new = {turn for turn in begun if turn.number > known.get(turn.cell_id, 0)}
        foreign = [turn for turn in new if turn.cell_id not in tools.purse.prices]
        for turn in foreign:  # of another matrix under the same name
            tools.purse.know_price(turn.cell_id, await price_of(tools, turn))
        others.listed(new, answered)


def promised_elsewhere_usd(tools: Toolbox) -> Decimal:
    """The price of every turn that others have begun and that is not yet in this run's own sums.

    What turned out free is counted too, since only its end would tell; the next run knows.
    """
    turns, prices = tools.others.turns, tools.purse.prices
    known = tools.cells.known_turns() if turns else {}  # meanwhile cells pass from the others to this run's own sums
    return sum((prices[turn.cell_id] for turn in turns if turn.number > known.get(turn.cell_id, 0)), Decimal(0))


async def price_of(tools: Toolbox, turn: Turn) -> Decimal:
    """What its intent says that it costs; nothing where it was given back meanwhile."""
    intent = await tools.on_storage_thread(tools.ledger.read_intent, turn)
    return intent.price_usd if intent is not None else Decimal(0)
