"""A dry run of a retry says what it would cost, from what lies in the output, and leaves everything as it is."""

from pathlib import Path

import pytest

from flows.commands.campaign_command import main
from tasks.errors import InputInvalid
from tasks.ledger.ledger import Ledger
from tasks.planning.plan_campaign import CELLS_SHOWN, plan_campaign
from tasks.records.campaign import Campaign
from tasks.records.keys import SANDBOX_MARK
from tasks.running.plan_retry import plan_dry_run
from tasks.storage.storage import CampaignStore
from tests.factories import an_outcome

ROWS = 12


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    """A dry run that would try what has failed again."""
    matrix = tmp_path / "lamps.csv"
    matrix.write_text("prompt\n" + "".join(f"Lamp {number}\n" for number in range(ROWS)))
    return Campaign(matrix=str(matrix), output=str(tmp_path / "out"), retry=("failed",), dry_run=True)


@pytest.fixture
def store(campaign: Campaign) -> CampaignStore:
    """Its folder, in which two cells have failed and one was refused."""
    store = CampaignStore.open(campaign.output, campaign.slug)
    statuses = ("failed", "failed", "blocked")
    for cell, status in zip(plan_campaign(campaign).cells, statuses, strict=False):
        Ledger(store, "run").note_end(an_outcome(cell, status))
    return store


@pytest.mark.usefixtures("store")
def test_a_retry_is_priced_with_the_plan(campaign):
    """Of all cells, though only the first are shown."""
    plan = plan_dry_run(campaign)
    assert plan.notes[-1] == "--retry failed: 2 cells are tried again (2 failed). Paid again: 2, $0.16"
    assert (len(plan.cells), plan.cell_count) == (CELLS_SHOWN, ROWS)


@pytest.mark.parametrize("is_there", [True, False])
def test_it_reads_and_writes_nothing(campaign, tmp_path, request, is_there, capsys):
    """Where nothing lies yet there is nothing to try again, and no folder afterwards."""
    if is_there:
        request.getfixturevalue("store")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    assert main([campaign.matrix, "--output", campaign.output, "--retry", "failed", "--dry-run"]) == 0
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == before
    said = " ".join(capsys.readouterr().out.split())
    assert ("2 cells are tried again" if is_there else "--retry failed: no cell has ended so") in said
    assert (tmp_path / "out").exists() == is_there


def test_what_the_sandbox_has_made_is_nothing_to_a_paid_run(campaign, store):
    """Its trial is cleared by the first paid run."""
    store.write(SANDBOX_MARK, b"{}")
    assert plan_dry_run(campaign).notes[-1] == "--retry failed: no cell has ended so"
    trial = campaign.model_copy(update={"sandbox": True})
    assert "2 cells are tried again" in plan_dry_run(trial).notes[-1]


def test_an_output_that_cannot_be_read_is_named(campaign, tmp_path):
    """As everything else that is to be mended."""
    (tmp_path / "out").write_bytes(b"a file in the way")
    with pytest.raises(InputInvalid, match="--output"):
        plan_dry_run(campaign)


def test_without_a_retry_the_output_is_not_looked_at(campaign, tmp_path):
    """A plan needs the matrix alone."""
    (tmp_path / "out").write_bytes(b"a file in the way")
    assert plan_dry_run(campaign.model_copy(update={"retry": ()})).notes == ()
