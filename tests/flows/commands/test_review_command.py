"""The command of a review as a user meets it."""

from decimal import Decimal
from pathlib import Path

import pytest

from flows.commands.review_command import main, summary
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.records.variant import DEFAULT_VARIANTS
from tasks.reviewing.review import ReviewResult
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, a_request, an_outcome

CELLS = [a_cell(a_request(f"Lamp {number}"), product=f"Lamp {number}") for number in range(3)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a campaign of three images."""
    store = CampaignStore.open(str(tmp_path), "q1-launch")
    ledger = Ledger(store, "earlier")
    for cell in CELLS:
        store.write(f"originals/{cell.cell_id}.png", b"an image")
        ledger.note_end(an_outcome(cell, variants={}, crops={}))
    ledger.keep_published(Published(title="Q1 Launch", is_sandbox=False, variants=(), cells=tuple(CELLS)))
    return tmp_path / "q1-launch"


def test_decisions_are_taken_in_and_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """How it stands, what it will cost, what to do next, and where to look: on standard error."""
    table = tmp_path / "kim.csv"
    table.write_text(f"cell_id;decision\n{CELLS[0].cell_id};keep\n{CELLS[1].cell_id};reject\n")
    assert main([f"{folder}/", str(table), "--again", CELLS[2].cell_id]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "Q1 Launch: 1 kept, 1 rejected, 1 again: $0.08 at the next run. Nothing was paid",
        "  Run the campaign as before: it makes what is to be made again, and nothing else",
        f"  page      {folder}/index.html",
        f"  manifest  {folder}/manifest.csv",
    ]


def test_once_all_is_decided_the_next_step_is_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """And not before."""
    table = tmp_path / "kim.csv"
    table.write_text("cell_id;decision\n" + "".join(f"{cell.cell_id};keep\n" for cell in CELLS))
    assert main([str(folder), str(table)]) == 0
    assert f"  Hand over what is kept: python flows/export.py {folder} PLACE" in capsys.readouterr().err.splitlines()


def test_every_difference_is_told():
    """Whose word was overruled can see it; only what nobody would read to its end is cut short."""
    result = ReviewResult(
        name="Lamps", folder="/lamps", new=1, kept=1, rejected=0, again=0, again_usd=Decimal(0), undecided=0
    )
    notes = tuple(f"lamp-{number}: keep by Kim goes before reject by Alex" for number in range(1_000))
    assert summary(result.model_copy(update={"notes": notes[:200]})).count("Note: ") == 200
    cut_short = summary(result.model_copy(update={"notes": notes}))
    assert (cut_short.count("Note: "), "and 800 more" in cut_short) == (200, True)


def test_what_is_approved_then_is_handed_over_at_once(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Where nothing is, the decisions are taken in all the same, and it is said apart."""
    table, place = tmp_path / "kim.csv", str(tmp_path / "handed.zip")
    table.write_text(f"cell_id;decision\n{CELLS[1].cell_id};reject\n")
    assert main([str(folder), str(table), "--export", place]) == 2
    said = capsys.readouterr().err
    assert "Q1 Launch: 0 kept, 1 rejected" in said
    assert "nothing was written, nothing was paid" in said
    assert "has no image that somebody has kept" in said
    table.write_text(f"cell_id;decision\n{CELLS[0].cell_id};keep\n")
    assert main([str(folder), str(table), "--export", place]) == 2
    said = capsys.readouterr().err
    assert "--only: leaves no file of these images; use original" in said
    assert said.endswith(f"by itself, with these options: python flows/export.py {folder} {place}\n")
    store = CampaignStore.at(str(folder))
    published = Ledger(store, "").read_published()
    assert published is not None
    store.write(DEFAULT_VARIANTS[0].key(CELLS[0].cell_id), b"a cut")
    Ledger(store, "").keep_published(published.model_copy(update={"variants": DEFAULT_VARIANTS[:1]}))
    assert main([str(folder), "--export", place]) == 1, "its originals are none, and the worse of both ends counts"
    assert "1 image in 1 file handed over" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{folder}"], "DECISIONS: is missing"),
        (["{folder}", "nope.csv"], "nope.csv: does not exist in"),
        (["{folder}", "--again", "lamp-9"], "--again: 'lamp-9' is no cell of this campaign"),
        (["{folder}/..", "--again", "x"], "is no campaign's folder"),
        ([], "CAMPAIGN-FOLDER: is missing; type for example: python flows/review.py data/out/q1-launch"),
    ],
)
def test_bad_input_ends_with_2_and_a_sentence(folder: Path, capsys, monkeypatch, arguments: list[str], told: str):
    """Nothing is written."""
    monkeypatch.chdir(folder.parent)
    before = sorted(folder.parent.rglob("*"))
    assert main([argument.format(folder=folder) for argument in arguments]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "nothing was recorded, nothing was paid" in said
    assert sorted(folder.parent.rglob("*")) == before
