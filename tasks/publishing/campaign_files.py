"""The files that show what came out of a campaign, and how they are published."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from tasks.ledger.hold import read_hold
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.ledger.reviews import read_reviews
from tasks.publishing.former import Former, former_of
from tasks.publishing.gallery import GalleryLink
from tasks.publishing.page_names import is_page
from tasks.publishing.previews import make_previews, stored_previews, without_preview
from tasks.publishing.write_gallery import gallery_html, gallery_pages
from tasks.publishing.write_manifest import manifest_csv, manifest_frame, manifest_parquet, manifest_xlsx
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome
from tasks.records.variant import Variant
from tasks.records.verdicts import Verdicts


def campaign_files(  # noqa: PLR0913  what a page is made of
    name: str,
    cells: Sequence[Cell],
    outcomes: Mapping[str, Outcome],
    variants: Sequence[Variant],
    *,
    is_sandbox: bool,
    is_held: bool = False,
    previews: AbstractSet[str] = frozenset(),
    former: Sequence[GalleryLink] = (),
) -> dict[str, bytes]:
    """The content of each manifest and each page by its key; `previews` as `gallery_pages` takes them."""
    frame = manifest_frame(cells, outcomes, variants, is_held=is_held)
    now = datetime.now(UTC)
    pages = gallery_pages(name, cells, outcomes, variants, now, previews=previews, former=former, is_sandbox=is_sandbox)
    if is_held:
        approval = Verdicts.of(cells, outcomes)
        pages = (page.model_copy(update={"approval": approval}) for page in pages)
    return {
        "manifest.csv": manifest_csv(frame),
        "manifest.parquet": manifest_parquet(frame),
        "manifest.xlsx": manifest_xlsx(frame),
        **{page.key: gallery_html(page).encode(errors="replace") for page in pages},
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
    What people have decided is shown as it is known by now. Previews that an earlier version has not made are made
    last, so that no manifest waits for them.
    Raises StorageFailed.
    """
    store, previews = ledger.store, stored_previews(ledger.store)
    published = published.model_copy(update={"cells": read_reviews(store).shown(published.cells)})
    noted = tuple(noted)
    former = former_of(ledger, published.cells, noted)
    store.publish(former.files())
    published = published.model_copy(update={"former": former.cells})
    keys = show(ledger, published, outcomes, previews, former)
    ledger.copy_outcomes(noted)
    too_many = [key for key in store.names("") if is_page(key) and key not in keys]
    for key in (*stale, *too_many):
        store.delete(key)
    ledger.keep_published(published)
    made = make_previews(store, without_preview(outcomes, previews))
    if made:
        show(ledger, published, outcomes, previews | made, former)
    return keys


def show(
    ledger: Ledger, published: Published, outcomes: Mapping[str, Outcome], previews: AbstractSet[str], former: Former
) -> tuple[str, ...]:
    """Store manifests and pages in one move; their keys. Raises StorageFailed."""
    files = campaign_files(
        published.title,
        published.cells,
        outcomes,
        published.variants,
        is_sandbox=published.is_sandbox,
        is_held=read_hold(ledger.store).is_held,
        previews=previews,
        former=former.links(),
    )
    ledger.store.publish(files)
    return tuple(files)
