"""A variant that is asked for anew under a name that it had before: what lies under its name is another cut."""

from collections.abc import Sequence

from tasks.ledger.published import Published
from tasks.records.campaign import Plan
from tasks.records.variant import Variant
from tasks.run_state.toolbox import Toolbox


def redefined(known: Sequence[Variant], asked: Sequence[Variant]) -> list[Variant]:
    """Those of the variants `asked` that are not what their namesakes in `known` are."""
    names = {variant.name for variant in known}
    return [variant for variant in asked if variant.name in names and variant not in known]


async def drop_redefined(tools: Toolbox, plan: Plan) -> None:
    """Remove the cuts of variants that are defined otherwise now, then note the new ones: what is missing is cut.

    In this order, so that whoever goes on after an interruption removes the rest. Raises StorageFailed.
    """
    published = await tools.on_storage_thread(tools.ledger.read_published)
    if published is not None:
        changed = redefined(published.cut, tools.variants)
        if not changed:
            return
        stored = {f"variants/{name}" for name in await tools.on_storage_thread(tools.store.names, "variants")}
        stale = stored & {variant.key(cell.cell_id) for variant in changed for cell in published.cells}
        for key in sorted(stale):
            await tools.on_storage_thread(tools.store.delete, key)
    campaign = plan.campaign
    now = Published(title=campaign.title, is_sandbox=campaign.sandbox, variants=tools.variants, cells=plan.cells)
    await tools.on_storage_thread(tools.ledger.keep_published, now)
