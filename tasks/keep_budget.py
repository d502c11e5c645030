"""Keeps several runs of one campaign, all at once, within its one budget."""

from decimal import Decimal

from tasks.errors import BudgetReached
from tasks.models.ledger import RUNS
from tasks.models.turn import INTENTS, Intents, Turn
from tasks.toolbox import Toolbox
from tasks.under_way import UnderWay


async def keep_budget(tools: Toolbox, under_way: UnderWay) -> None:
    """Raise BudgetReached where other runs have promised the money that this cell would cost.

    Called once the cell's intent is there, before its request leaves. Each run shows its beacon before its first
    intent, and leaves it there while another is alive: of two runs that spend at the same time, the one whose intent
    came later sees both of them here.
    """
    work = tools.work
    if work.budget_usd is None:
        return
    others = set(await tools.on_storage_thread(tools.store.names, RUNS)) - {f"{tools.ledger.run_id}.json"}
    if not others and not work.elsewhere:
        return
    elsewhere_usd = await promised_elsewhere_usd(tools)
    # Summed after the look: meanwhile cells pass from the others to this run's own sums.
    promised_usd = work.committed_usd + elsewhere_usd
    if promised_usd > work.budget_usd:
        price_usd = under_way.cell.price_usd
        raise BudgetReached(work.budget_usd, promised_usd - price_usd, price_usd, is_shared=True)


async def promised_elsewhere_usd(tools: Toolbox) -> Decimal:
    """The price of every turn that has been begun and that this run's own sums do not hold.

    What turned out free is counted too, since only its end would tell; the next run knows.
    """
    work = tools.work
    turns = Intents.of(await tools.on_storage_thread(tools.store.names, INTENTS)).begun
    known = work.known_turns()
    new = {turn for turn in turns if turn.number > known.get(turn.cell_id, 0)}
    foreign = [turn for turn in new if turn.cell_id not in work.prices]
    for turn in foreign:  # of another matrix under the same name
        work.prices[turn.cell_id] = await price_of(tools, turn)
    known = work.known_turns()
    return sum((work.prices[turn.cell_id] for turn in new if turn.number > known.get(turn.cell_id, 0)), Decimal(0))


async def price_of(tools: Toolbox, turn: Turn) -> Decimal:
    """What its intent says that it costs; nothing where it was given back meanwhile."""
    intent = await tools.on_storage_thread(tools.ledger.read_intent, turn)
    return intent.price_usd if intent is not None else Decimal(0)
