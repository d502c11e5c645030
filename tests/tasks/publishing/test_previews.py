"""Every original has its preview: from its cutting on, or from the next publishing of what an earlier version made."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tasks.images.preview import preview_key
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.publishing.campaign_files import publish
from tasks.publishing.previews import make_previews, stale_previews, stored_previews
from tasks.publishing.recut import Recut
from tasks.publishing.recut_campaign import recut_campaign
from tasks.records.variant import Variant
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, an_original, an_outcome

OG = Variant(name="og", width=12, height=6)
CELLS = tuple(a_cell(row=row, copy_number=row) for row in (1, 2, 3))
IDS = [cell.cell_id for cell in CELLS]
OUTCOMES = {cell.cell_id: an_outcome(cell, variants={"og": OG.key(cell.cell_id)}) for cell in CELLS}


@pytest.fixture
def store(tmp_path: Path) -> CampaignStore:
    """The files of a campaign that an earlier version made: of three originals one is damaged."""
    store = CampaignStore.open(str(tmp_path), "lamps")
    for cell in CELLS:
        out = BytesIO()
        Image.new("RGB", (1024, 1024), "teal").save(out, "PNG")
        is_damaged = cell is CELLS[2]
        store.write(an_original(cell).key, out.getvalue()[: 60 if is_damaged else None])
        store.write(OG.key(cell.cell_id), b"og")
    ledger = Ledger(store, "earlier")
    for outcome in OUTCOMES.values():
        ledger.note_end(outcome)
    return store


def published(store: CampaignStore) -> str:
    """The page, once the campaign is published."""
    state = Published(title="Lamps", is_sandbox=False, variants=(OG,), cells=CELLS)
    publish(Ledger(store, "later"), state, OUTCOMES, OUTCOMES.values())
    return store.read("index.html").decode()


def test_publishing_makes_what_an_earlier_version_did_not(store: CampaignStore):
    """And shows it at once; what cannot be read is shown as it is, and no second publishing makes them again."""
    page = published(store)
    assert [f'src="{preview_key(cell_id)}"' in page for cell_id in IDS] == [True, True, False]
    assert f'src="{an_original(CELLS[2]).key}"' in page
    with Image.open(BytesIO(store.read(preview_key(IDS[0])))) as image:
        assert (image.format, image.size) == ("WEBP", (512, 512))
    store.write(preview_key(IDS[0]), b"mine")
    published(store)
    assert store.read(preview_key(IDS[0])) == b"mine"


def test_a_recut_makes_them_and_prunes_those_of_nothing(store: CampaignStore):
    """A preview of a cell whose original is gone leads nowhere; without pruning, nothing is removed."""
    published(store)
    made = store.read(preview_key(IDS[0]))
    for key in (preview_key(IDS[0]), an_original(CELLS[1]).key):
        store.delete(key)
    for prune, left in ((False, {IDS[0], IDS[1]}), (True, {IDS[0]})):
        recut_campaign(Recut(campaign_folder=store.root, variants=(OG,), prune=prune), progress=lambda *_: None)
        assert stored_previews(store) == {preview_key(cell_id) for cell_id in left}
    assert store.read(preview_key(IDS[0])) == made


def test_pages_that_there_are_too_many_of_are_removed(store: CampaignStore):
    """A campaign became smaller; what only looks like one of its pages stays."""
    for key in ("page-2.html", "page-33.html", "page-2.htm", "my-page.html"):
        store.write(key, b"x")
    published(store)
    assert {name for name in store.names("") if "page" in name} == {"page-2.htm", "my-page.html"}


def test_it_takes_no_longer_than_it_may(store: CampaignStore):
    """What is left is made by the next publishing."""
    originals = [outcome.original for outcome in OUTCOMES.values()]
    assert make_previews(store, originals, patience_s=0) == frozenset()
    assert make_previews(store, originals) == {preview_key(cell_id) for cell_id in IDS[:2]}


def test_whose_preview_it_is_its_name_tells():
    """An original has any suffix, and what could not be read, or came late, is an original's as well."""
    there = {preview_key(name) for name in ("a-1", "b-2", "c-3")}
    assert stale_previews(there, {"originals/a-1.png", "originals/b-2.2.spare.jpg"}) == {preview_key("c-3")}
