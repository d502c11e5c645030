"""Hands over what is approved of a campaign. It pays nothing, needs no key and no matrix, and changes no campaign.

All that could be wrong is found before anything is written. Whatever interrupts it, the same again goes on; once all is
there, it changes nothing.
"""

import csv
import io
from typing import Final

from tasks.errors import InputInvalid
from tasks.exporting.archive import to_archive
from tasks.exporting.choose_files import ORIGINAL, HandedFile, Image, files_of, with_names
from tasks.exporting.export import ExportOrder, ExportResult
from tasks.exporting.feed_pictures import base_of, urls_of
from tasks.exporting.folder import to_folder
from tasks.exporting.hand_over import HandOver, Progress, digests_of
from tasks.exporting.handed_manifest import MANIFEST, manifest_of
from tasks.exporting.plan_feeds import feeds_of
from tasks.images.sources import with_sources
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.ledger.reviews import read_reviews
from tasks.ledger.wait_for_runs import PATIENCE_S, wait_for_runs
from tasks.publishing.recut_campaign import outcomes_of, published_in, stored_keys
from tasks.publishing.write_manifest import manifest_csv, manifest_frame
from tasks.records.cell import Cell
from tasks.records.money import counted
from tasks.reviewing.approved import Approval, approval_of
from tasks.storage.storage import CampaignStore

CELLS_SHOWN: Final = 3


def export_campaign(
    wanted: ExportOrder, *, progress: Progress = lambda *_: None, patience_s: float = PATIENCE_S
) -> ExportResult:
    """Hand over what is approved, as it is `wanted`. Raises InputInvalid with what is to be mended, and StorageFailed.

    InputInvalid as well where nothing is approved, where the folder is no campaign's, or a run is busy in it for longer
    than `patience_s`.
    """
    store = CampaignStore.at(wanted.campaign_folder)
    to = CampaignStore.at(wanted.to)
    ledger = Ledger(store, run_id="")  # it owns nothing
    published = published_in(store, ledger, lambda: wait_for_runs(store, patience_s))
    check_elsewhere(store, to)
    images, approval = images_of(store, ledger, published, is_all=wanted.undecided)
    stored = stored_keys(store, "variants") | stored_keys(store, "originals")
    files = with_names(files_of(images, published.variants, wanted.only, stored), wanted.names)
    base_url = base_of(wanted, store.address, to.address)
    named = {file.name: file.key for file in files}
    feeds_of(files, urls_of(dict.fromkeys(named, ""), base_url), wanted)  # what is wrong is told before all is read
    digests = digests_of(store, named)
    urls = urls_of(digests, base_url)
    feeds, notes = feeds_of(files, urls, wanted)
    tables = {**feeds, MANIFEST: manifest_of(files, digests, urls)}
    over = HandOver(published.title, store, named, digests, tables)
    done = to_archive(over, wanted.to, progress) if wanted.is_archive else to_folder(over, to, progress)
    return ExportResult(
        name=published.title,
        folder=store.root,
        to=to.root,
        images=len({file.image.cell.cell_id for file in files}),
        files=tuple(named),
        tables=tuple(tables),
        written=done.written,
        removed=done.removed,
        undecided=0 if wanted.undecided else len(approval.undecided),
        base_url=base_url,
        notes=(*notes_of(published, approval, images, files), *notes, *done.notes),
    )


def check_elsewhere(store: CampaignStore, to: CampaignStore) -> None:
    """Raise InputInvalid where it is to be handed over into the campaign's own folder."""
    if f"{to.identity}/".startswith(f"{store.identity}/"):
        raise InputInvalid.of(source=to.root, problem="lies in the campaign's own folder; name a place beside it")


def images_of(
    store: CampaignStore, ledger: Ledger, published: Published, *, is_all: bool
) -> tuple[tuple[Image, ...], Approval]:
    """The images that are handed over, and how the campaign stands. Raises InputInvalid where there are none."""
    cells = with_sources(read_reviews(store).shown(published.cells))
    outcomes = outcomes_of(published, ledger.load(cells), stored_keys(store, "originals"))
    approval = approval_of(cells, outcomes)
    chosen = {cell.cell_id for cell in (*approval.approved, *(approval.undecided if is_all else ()))}
    if not chosen:
        raise InputInvalid.of(source=store.root, problem=nothing_approved(cells, approval))
    table = io.StringIO(manifest_csv(manifest_frame(cells, outcomes, published.variants)).decode(), newline="")
    rows = {row["cell_id"]: row for row in csv.DictReader(table)}
    found = ((cell, outcomes[cell.cell_id]) for cell in cells if cell.cell_id in chosen)
    images = [Image(cell, one, one.original, rows[cell.cell_id]) for cell, one in found if one.original]
    return tuple(images), approval


def nothing_approved(cells: tuple[Cell, ...], approval: Approval) -> str:
    """Why nothing is handed over, and what to do, as the end of a sentence."""
    if not approval.undecided:
        return f"has no image that somebody has kept, and none that waits for it, of {counted(len(cells), 'cell')}"
    undecided = counted(len(approval.undecided), "image")
    return (
        "has no image that somebody has kept: choose on its page, index.html, and take the decisions in with python "
        f"flows/review.py FOLDER TABLE; --undecided hands over the {undecided} on which nobody has decided"
    )


def notes_of(
    published: Published, approval: Approval, images: tuple[Image, ...], files: tuple[HandedFile, ...]
) -> list[str]:
    """What to know of what is handed over."""
    notes = ["These are drawings of the sandbox: a rehearsal"] if published.is_sandbox else []
    bare_of = len(images) - len({file.image.cell.cell_id for file in files})
    if bare_of:
        notes.append(f"{counted(bare_of, 'image')} left out, of which none of these variants is cut")
    if approval.outdone:
        ids = ", ".join(cell.cell_id for cell in approval.outdone[:CELLS_SHOWN])
        notes.append(
            f"{counted(len(approval.outdone), 'image')} kept as well, and left out for a take kept later: {ids}"
        )
    bare = {file.variant_name for file in files if not file.is_marked} - {ORIGINAL}
    if bare:
        names = ", ".join(sorted(bare))
        notes.append(f"Nothing says that AI has made {names}: python flows/recut_variants.py FOLDER --marks yes")
    return notes
