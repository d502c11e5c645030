"""Writes what came out: the manifest and the contact sheet, staged and published in one move."""

from typing import Final

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.ledger.published import Published
from tasks.publishing.campaign_files import publish
from tasks.run_state.refresh_outcomes import refresh
from tasks.run_state.toolbox import toolbox

LOOKS_MAX: Final = 3
"""So often is the ledger looked at: of two runs that publish at once, the later then shows every end of both."""


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
    published = Published(title=name, is_sandbox=is_sandbox, variants=tools.variants, cells=cells.planned)
    for _ in range(LOOKS_MAX):
        if not await refresh(tools) and keys:
            break
        outcomes = cells.outcomes.copy()
        noted = [*outcomes.values(), *cells.orphaned]
        keys = await tools.on_storage_thread(publish, tools.ledger, published, outcomes, noted)
    return keys
