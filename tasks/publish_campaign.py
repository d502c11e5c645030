"""Writes what came out: the manifest and the contact sheet, staged and published in one move."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.models.cell import Cell
from tasks.models.outcome import Outcome
from tasks.models.published import Published
from tasks.models.variant import Variant
from tasks.toolbox import toolbox
from tasks.write_gallery import gallery_html, gallery_page
from tasks.write_manifest import manifest_csv, manifest_frame, manifest_parquet


def campaign_files(
    name: str,
    cells: Sequence[Cell],
    outcomes: Mapping[str, Outcome],
    variants: Sequence[Variant],
    *,
    is_sandbox: bool,
) -> dict[str, bytes]:
    """The content of each file by its key."""
    frame = manifest_frame(cells, outcomes, variants)
    page = gallery_page(name, cells, outcomes, variants, datetime.now(UTC), is_sandbox=is_sandbox)
    return {
        "manifest.csv": manifest_csv(frame),
        "manifest.parquet": manifest_parquet(frame),
        "index.html": gallery_html(page).encode(),
    }


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
    work = tools.work
    make = partial(campaign_files, is_sandbox=is_sandbox)
    files = await tools.on_storage_thread(make, name, work.cells, dict(work.outcomes), tools.variants)
    await tools.on_storage_thread(tools.store.publish, files)
    await tools.on_storage_thread(tools.ledger.copy_outcomes, [*work.outcomes.values(), *work.left])
    published = Published(title=name, is_sandbox=is_sandbox, variants=tools.variants, cells=work.cells)
    await tools.on_storage_thread(tools.ledger.keep_published, published)
    return tuple(files)
