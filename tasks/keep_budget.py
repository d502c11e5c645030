"""Keeps several runs of one campaign, all at once, within its one budget."""

from decimal import Decimal

from tasks.errors import BudgetReached
from tasks.models.ledger import INTENTS, RUNS, parse_name
from tasks.toolbox import Toolbox
from tasks.workload import UnderWay


async def keep_budget(tools: Toolbox, under_way: UnderWay) -> None:
    """Raise BudgetReached where another run has promised the money that this cell would cost.

    Called once the cell's intent is there, before its request leaves. Each run shows its beacon before its first
    intent: of two runs that spend at the same time, the one whose intent came later sees both of them here.
    """
    work = tools.work
    if work.budget_usd is None:
        return
    others = set(await tools.on_storage_thread(tools.store.names, RUNS)) - {f"{tools.ledger.run_id}.json"}
    if not others and not work.elsewhere:
        return
    promised_usd = work.committed_usd + await promised_elsewhere_usd(tools)
    if promised_usd > work.budget_usd:
        price_usd = under_way.cell.price_usd
        raise BudgetReached(work.budget_usd, promised_usd - price_usd, price_usd)


async def promised_elsewhere_usd(tools: Toolbox) -> Decimal:
    """The price of the cells that wait here and were begun by another run meanwhile, and of all that shards began.

    Those of other shards that turned out free are counted too: the run that gathers the shards spends what is left.
    """
    work = tools.work
    turns = {end.turn for end in map(parse_name, await tools.on_storage_thread(tools.store.names, INTENTS)) if end}
    taken = sum((ask.cell.price_usd for ask in work.waiting if (ask.cell.cell_id, ask.turn) in turns), Decimal(0))
    return taken + sum((work.elsewhere.get(turn.cell_id, Decimal(0)) for turn in turns), Decimal(0))
