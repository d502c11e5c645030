"""The command that holds the bill against ledgers, as a user meets it."""

import pytest

from flows.commands.reconcile_command import main
from tasks.ledger.ledger import Ledger
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, an_outcome


@pytest.fixture
def folder(tmp_path, monkeypatch, sandbox_url):
    """A folder of campaigns, in which one image was given up on; of the stand-in at `sandbox_url`."""
    monkeypatch.setenv("IDEOGRAM_BASE_URL", sandbox_url)
    monkeypatch.setenv("IDEOGRAM_API_KEY", "a-right-key")
    made_by = sandbox_url.removeprefix("http://")
    ledger = Ledger(CampaignStore.open(str(tmp_path), "tea"), "run", made_by=made_by)
    cell = a_cell()
    ledger.intend(cell, 1)
    ledger.note_end(an_outcome(cell, "unknown"))
    return tmp_path


def test_what_has_come_of_it_is_told(folder, capsys):
    """In words, and by the hour; nothing is written."""
    before = sorted(folder.rglob("*"))
    assert main([str(folder)]) in {0, 1}  # other tests use the same stand-in
    said = capsys.readouterr().out
    assert said.startswith(f"{folder}: 0 images paid, 1 perhaps; ")
    assert "of 1 cell that may be paid" in said
    assert "By hour" in said
    assert sorted(folder.rglob("*")) == before


def test_what_is_wrong_is_told_in_a_sentence(folder, capsys, monkeypatch):
    """Which folder, which key."""
    assert main([str(folder / "nothing")]) == 2
    assert "holds no campaign that has asked for anything" in capsys.readouterr().err
    monkeypatch.delenv("IDEOGRAM_API_KEY")
    assert main([str(folder)]) == 2
    assert "IDEOGRAM_API_KEY: is not set" in capsys.readouterr().err
