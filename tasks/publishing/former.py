"""Images of rows that the matrix no longer has: in the ledger, among the files, and in no manifest."""

from collections.abc import Collection, Iterable

from tasks.ledger.complete import kept_key
from tasks.ledger.ledger import Ledger
from tasks.ledger.original_keys import ORIGINALS
from tasks.ledger.put_aside import REMOVED_MANIFEST, lying_aside
from tasks.publishing.gallery import GalleryLink
from tasks.publishing.page_names import relative_href
from tasks.publishing.write_manifest import manifest_csv, manifest_frame
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome
from tasks.records.record import Record
from tasks.records.request import GenerationRequest
from tasks.storage.storage import CampaignStore


class Former(Record):
    """What is known of the rows that the matrix no longer has."""

    cells: tuple[Cell, ...] = ()
    """As an earlier matrix had them; of those of which that is not known, what their ends tell."""
    among_files: tuple[Outcome, ...] = ()
    """Those of which anything that was paid lies among the originals that are handed on."""
    aside: tuple[Outcome, ...] = ()
    """Those of which it was put aside."""

    def links(self) -> tuple[GalleryLink, ...]:
        """Those among the files, as the page lists them."""
        names = {cell.cell_id: ", ".join(filter(None, (cell.product, cell.format))) for cell in self.cells}
        paid = ((one.cell_id, one.original.key if one.original else one.kept) for one in self.among_files)
        return tuple(GalleryLink(label=names[of] or of, href=relative_href(key)) for of, key in paid if key)

    def files(self) -> dict[str, bytes]:
        """The manifest of what was put aside, by its key."""
        there = {outcome.cell_id: outcome for outcome in self.aside}
        cells = [cell for cell in self.cells if cell.cell_id in there]
        return {REMOVED_MANIFEST: manifest_csv(manifest_frame(cells, there, ()))} if cells else {}


def former_of(ledger: Ledger, cells: Collection[Cell], noted: Iterable[Outcome]) -> Former:
    """The former images of a campaign that has these `cells`; `noted`: all outcomes of its ledger.

    Lists and reads only where there are any. Raises StorageFailed.
    """
    wanted = {cell.cell_id for cell in cells}
    ended = [one for one in noted if one.cell_id not in wanted and (one.original or one.kept)]
    if not ended:
        return Former()
    published, aside = ledger.read_published(), lying_aside(ledger.store)
    before = {cell.cell_id: cell for cell in (*published.former, *published.cells)} if published else {}
    return Former(
        cells=tuple(before.get(one.cell_id) or as_far_as_known(one) for one in ended),
        among_files=among_files(ledger.store, ended),
        aside=tuple(one for one in ended if kept_key(one, aside)),
    )


def among_files(store: CampaignStore, orphaned: Collection[Outcome]) -> tuple[Outcome, ...]:
    """Those of which anything lies among the originals. Lists where anything was stored. Raises StorageFailed."""
    if not any(outcome.original or outcome.kept for outcome in orphaned):
        return ()
    stored = frozenset(f"{ORIGINALS}/{name}" for name in store.names(ORIGINALS))
    return tuple(outcome for outcome in orphaned if kept_key(outcome, stored))


def as_far_as_known(outcome: Outcome) -> Cell:
    """A cell of which only its end is known."""
    drawn = outcome.original.final_prompt if outcome.original is not None else ""
    return Cell(
        cell_id=outcome.cell_id,
        row=0,
        product="",
        format="",
        copy_number=1,
        request=GenerationRequest(prompt=drawn or outcome.cell_id),
        request_sha256=outcome.request_sha256 or "",
        price_usd=outcome.cost_usd,
    )
