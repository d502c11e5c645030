"""The files that show what came out of a campaign, and how they are published."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.publishing.write_gallery import gallery_html, gallery_page
from tasks.publishing.write_manifest import manifest_csv, manifest_frame, manifest_parquet, manifest_xlsx
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome
from tasks.records.variant import Variant


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
        "manifest.xlsx": manifest_xlsx(frame),
        "index.html": gallery_html(page).encode(errors="replace"),
    }


def publish(
    ledger: Ledger,
    published: Published,
    outcomes: Mapping[str, Outcome],
    noted: Iterable[Outcome],
    stale: Iterable[str] = (),
) -> tuple[str, ...]:
    """Show the campaign as it stands, in one move, and keep what the next run or recut reads; the keys of the files.

    `noted`: the outcomes that the ledger has, those of cells that the matrix does not ask for any more included.
    `stale`: the keys of files to which no manifest leads from now on; they are noted until they are removed.
    Raises StorageFailed.
    """
    files = campaign_files(
        published.title, published.cells, outcomes, published.variants, is_sandbox=published.is_sandbox
    )
    ledger.store.publish(files)
    ledger.copy_outcomes(noted)
    for key in stale:
        ledger.store.delete(key)
    ledger.keep_published(published)
    return tuple(files)
