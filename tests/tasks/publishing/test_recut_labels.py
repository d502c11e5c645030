"""Labels are put on and taken off what is stored, for nothing: only what shows another one is cut anew."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tasks.errors import InputInvalid
from tasks.images.draw_label import with_label
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.ledger.variant_set import read_variants
from tasks.publishing.recut import Recut, RecutResult
from tasks.publishing.recut_campaign import recut_campaign
from tasks.records.keys import LABELS
from tasks.records.variant import Variant
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, a_request, an_original, an_outcome
from tests.tasks.images.test_draw_label import badge
from tests.tasks.pictures import saved

OG = Variant(name="og", width=240, height=120, format="png")
THUMB = Variant(name="thumb", width=100, height=100, format="png")
OWN = a_cell(a_request("Lamp 1"), product="Lamp 1", row=3, label="By AI")
CELLS = (a_cell(a_request("Lamp 0"), product="Lamp 0"), OWN, a_cell(a_request("Lamp 2"), product="Lamp 2", label=""))
FIRST, OTHER, BARE = (cell.cell_id for cell in CELLS)


@pytest.fixture
def campaign(tmp_path: Path) -> CampaignStore:
    """A published campaign of three images: one says nothing of labels, one has its own, one shall have none."""
    store = CampaignStore.open(str(tmp_path), "lamps")
    ledger = Ledger(store, "earlier")
    outcomes = [an_outcome(cell, variants={v.name: v.key(cell.cell_id) for v in (OG, THUMB)}) for cell in CELLS]
    picture = saved(Image.linear_gradient("L").resize((240, 120)).convert("RGB"))
    store.publish({an_original(cell).key: picture for cell in CELLS})
    for outcome in outcomes:
        ledger.note_end(outcome)
    ledger.copy_outcomes(outcomes)
    ledger.keep_published(Published(title="Lamps", is_sandbox=False, variants=(OG, THUMB), cells=CELLS))
    recut(store, OG, THUMB)
    return store


def recut(store: CampaignStore, *asked: Variant, **options: Any) -> RecutResult:
    """The recut of the campaign in `store`."""
    return recut_campaign(
        Recut(campaign_folder=store.root, variants=asked, **options), progress=lambda _done, _total: None
    )


def labels_in(store: CampaignStore) -> list[str]:
    """The manifest's column."""
    return [row["label"] for row in csv.DictReader(io.StringIO(store.read("manifest.csv").decode(), newline=""))]


def touched(store: CampaignStore) -> set[tuple[str, str]]:
    """Which files of variants were written since this was asked last; each is overwritten."""
    found = {
        (cell.cell_id, one.name) for cell in CELLS for one in (OG, THUMB) if store.read(one.key(cell.cell_id)) != b"-"
    }
    store.publish({one.key(cell.cell_id): b"-" for cell in CELLS for one in (OG, THUMB)})
    return found


def test_only_what_shows_another_label_is_cut_anew(campaign):
    """A row's own label stays; whoever takes the label away, or asks for the same again, moves nothing else."""
    assert labels_in(campaign) == ["", "By AI", ""]
    touched(campaign)
    put_on = recut(campaign, label="AI-generated")
    assert touched(campaign) == {(FIRST, "og"), (FIRST, "thumb")}
    assert "labelled 'AI-generated' and as rows and formats say: og, thumb" in put_on.notes
    assert labels_in(campaign) == ["AI-generated", "By AI", ""]
    assert recut(campaign, label="AI-generated").images == 0
    assert touched(campaign) == set()
    recut(campaign, label_at="tl")
    assert touched(campaign) == {(FIRST, "og"), (FIRST, "thumb"), (OTHER, "og"), (OTHER, "thumb")}
    recut(campaign, label="none")
    assert touched(campaign) == {(FIRST, "og"), (FIRST, "thumb")}
    assert labels_in(campaign) == ["", "By AI", ""]


def test_a_variant_that_asks_for_it_takes_it_from_the_others(campaign):
    """Which are cut anew without it."""
    recut(campaign, label="AI")
    touched(campaign)
    result = recut(campaign, OG.model_copy(update={"label": True}))
    assert (OTHER, "thumb") in touched(campaign)
    assert "labelled 'AI' and as rows and formats say: og" in result.notes
    drawn = Ledger(campaign, "").load(CELLS).outcomes[OTHER].labelled
    assert {name: one.words for name, one in drawn.items()} == {"og": "By AI"}


def test_an_icon_is_kept_with_the_campaign(campaign, tmp_path):
    """So whoever cuts later needs no file of those who labelled it."""
    icon = tmp_path / "ai.png"
    icon.write_bytes(saved(Image.new("RGBA", (32, 32), "navy")))
    recut(campaign, label_icon=str(icon), label="none")
    assert labels_in(campaign) == ["", "By AI", ""]
    icon.unlink()
    story = Variant(name="story", width=200, height=200, format="png")
    recut(campaign, story)
    picture = Image.open(io.BytesIO(campaign.read(story.key(OTHER)))).convert("RGB")
    assert (0, 0, 128) in {colour for _, colour in picture.getcolors(100_000)}
    assert (0, 0, 128) not in {
        colour for _, colour in Image.open(io.BytesIO(campaign.read(story.key(BARE)))).convert("RGB").getcolors(100_000)
    }
    recut(campaign, label_icon="none", label="AI")
    assert read_variants(campaign).said.label.icon.sha256 == ""
    assert len(campaign.names(LABELS)) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"label": "生成"}, "U+751F"),
        ({"label_icon": "/nowhere/icon.png"}, "does not exist"),
        ({"label_font": __file__}, "is no font"),
        ({"label": "AI-generated", "variants": "dot=20x20"}, "dot (20x20)"),
    ],
)
def test_what_cannot_be_drawn_is_told_before_anything_is_cut(campaign, options, said):
    """The campaign stays as it was."""
    before = read_variants(campaign)
    with pytest.raises(InputInvalid, match=said.replace("(", r"\(").replace(")", r"\)").replace("+", r"\+")):
        recut_campaign(Recut(campaign_folder=campaign.root, **options), progress=lambda _done, _total: None)
    assert read_variants(campaign) == before


def test_a_label_is_drawn_by_whoever_knows_how(campaign):
    """What is stored is what the drawing makes: nothing is lost on the way through the recut."""
    bare = Image.open(io.BytesIO(campaign.read(OG.key(FIRST)))).convert("RGB")
    recut(campaign, label="AI", label_at="br")
    now = Image.open(io.BytesIO(campaign.read(OG.key(FIRST)))).convert("RGB")
    assert now.tobytes() == with_label(bare, badge("AI", "br"))[0].tobytes()
