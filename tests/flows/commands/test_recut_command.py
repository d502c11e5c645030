"""The command of a recut as a user meets it."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from flows.commands.recut_command import main
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, an_original, an_outcome

CELL = a_cell()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a campaign of one image."""
    store = CampaignStore.open(str(tmp_path), "q1-launch")
    out = BytesIO()
    Image.new("RGB", (24, 12), "red").save(out, "PNG")
    store.write(an_original(CELL).key, out.getvalue())
    ledger = Ledger(store, "earlier")
    ledger.note_end(an_outcome(CELL, variants={}))
    ledger.keep_published(Published(title="Q1 Launch", is_sandbox=True, variants=(), cells=(CELL,)))
    return tmp_path / "q1-launch"


def test_new_sizes_are_cut_and_told(folder: Path, capsys: pytest.CaptureFixture[str]):
    """What there is now, what each cut keeps, and where, on standard error; a slash at the end harms nobody."""
    assert main([f"{folder}/", "--variant", "mail=12x12,png"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "Q1 Launch: 1 image cut; the campaign has mail. Nothing was paid",
        "  hero, 1024x1024: mail 100 %, x0.01",
        f"  page      {folder}/index.html",
        f"  manifest  {folder}/manifest.csv",
    ]
    with Image.open(folder / "variants" / f"{CELL.cell_id}-mail.png") as image:
        assert image.size == (12, 12)


def test_an_original_that_is_gone_ends_with_1(folder: Path, capsys: pytest.CaptureFixture[str]):
    """And the cell is named."""
    (folder / "originals" / f"{CELL.cell_id}.png").unlink()
    assert main([str(folder), "--variant", "mail=12x6"]) == 1
    assert f"{CELL.cell_id}: The original was stored and is gone" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{folder}"], "--variant"),
        (["{folder}", "--variant", "big"], "NAME=WIDTHxHEIGHT"),
        (["{folder}", "--variant", "a=1x1", "--variant", "a=2x2"], "a name of its own"),
        (["{folder}/..", "--variant", "a=1x1"], "is no campaign's folder"),
        (["nope", "--variant", "a=1x1"], "nope: does not exist in"),
    ],
)
def test_bad_input_ends_with_2_and_a_sentence(folder: Path, capsys, monkeypatch, arguments: list[str], told: str):
    """Nothing is written."""
    monkeypatch.chdir(folder.parent)
    before = sorted(folder.parent.rglob("*"))
    assert main([argument.format(folder=folder) for argument in arguments]) == 2
    assert told in capsys.readouterr().err
    assert sorted(folder.parent.rglob("*")) == before
