"""A variant that is asked for anew under a name that it had before: what lies under its name is another cut."""

from tasks.ledger.published import Published
from tasks.records.campaign import Plan
from tasks.run_state.toolbox import Toolbox


async def drop_redefined(tools: Toolbox, plan: Plan) -> None:
    """Remove the cuts of variants that are defined otherwise now, then note the new ones: what is missing is cut.

    In this order, so that whoever goes on after an interruption removes the rest. Raises StorageFailed.
    """
    published = await tools.on_storage_thread(tools.ledger.read_published)
    if published is not None:
        changed = {variant.name for variant in published.redefined(tools.variants)}
        if not changed:
            return
        stored = {f"variants/{name}" for name in await tools.on_storage_thread(tools.store.names, "variants")}
        dropped = (variant for variant in (*published.cut, *tools.variants) if variant.name in changed)
        for key in sorted(stored & published.keys_of(dropped)):
            await tools.on_storage_thread(tools.store.delete, key)
    campaign = plan.campaign
    now = Published(title=campaign.title, is_sandbox=campaign.sandbox, variants=tools.variants, cells=plan.cells)
    await tools.on_storage_thread(tools.ledger.keep_published, now)
