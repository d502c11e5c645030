"""Decisions are recorded once, all or none, whoever decides and whatever interrupts it; they cost nothing."""

import json
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from tasks.errors import InputInvalid
from tasks.ledger.heartbeats import this_run
from tasks.ledger.reviews import read_reviews
from tasks.publishing.recut import Recut
from tasks.publishing.recut_campaign import recut_campaign
from tasks.records.variant import Variant
from tasks.running.separate_sandbox import made_by_the_sandbox
from tasks.storage.storage import CampaignStore
from tests.tasks.harness import without_engine  # noqa: F401  without_engine is a fixture
from tests.tasks.reviewing.rounds import Rounds
from tests.tasks.running.test_generations import seen_by_others

pytestmark = pytest.mark.usefixtures("without_engine")
THUMB = Variant(name="thumb", width=4, height=4, format="png")


def from_left_to_right() -> bytes:
    """A PNG of 24 x 12 pixels, of which each column is lighter than the one before."""
    out = BytesIO()
    Image.linear_gradient("L").rotate(90).resize((24, 12)).convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def rounds(tmp_path: Path) -> Rounds:
    """Three images, made, each with a cut that is a crop."""
    rounds = Rounds(tmp_path)
    rounds.api.image = from_left_to_right()
    assert rounds.made(variants=[THUMB]).statuses == ["done"] * 3
    return rounds


def recorded(rounds: Rounds) -> list[str]:
    """The names of what is recorded."""
    return sorted(rounds.store.names("ledger/reviews"))


def test_what_is_decided_is_recorded_and_shown(rounds):
    """Names say everything; the manifest has it, nothing is paid, and the same once more changes nothing."""
    lamp, second, vase = rounds.ids
    lines = (f"{lamp},keep,,,,,Kim,2026-11-28T10:00:00Z", f"{vase},reject,off brand,,,,Kim,2026-11-28T10:01:00Z")
    result = rounds.reviewed(*lines)
    assert result.sentence() == "1 kept, 1 rejected, none again; 1 undecided"
    names = recorded(rounds)
    assert names == sorted([f"{lamp}.1.keep.json", f"{vase}.1.reject.json"])
    assert [(row["review"], row["review_reason"]) for row in rounds.rows()] == [
        ("keep", ""),
        ("", ""),
        ("reject", "off brand"),
    ]
    assert rounds.rows()[0]["reviewed_at"] == "2026-11-28T10:00:00.000Z"
    assert rounds.reviewed(*lines).sentence() == "nothing new; 1 kept, 1 rejected, none again; 1 undecided"
    assert recorded(rounds) == names
    assert rounds.api.billed.total() == 3
    assert second not in {json.loads(rounds.store.read(f"ledger/reviews/{name}"))["cell_id"] for name in names}


def test_of_two_reviewers_the_later_counts_and_it_is_told(rounds):
    """Whichever file is named first, and whether both come at once or one after the other."""
    lamp, second, _ = rounds.ids
    kim = rounds.file(
        f"{lamp},keep,,,,,Kim,2026-11-28T10:00:00Z", f"{second},keep,,,,,Kim,2026-11-28T12:00:00Z", name="kim.csv"
    )
    lee = rounds.file(f"{lamp},reject,,,,,Lee,2026-11-28T11:00:00Z", name="lee.csv")
    result = rounds.take_in([lee, kim])
    assert (result.kept, result.rejected) == (1, 1)
    assert result.notes == (f"{lamp}: reject by Lee ({lee}, row 2) goes before keep by Kim ({kim}, row 2)",)
    old = rounds.file(f"{second},reject,,,,,Lee,2026-11-28T11:00:00Z", name="old.csv")
    (note,) = rounds.take_in([old]).notes
    assert "was decided later and stands, not reject by Lee" in note
    assert [row["review"] for row in rounds.rows()] == ["reject", "keep", ""]


def test_a_manifest_with_one_more_column_is_a_table_of_decisions(rounds):
    """Its prompts and seeds are those that are there, and ask for nothing else."""
    book = openpyxl.load_workbook(rounds.folder / "lamps" / "manifest.xlsx")
    sheet = book.active
    place = sheet.max_column + 1
    sheet.cell(1, place, "decision")
    sheet.cell(2, place, "again")
    path = rounds.folder / "mine.xlsx"
    book.save(path)
    assert rounds.take_in([str(path)]).again == 1
    (take,) = [cell for cell in rounds.planned().cells if cell.replaces]
    assert (take.request.seed, take.copy_number) == (None, 3)


def test_nothing_is_recorded_where_anything_is_wrong(rounds):
    """Unknown cells, pictures that are not there, a model that takes no such words: all of it at once, by row."""
    lamp = rounds.ids[0]
    rounds.matrix += "Jug,A jug,1\n"
    jug = rounds.planned().cells[3].cell_id
    lines = [
        f"{lamp},keep",
        "nobody-1234,keep",
        f'{lamp},again,,"{{""high_level_description"": ""A lamp""}}"',
        f"{jug},keep",
    ]
    with pytest.raises(InputInvalid) as told:
        rounds.reviewed(*lines)
    said = sorted(str(fault).partition(".csv, ")[2] for fault in told.value.faults)
    assert [one.partition(": '")[0] for one in said] == ["row 3, cell_id", "row 4, prompt", "row 5, cell_id"]
    assert "is no cell of this campaign" in said[0]
    assert recorded(rounds) == []


def test_the_table_of_another_campaign_is_told_once(rounds):
    """A hundred rows would say no more; beside it the faults of other tables are told."""
    other = rounds.file("nobody-1234,keep", "nobody-5678,keep", name="other.csv")
    mine = rounds.file(f"{rounds.ids[0]},keep", "nobody-1234,keep", name="mine.csv")
    with pytest.raises(InputInvalid) as told:
        rounds.take_in([other, mine])
    first, second = (str(fault) for fault in told.value.faults)
    root = rounds.store.root
    assert first == f"{other}: decides on 2 images, of which {root} has none; name the campaign that they are of"
    assert second.startswith(f"{mine}, row 3, cell_id: 'nobody-1234' is no cell of this campaign")
    assert recorded(rounds) == []


def test_what_was_decided_on_another_picture_is_refused(rounds):
    """A trial's cells are called as those that are paid for later; whoever kept a drawing has not seen the image."""
    lamp, vase = rounds.rows()[0], rounds.rows()[2]
    ids = lamp["cell_id"], vase["cell_id"]
    of_a_trial = "0" * 64
    header = "cell_id,decision,image_sha256"
    mixed = rounds.file(f"{ids[0]},keep,{lamp['image_sha256']}", f"{ids[1]},keep,{of_a_trial}", header=header)
    trial = rounds.file(*(f"{one},again,{of_a_trial}" for one in ids), name="trial.csv", header=header)
    with pytest.raises(InputInvalid) as told:
        rounds.take_in([mixed, trial])
    whole, one = (str(fault) for fault in told.value.faults)
    assert whole.startswith(f"{trial}: decides on 2 images, of which {rounds.store.root} has none; they may be a trial")
    assert one.startswith(f"{mixed}, row 3, decision: 'keep' was decided on another picture of {ids[1]}")
    assert recorded(rounds) == []
    right = rounds.file(f"{ids[0]},keep,{lamp['image_sha256'].upper()}", f"{ids[1]},keep,", header=header)
    assert rounds.take_in([right]).kept == 2


def test_the_same_seed_draws_the_same_image(rounds):
    """Whoever asks for it is told, since it would be paid for."""
    lamp = rounds.ids[0]
    rounds.reviewed(f"{lamp},again,,,42")
    rounds.made()
    take = next(row["cell_id"] for row in rounds.rows() if row["replaces"])
    rounds.reviewed(f"{take},again,,,43")
    with pytest.raises(InputInvalid, match="would draw the same image once more"):
        rounds.reviewed(f"{rounds.ids[1]},again,,,42")


def test_another_reason_asks_for_no_other_image(rounds):
    """Nor does the same seed for two copies, whose table comes twice: the second has the next one."""
    lamp, second, _ = rounds.ids
    lines = (f"{lamp},again,dark,,42", f"{second},again,,,42")
    rounds.reviewed(*lines)
    assert sorted(cell.request.seed for cell in rounds.planned().cells if cell.replaces) == [42, 43]
    rounds.made()
    assert rounds.reviewed(*lines).new == 0
    assert rounds.reviewed(f"{lamp},again,too dark,,42").new == 0


def test_once_more_is_one_more_image_only_when_the_first_was_made(rounds):
    """A person who wants a third take says so later; whoever hands in the same file does not."""
    lamp = rounds.ids[0]
    rounds.reviewed(again=[lamp])
    assert rounds.reviewed(again=[lamp]).new == 0, "it is asked for already"
    rounds.made()
    assert rounds.reviewed(f"{lamp},again").new == 0, "a table without a time says what was said"
    assert rounds.reviewed(again=[lamp]).again == 1
    rounds.made()
    assert [row["take"] for row in rounds.rows()] == ["1", "1", "2", "3", "1"]


def test_a_click_moves_the_crops_for_nothing(rounds):
    """At once, of that image alone; and what cuts it later keeps to it."""
    lamp, second, _ = rounds.ids
    before = rounds.store.read(f"variants/{lamp}-thumb.png")
    other = rounds.store.read(f"variants/{second}-thumb.png")
    result = rounds.reviewed(f'{lamp},,,,,"0,0.5"')
    assert result.cut == 1
    moved = rounds.store.read(f"variants/{lamp}-thumb.png")
    assert moved != before
    assert rounds.store.read(f"variants/{second}-thumb.png") == other
    assert rounds.made(variants=[THUMB]).spent_usd == 0
    wanted = Recut(campaign_folder=rounds.store.root, variants=(THUMB,))
    recut_campaign(wanted, progress=lambda *_: None)
    assert rounds.store.read(f"variants/{lamp}-thumb.png") == moved
    assert rounds.reviewed(f'{lamp},,,,,"0,0.5"').cut == 0
    assert rounds.rows()[0]["review"] == "", "nothing is decided by it"


def test_wherever_a_review_dies_no_decision_is_lost_and_none_is_paid_twice(rounds):
    """Between any two writes: the next run shows what was recorded, and the same file again records the rest."""
    lamp, second, vase = rounds.ids
    lines = (f"{lamp},again", f'{second},keep,,,,"0,0.5"', f"{vase},reject")
    with seen_by_others(Path(rounds.store.root), rounds.api) as moments:
        rounds.reviewed(*lines)
    assert len(moments) > 4
    for folder, api in moments:
        there = Rounds(folder.parent, api=api)
        known = len(read_reviews(there.store).by_cell)
        there.made(variants=[THUMB])
        assert sum(bool(row["review"]) for row in there.rows()) == known
        there.reviewed(*lines)
        there.made(variants=[THUMB])
        there.reviewed(*lines)
        assert [row["review"] for row in there.rows()] == ["again", "keep", "", "reject"]
        assert there.made(variants=[THUMB]).spent_usd == 0
        assert api.billed.total() == 4


def test_a_run_that_is_at_it_is_waited_for(rounds):
    """It would publish what it knows over this."""
    rounds.store.write("ledger/runs/alive.json", this_run("alive").model_dump_json().encode())
    with pytest.raises(InputInvalid, match="is being made by a run"):
        rounds.reviewed(again=rounds.ids[:1])
    assert recorded(rounds) == []


def test_a_trials_reviews_go_with_the_trial(rounds):
    """They are removed with the drawings that they are of, and are nothing to a paid run before that."""
    rounds.reviewed(again=rounds.ids[:1])
    gone = {key for tags in made_by_the_sandbox(rounds.store) for key in tags}
    assert {f"ledger/reviews/{name}" for name in recorded(rounds)} | {"ledger/reviews.jsonl"} <= gone
    rounds.store.write("ledger/sandbox.json", b"{}")
    assert not [cell for cell in rounds.planned().cells if cell.replaces]


def test_what_is_no_campaign_is_told(tmp_path: Path):
    """As is a command that asks for nothing."""
    rounds = Rounds(tmp_path)
    with pytest.raises(InputInvalid, match="does not exist"):
        rounds.reviewed(again=["x"])
    with pytest.raises(InputInvalid, match="DECISIONS: is missing"):
        rounds.reviewed()
    assert CampaignStore.open(str(tmp_path), "lamps").names("ledger") == []
