"""Writes what came out: the manifest and the contact sheet, staged and published in one move."""

from collections.abc import Sequence
from typing import Final

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.images.sources import cuts_of
from tasks.ledger.published import Published
from tasks.ledger.variant_set import change_variants, read_variants
from tasks.publishing.campaign_files import publish
from tasks.publishing.recut import with_cuts
from tasks.publishing.recut_campaign import stored_keys
from tasks.records.variant import Variant
from tasks.run_state.refresh_outcomes import refresh
from tasks.run_state.toolbox import toolbox
from tasks.storage.storage import CampaignStore

LOOKS_MAX: Final = 3
"""So often is the ledger looked at: of two runs that publish at once, the later then shows every end of both."""


def listed_now(store: CampaignStore, cut: Sequence[Variant]) -> tuple[Variant, ...]:
    """The campaign's variants, where this run has `cut` some: another run may have brought more since.

    Where one has another cut under one name, both kinds may lie there: it is noted, and the next run cuts them anew.
    """
    held = read_variants(store)
    if not held.listed:
        return tuple(cut)
    if two_kinds := held.redefined(cut):
        held = change_variants(store, lambda now: now.while_cutting(two_kinds))
    return held.listed


@task(
    description="Writes the manifest and the contact sheet.",
    retries=2,
    retry_delay_seconds=[1, 5],
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def publish_campaign(name: str, *, is_sandbox: bool) -> tuple[str, ...]:
    """The keys of the files written for the campaign `name` as it stands now. Raises StorageFailed."""
    tools = toolbox()
    cells = tools.cells
    keys: tuple[str, ...] = ()
    listed = await tools.on_storage_thread(listed_now, tools.store, tools.variants)
    published = Published(title=name, is_sandbox=is_sandbox, variants=listed, cells=cells.planned)
    for _ in range(LOOKS_MAX):
        if not await refresh(tools) and keys:
            break
        outcomes = cells.outcomes.copy()
        if listed != tools.variants:
            own = {cell.cell_id: cuts_of(cell, listed) for cell in cells.planned}
            stored = await tools.on_storage_thread(stored_keys, tools.store, "variants")
            outcomes.update(
                {cell_id: with_cuts(one, own[cell_id], stored) for cell_id, one in outcomes.items() if cell_id in own}
            )
        noted = [*outcomes.values(), *cells.orphaned]
        keys = await tools.on_storage_thread(publish, tools.ledger, published, outcomes, noted)
    return keys
