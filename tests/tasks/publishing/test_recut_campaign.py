"""New variants come from the stored originals alone, and whatever interrupts a recut, it can be begun anew."""

import csv
import io
import json
import os
import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import ValidationError

from tasks.errors import InputInvalid
from tasks.images.cut_image import cut
from tasks.images.decode_image import decode
from tasks.images.png import chunk
from tasks.images.xmp_packet import packet
from tasks.ledger.heartbeats import this_run
from tasks.ledger.ledger import Ledger
from tasks.ledger.names import Turn
from tasks.ledger.published import Published
from tasks.ledger.variant_set import read_variants
from tasks.publishing.recut import Recut, RecutResult
from tasks.publishing.recut_campaign import recut_campaign
from tasks.records.focus import Crop
from tasks.records.marks import UNMARKED, facts_of
from tasks.records.variant import Variant
from tasks.signing.settings import UNSIGNED
from tasks.storage.storage import CampaignStore
from tests.certificates import Authority
from tests.factories import a_cell, a_request, an_original, an_outcome

OG = Variant(name="og", width=12, height=6)
THUMB = Variant(name="thumb", width=4, height=4)
STORY = Variant(name="story", width=5, height=9, format="png")
CELLS = tuple(a_cell(a_request(f"Lamp {number}"), product=f"Lamp {number}") for number in range(3))
IDS = [cell.cell_id for cell in CELLS]


def picture() -> bytes:
    """A PNG of 24 x 12 pixels."""
    out = BytesIO()
    Image.linear_gradient("L").resize((24, 12)).convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def campaign(tmp_path: Path) -> CampaignStore:
    """A published campaign: two cells done with `og` and `thumb`, one refused."""
    store = CampaignStore.open(str(tmp_path), "lamps")
    ledger = Ledger(store, "earlier")
    outcomes = [an_outcome(cell, variants={v.name: v.key(cell.cell_id) for v in (OG, THUMB)}) for cell in CELLS[:2]]
    outcomes.append(an_outcome(CELLS[2], "blocked"))
    for cell in CELLS[:2]:
        store.publish(
            {an_original(cell).key: picture(), OG.key(cell.cell_id): b"og", THUMB.key(cell.cell_id): b"thumb"}
        )
    for outcome in outcomes:
        ledger.note_end(outcome)
    ledger.copy_outcomes(outcomes)
    ledger.keep_published(Published(title="Lamps", is_sandbox=False, variants=(OG, THUMB), cells=CELLS))
    return store


def recut(store: CampaignStore, *asked: Variant, **options: Any) -> RecutResult:
    """The recut of the campaign in `store`."""
    return recut_campaign(
        Recut(campaign_folder=store.root, variants=asked, **options), progress=lambda _done, _total: None
    )


def rows_of(store: CampaignStore) -> list[dict[str, str]]:
    """The manifest."""
    return list(csv.DictReader(io.StringIO(store.read("manifest.csv").decode(), newline="")))


def kind_of(store: CampaignStore, key: str) -> tuple[str | None, tuple[int, int]]:
    """Format and size of an image."""
    with Image.open(BytesIO(store.read(key))) as image:
        return image.format, image.size


def test_a_new_variant_is_added_beside_the_others(campaign: CampaignStore):
    """Files, manifest and page have it; what was there stays; what has no image stays as it ended."""
    result = recut(campaign, STORY)
    assert (result.images, result.variants, result.exit_code) == (2, ("og", "thumb", "story"), 0)
    rows = rows_of(campaign)
    assert [row["status"] for row in rows] == ["done", "done", "blocked"]
    assert [row["cost_usd"] for row in rows] == ["0.08", "0.08", "0.00"]
    assert [row["story"] for row in rows] == [*(STORY.key(cell_id) for cell_id in IDS[:2]), ""]
    assert kind_of(campaign, rows[0]["story"]) == ("PNG", (5, 9))
    assert campaign.read(rows[0]["og"]) == b"og"
    assert rows[0]["story"] in campaign.read("index.html").decode()


def test_a_variant_takes_the_place_of_its_namesake(campaign: CampaignStore):
    """Also where its files end otherwise: the old ones are not left lying about."""
    recut(campaign, OG.model_copy(update={"width": 8, "height": 8, "format": "png"}))
    row = rows_of(campaign)[0]
    assert kind_of(campaign, row["og"]) == ("PNG", (8, 8))
    assert sorted(campaign.names("variants")) == sorted(
        f"{cell_id}-{name}" for cell_id in IDS[:2] for name in ("og.png", "thumb.webp")
    )


def test_pruning_leaves_only_what_is_asked_for(campaign: CampaignStore):
    """In the folder and in the manifest."""
    assert recut(campaign, STORY, prune=True).variants == ("story",)
    assert sorted(campaign.names("variants")) == sorted(f"{cell_id}-story.png" for cell_id in IDS[:2])
    assert not {"og", "thumb"} & rows_of(campaign)[0].keys()


def test_a_second_recut_finds_what_the_first_has_published(campaign: CampaignStore):
    """The matrix is never needed."""
    recut(campaign, STORY)
    result = recut(campaign, Variant(name="mail", width=3, height=3))
    assert result.variants == ("og", "thumb", "story", "mail")
    assert all(rows_of(campaign)[0][name] for name in result.variants)


class Interrupted(Exception):
    """Raised in the middle of a recut, as a kill or Ctrl-C would end it."""


@dataclass(frozen=True)
class Breaking:
    """A progress that is interrupted once `after` originals are cut."""

    after: int

    def __call__(self, done: int, _total: int) -> None:
        """Raise it then."""
        if done == self.after:
            raise Interrupted


def interrupt(store: CampaignStore, *asked: Variant, after: int = 1) -> None:
    """Begin a recut that ends in its middle."""
    with pytest.raises(Interrupted):
        recut_campaign(Recut(campaign_folder=store.root, variants=asked), progress=Breaking(after))


def sizes_of(store: CampaignStore, name: str) -> list[tuple[int, int]]:
    """The sizes of a variant of the two cells that have an image."""
    return [kind_of(store, row[name])[1] for row in rows_of(store)[:2]]


@pytest.mark.parametrize("after", [0, 1, 2])
def test_an_interrupted_recut_can_be_begun_anew(campaign: CampaignStore, after: int):
    """In the end everything is as if nothing had happened."""
    og = OG.model_copy(update={"width": 9, "height": 9})
    interrupt(campaign, og, after=after)
    assert recut(campaign, og).images == 2
    assert sizes_of(campaign, "og") == [(9, 9), (9, 9)]
    assert not read_variants(campaign).redefined([og, THUMB])


def test_another_recut_mends_what_an_interrupted_one_has_left_in_two_sizes(campaign: CampaignStore):
    """Whatever it is asked for itself; also where that is interrupted as well."""
    for size in (9, 7):
        interrupt(campaign, OG.model_copy(update={"width": size, "height": size}))
    interrupt(campaign, STORY)
    assert recut(campaign, STORY).variants == ("og", "thumb", "story")
    assert sizes_of(campaign, "og") == [(12, 6), (12, 6)]
    assert sizes_of(campaign, "story") == [(5, 9), (5, 9)]


def test_files_of_an_interrupted_recut_that_end_otherwise_are_not_left_lying_about(campaign: CampaignStore):
    """Nothing would ever lead to them."""
    interrupt(campaign, OG.model_copy(update={"format": "png"}), after=2)
    recut(campaign, THUMB)
    assert sorted(campaign.names("variants")) == sorted(
        f"{cell_id}-{name}.webp" for cell_id in IDS[:2] for name in ("og", "thumb")
    )


def test_a_run_after_an_interrupted_recut_is_told_which_sizes_may_be_mixed(campaign: CampaignStore):
    """It drops and cuts those anew; of a variant that was only added to, the same."""
    interrupt(campaign, OG.model_copy(update={"width": 9}), STORY)
    held = read_variants(campaign)
    assert held.listed == (OG, THUMB)
    assert held.redefined([OG, THUMB, STORY]) == [OG]
    assert held.redefined([STORY.model_copy(update={"width": 6})]) != []


def leave_files(store: CampaignStore) -> None:
    """What nothing lists any more: an earlier version's cut, and that of a row which the matrix no longer has."""
    former = a_cell(a_request("Lamp 9"), product="Lamp 9")
    Ledger(store, "earlier").note_end(an_outcome(former))
    store.publish({OG.key(former.cell_id): b"og", f"variants/{IDS[0]}-banner.jpg": b"x", "variants/notes.webp": b"x"})


def test_pruning_finds_what_nothing_lists_any_more(campaign: CampaignStore):
    """Whoever has left it; a file that is no cell's is none of ours. Where no variant is named, nothing is cut."""
    leave_files(campaign)
    result = recut(campaign, prune=True)
    assert (result.images, result.removed, result.variants) == (0, 2, ("og", "thumb"))
    left = [f"{cell_id}-{name}.webp" for cell_id in IDS[:2] for name in ("og", "thumb")]
    assert sorted(campaign.names("variants")) == sorted([*left, "notes.webp"])
    assert campaign.read(OG.key(IDS[0])) == b"og"
    assert recut(campaign, STORY, prune=True).removed == 4
    assert sorted(campaign.names("variants")) == sorted(
        [*(f"{cell_id}-story.png" for cell_id in IDS[:2]), "notes.webp"]
    )


def test_a_changed_namesake_is_no_cut_of_rows_that_are_gone_either(campaign: CampaignStore):
    """Should they come back, they get the new one; what is as it was stays."""
    leave_files(campaign)
    recut(campaign, THUMB.model_copy(update={"width": 5}))
    assert len(campaign.names("variants")) == 7
    assert recut(campaign, OG.model_copy(update={"width": 9})).removed == 1


def test_an_original_that_is_gone_or_damaged_is_told_and_stops_no_other(campaign: CampaignStore):
    """The exit code says that somebody must look; the manifest leads to no missing file."""
    campaign.delete(f"originals/{IDS[0]}.png")
    campaign.write(f"originals/{IDS[1]}.png", picture()[:-30])
    result = recut(campaign, STORY)
    assert (result.images, result.exit_code) == (0, 1)
    assert sorted(trouble.partition(":")[0] for trouble in result.troubles) == sorted(IDS[:2])
    rows = rows_of(campaign)
    assert [(row["status"], row["original"] != "", row["story"]) for row in rows[:2]] == [
        ("failed", False, ""),
        ("done", True, ""),
    ]


def test_a_cell_that_a_run_has_left_in_flight_is_unknown(campaign: CampaignStore):
    """It may have been paid: no manifest calls it pending."""
    Ledger(campaign, "killed").intend(CELLS[2], 2)
    recut(campaign, STORY)
    row = rows_of(campaign)[2]
    assert (row["status"], row["cost_usd"]) == ("unknown", "0.08")


def test_a_folder_without_a_campaign_is_named(tmp_path: Path):
    """Whatever lies there is left alone."""
    with pytest.raises(InputInvalid, match="is no campaign's folder"):
        recut(CampaignStore.at(str(tmp_path)), STORY)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("index.html", "index.html: is in a campaign's folder; name that: "),
        ("variants", "variants: is in a campaign's folder; name that: "),
        ("..", "is no campaign's folder, and holds {name}; name one, such as "),
        ("../mine.csv", "mine.csv: is a file; name a campaign's folder, such as data/out/q1-launch"),
        ("../nope/variants", "does not exist: there is no nope in "),
    ],
)
def test_the_campaign_that_may_be_meant_is_named(campaign: CampaignStore, place: str, told: str):
    """Its page, a folder in it, the folder that holds it, or the table that belongs behind it."""
    folder = Path(campaign.address)
    (folder.parent / "mine.csv").write_text("cell_id,decision\n")
    campaign.write("index.html", b"")
    campaign.write("variants/a.webp", b"")
    with pytest.raises(InputInvalid, match=re.escape(told.format(name=folder.name))):
        recut(CampaignStore.at(os.path.normpath(folder / place)), STORY)


def test_a_campaign_of_an_earlier_version_is_told_what_to_do(campaign: CampaignStore):
    """It has a ledger, and nothing to make a manifest of."""
    campaign.delete("ledger/published.json")
    with pytest.raises(InputInvalid, match="run its campaign once more, which pays nothing"):
        recut(campaign, STORY)


def test_a_campaign_that_is_being_made_is_left_alone(campaign: CampaignStore):
    """Its run would publish its own variants over these at its end."""
    heartbeat = this_run("alive")
    campaign.write(heartbeat.key, heartbeat.model_dump_json().encode())
    wanted = Recut(campaign_folder=campaign.root, variants=(STORY,))
    with pytest.raises(InputInvalid, match="wait for its end"):
        recut_campaign(wanted, progress=lambda _done, _total: None, patience_s=0)


def test_no_variants_or_two_of_one_name_are_refused(campaign: CampaignStore):
    """Before anything is touched."""
    with pytest.raises(InputInvalid, match="--variant: is missing"):
        recut(campaign)
    with pytest.raises(ValidationError, match="variants"):
        recut(campaign, STORY, STORY.model_copy(update={"width": 1}))


def test_what_is_published_can_be_read_by_a_version_with_more_defaults(campaign: CampaignStore):
    """Only what is said is stored, so the file stays small and old files stay readable."""
    stored = json.loads(campaign.read("ledger/published.json"))
    assert "resolution" not in stored["cells"][0]["request"]
    assert Ledger(campaign, "x").read_published().cells == CELLS
    assert Ledger(campaign, "x").read_end(*Turn(IDS[0], 1)).status == "done"


def focused(store: CampaignStore, focus: str | None) -> Published:
    """The campaign as it is published, with this focus in its first row."""
    published = Ledger(store, "").read_published()
    assert published is not None
    cells = (published.cells[0].model_copy(update={"focus": focus}), *published.cells[1:])
    return published.model_copy(update={"cells": cells})


def test_a_recut_lies_where_the_row_says_and_is_noted(campaign):
    """The focus of a row goes before the picture, and what was decided is there for whoever cuts next."""
    ledger = Ledger(campaign, "later")
    ledger.keep_published(focused(campaign, "right"))
    recut(campaign, STORY)
    crops = [ledger.load(CELLS).outcomes[cell_id].crops for cell_id in IDS[:2]]
    assert [crop["story"].focus for crop in crops] == ["right", "auto"]
    assert crops[0]["story"].box[2] == 24
    assert set(crops[0]) == {"og", "story"}


def test_a_recut_has_the_same_bytes_again(campaign):
    """Whatever a later version would find in a picture: where a crop lay is noted, and taken from there."""
    ledger, tall = Ledger(campaign, "later"), STORY.model_copy(update={"name": "tall"})
    recut(campaign, STORY)
    before = campaign.read(STORY.key(IDS[0]))
    known = ledger.load(CELLS).outcomes
    moved = Crop(focus="auto", box=(1, 0, 1 + 12 * 5 / 9, 12))
    noted = [one.model_copy(update={"crops": {"story": moved}}) if one.original else one for one in known.values()]
    ledger.copy_outcomes(noted)
    recut(campaign, STORY, tall)
    facts = facts_of(CELLS[0], an_original(CELLS[0]), "yes")
    assert campaign.read(tall.key(IDS[0])) == before
    assert campaign.read(STORY.key(IDS[0])) == cut(decode(picture()).image, STORY, moved, packet(facts.short))


def test_a_recut_cuts_from_the_formats_that_are_named_only(campaign):
    """Files that lie there from before are removed where they are none of it, and the manifest has an empty field."""
    ledger = Ledger(campaign, "later")
    cells = tuple(cell.model_copy(update={"format": name}) for cell, name in zip(CELLS, "abc", strict=True))
    one_row = tuple(cell.model_copy(update={"row": 2}) for cell in cells)
    ledger.keep_published(Published(title="Lamps", is_sandbox=False, variants=(OG, THUMB), cells=one_row))
    assert recut(campaign, OG.model_copy(update={"only": ("b",)})).images == 1
    assert [row["og"] for row in rows_of(campaign)] == ["", OG.key(IDS[1]), ""]
    assert {row["thumb"] for row in rows_of(campaign)[:2]} == {THUMB.key(IDS[0]), THUMB.key(IDS[1])}
    assert OG.key(IDS[0]) not in {f"variants/{name}" for name in campaign.names("variants")}


def test_a_recut_says_what_keeps_little(campaign):
    """As the plan does: in a sentence by what was asked for, and in a table by the pictures as they came."""
    result = recut(campaign, STORY)
    (note,) = result.notes
    assert note.startswith("story keeps 56 % of hero, and no format suits it: add one of size auto")
    assert result.fits == (("hero", "V_2", "1024x1024", "story 55.6 %, x0.01", "under 75 %"),)


def says(store: CampaignStore, variant: Variant) -> bool:
    """Whether the first cell's cut says how it was made."""
    return b"DigitalSourceType" in store.read(variant.key(IDS[0]))


def test_marks_are_put_on_and_taken_off_and_stay_so(campaign):
    """Of a campaign of an earlier version, too: all cuts, and what is cut later says what the campaign says."""
    recut(campaign, STORY)
    outcome = Ledger(campaign, "").load(CELLS).outcomes[IDS[0]]
    assert says(campaign, STORY)
    assert {"og", "thumb", "story"} <= set(outcome.marked)
    campaign.write(OG.key(IDS[0]), b"by another program")
    assert recut(campaign, marks="yes").images == 2
    assert all(says(campaign, variant) for variant in (OG, THUMB, STORY))
    off = recut(campaign, marks="none")
    assert not any(says(campaign, variant) for variant in (OG, THUMB, STORY))
    assert off.notes == (UNMARKED,)
    assert not {"og", "thumb", "story"} & set(Ledger(campaign, "").load(CELLS).outcomes[IDS[0]].marked)
    recut(campaign, THUMB.model_copy(update={"width": 5}))
    assert not says(campaign, THUMB)
    recut(campaign, STORY, prune=True)
    assert not says(campaign, STORY)


def test_what_an_original_carries_is_noted_when_it_is_cut(campaign):
    """An earlier version has not looked; the original stays as it came."""
    data = campaign.read(an_original(CELLS[0]).key)
    signed = data[:33] + chunk(b"caBX", b"\0\0\0\x10jumb..c2pa") + data[33:]
    campaign.write(an_original(CELLS[0]).key, signed)
    recut(campaign, STORY)
    assert campaign.read(an_original(CELLS[0]).key) == signed
    assert [row["marks_found"] for row in rows_of(campaign)] == ["c2pa", "", ""]
    assert [row["source_type"] for row in rows_of(campaign)] == ["trainedAlgorithmicMedia"] * 2 + [""]
    page = campaign.read("index.html").decode()
    assert "1 original carries Content Credentials" in page
    assert '<dt dir="auto">Original carries</dt><dd dir="auto">Content Credentials (C2PA)</dd>' in page


@pytest.fixture
def signing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The environment signs, variants of any size."""
    pytest.importorskip("c2pa", reason="the extra c2pa is not installed")
    root = Authority()
    for name, value in (root.issued.written(tmp_path) | {"C2PA_OVER_PX": "0"}).items():
        monkeypatch.setenv(name, value)
    return root


def files_of(store: CampaignStore) -> dict[str, bytes]:
    """Every variant that is stored, by its key."""
    return {f"variants/{name}": store.read(f"variants/{name}") for name in store.names("variants")}


def noted_of(store: CampaignStore) -> list[dict[str, str]]:
    """By which certificates the variants of the two cells are signed, as the ledger has it."""
    known = Ledger(store, "looks").load(CELLS[:2])
    return [known.outcomes[cell_id].signed for cell_id in IDS[:2]]


def test_a_recut_signs_what_is_not_signed_and_once(campaign, signing):
    """By itself where the environment signs; what has not changed keeps its bytes, which others may have published."""
    result = recut(campaign, sign=True)
    assert (result.images, result.unchanged) == (2, 0)
    before = files_of(campaign)
    for cell_id in IDS[:2]:
        assert signing.read(before[OG.key(cell_id)], "image/webp")["validation_state"] == "Trusted"
    assert [row["c2pa"] for row in rows_of(campaign)] == ["signed", "signed", ""]
    assert "Variants of 2 images are signed with Content Credentials (C2PA)" in campaign.read("index.html").decode()
    again = recut(campaign, sign=True)
    assert (again.images, again.unchanged) == (0, 2)
    assert "0 images cut, 2 left as they are" in again.sentence()
    assert recut(campaign, OG, STORY, marks="yes").images == 2
    now = files_of(campaign)
    assert {key: now[key] for key in before} == before
    assert signing.read(now[STORY.key(IDS[0])], "image/png")["validation_state"] == "Trusted"
    assert [sorted(one) for one in noted_of(campaign)] == [["og", "story", "thumb"]] * 2


def test_a_recut_signs_anew_what_has_changed(campaign, signing, tmp_path):
    """A cut that is another, what it says, and on demand what another certificate has signed."""
    recut(campaign, sign=True)
    before = files_of(campaign)
    assert recut(campaign, OG.model_copy(update={"height": 5})).images == 2
    assert recut(campaign, marks="none").images == 2
    now = files_of(campaign)
    assert all(now[key] != before[key] for key in before)
    assert b"xmpmeta" not in now[THUMB.key(IDS[0])]
    first = noted_of(campaign)
    signing.issue("Another").written(tmp_path)
    assert recut(campaign, marks="none").unchanged == 2
    assert recut(campaign, sign=True).images == 2
    assert set(noted_of(campaign)[0].values()).isdisjoint(first[0].values())


@pytest.mark.usefixtures("signing")
def test_a_recut_without_what_signs_says_so(campaign, monkeypatch):
    """What it cuts is not signed, and is not listed as if it were; what it does not cut stays."""
    recut(campaign, sign=True)
    for name in ("C2PA_CERTIFICATE", "C2PA_PRIVATE_KEY", "C2PA_OVER_PX"):
        monkeypatch.delenv(name)
    result = recut(campaign, OG)
    assert UNSIGNED in result.notes
    assert [sorted(one) for one in noted_of(campaign)] == [["thumb"]] * 2
    with pytest.raises(InputInvalid, match="--sign: needs what signs: C2PA_CERTIFICATE is not set here"):
        recut(campaign, sign=True)
    assert recut(campaign, prune=True).notes == ()


def test_what_was_about_to_be_cut_is_not_taken_for_signed(campaign, signing, monkeypatch):
    """A recut that is killed leaves both kinds: the next one signs what may not be signed."""
    recut(campaign, sign=True)
    with monkeypatch.context() as without:
        for name in ("C2PA_CERTIFICATE", "C2PA_PRIVATE_KEY", "C2PA_OVER_PX"):
            without.delenv(name)
        interrupt(campaign, OG)
    assert [sorted(one) for one in noted_of(campaign)] == [["thumb"]] * 2
    assert recut(campaign, sign=True).images == 2
    for cell_id in IDS[:2]:
        assert signing.read(campaign.read(OG.key(cell_id)), "image/webp")["validation_state"] == "Trusted"
