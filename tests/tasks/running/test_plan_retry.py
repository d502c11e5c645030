"""A dry run of a retry says what it would cost, from what lies in the output, and leaves everything as it is."""

from decimal import Decimal
from pathlib import Path

import pytest

from flows.commands.campaign_command import main
from tasks.errors import InputInvalid
from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Answered
from tasks.planning.plan_campaign import CELLS_SHOWN, plan_campaign
from tasks.records.answer import ImageObject
from tasks.records.campaign import Campaign
from tasks.records.keys import SANDBOX_MARK
from tasks.records.variant import Variant
from tasks.rescue.refuge import Refuge
from tasks.rescue.rescued import Rescued
from tasks.running.plan_retry import TRIED, plan_dry_run
from tasks.storage.storage import CampaignStore
from tests.factories import STARTED_AT, an_outcome

ROWS = 12
AT_MOST = "at most $0.16, if what is stored and linked gives no image"


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    """A dry run that would try what has failed again."""
    matrix = tmp_path / "lamps.csv"
    matrix.write_text("prompt\n" + "".join(f"Lamp {number}\n" for number in range(ROWS)))
    square = (Variant(name="thumb", width=400, height=400),)  # of which no advice is given
    quiet = {"variants": square, "label": "none"}
    return Campaign(matrix=str(matrix), output=str(tmp_path / "out"), retry=("failed",), dry_run=True, **quiet)


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
    assert plan.notes[0] == "--retry failed: 2 cells are tried again (2 failed). Paid again: 2, $0.16"
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
    assert plan_dry_run(campaign).notes == (TRIED, "--retry failed: no cell has ended so")
    assert plan_dry_run(campaign.model_copy(update={"retry": ()})).notes == (TRIED,)
    trial = campaign.model_copy(update={"sandbox": True})
    assert "2 cells are tried again" in plan_dry_run(trial).notes[0]


def test_what_was_accepted_and_refused_is_priced_as_it_is_paid(campaign, store):
    """The API had noted it and drawn nothing: it is asked for anew. What it has drawn and billed is fetched."""
    refused, drawn = plan_campaign(campaign).cells[:2]
    for cell in (refused, drawn):
        image = ImageObject(generation_id=f"gen-{cell.row}")
        answered = Answered(cell_id=cell.cell_id, turn=1, image=image, attempts=1, started_at=STARTED_AT)
        Ledger(store, "run").note_answer(answered)
    Ledger(store, "run").note_end(an_outcome(drawn, "failed", turn=2, cost_usd=drawn.price_usd))
    plan = plan_dry_run(campaign)
    assert plan.notes[0].endswith("For nothing: 1 fetched by link, as paid. Paid again: 1, $0.08; " + AT_MOST)
    assert plan.left.cost_usd == (ROWS - 2) * drawn.price_usd
    assert plan.left.most_usd == (ROWS - 1) * drawn.price_usd


def test_an_output_that_cannot_be_read_is_named(campaign, tmp_path):
    """As everything else that is to be mended."""
    (tmp_path / "out").write_bytes(b"a file in the way")
    with pytest.raises(InputInvalid, match="--output"):
        plan_dry_run(campaign)


def test_without_a_retry_an_output_that_cannot_be_looked_at_is_a_note(campaign, tmp_path):
    """The plan itself needs the matrix alone."""
    (tmp_path / "out").write_bytes(b"a file in the way")
    [note] = plan_dry_run(campaign.model_copy(update={"retry": ()})).notes
    assert note.startswith("what is there already is not known: ")


def test_what_is_left_to_pay_is_told(campaign, store):
    """Of a campaign that was run before: what is done, stays as it is, or was begun, and whether it is covered."""
    cells = plan_campaign(campaign).cells
    own = Ledger(store, "run", made_by="api.ideogram.ai")
    for cell in cells[:5]:
        own.intend(cell, 1)
    own.note_end(an_outcome(cells[3], "done"))
    store.write(f"originals/{cells[3].cell_id}.png", b"x")
    plain = campaign.model_copy(update={"retry": ()})
    so_far = (
        "run before: 1 of 12 images done, $0.16 spent; 2 failed, 1 blocked, left so without --retry; "
        "1 begun and not ended, looked for before anything is paid; still to pay: 7 images, $0.56"
    )
    assert plan_dry_run(plain).notes == (so_far,)
    left = plan_dry_run(plain).left
    assert (left.made, left.cost_usd, sum(group.cells for group in left.groups)) == (1, Decimal("0.56"), 7)
    for budget, covered in BUDGETS.items():
        notes = plan_dry_run(plain.model_copy(update={"budget_usd": Decimal(budget)})).notes
        assert notes == (so_far, f"the budget of ${budget} {covered}")
    assert plan_dry_run(campaign).notes == (
        "--retry failed: 2 cells are tried again (2 failed). Paid again: 2, $0.16",
        so_far.replace("2 failed, 1 blocked", "1 blocked"),
    )


BUDGETS = {
    "0.10": "pays for 0 of 7 images; $0.16 is spent already",
    "0.33": "pays for 2 of 7 images; $0.16 is spent already",
    "0.71": "pays for 6 of 7 images; $0.16 is spent already",
    "0.72": "covers the 7 images to be paid",
}


@pytest.mark.parametrize(
    ("budget", "covered"), [("0.50", "pays for 6 of 12 images"), ("5.00", "covers the 12 images to be paid")]
)
def test_a_budget_is_compared_before_the_first_run(campaign, budget, covered):
    """With the price of all images."""
    plain = campaign.model_copy(update={"retry": (), "budget_usd": Decimal(budget)})
    plan = plan_dry_run(plain)
    assert plan.notes == (f"the budget of ${budget} {covered}",)
    assert len(plan.cells) == CELLS_SHOWN


def test_what_this_machine_keeps_is_told(campaign, store, monkeypatch, tmp_path):
    """An earlier run has paid for it, and could not store it."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    cell = plan_campaign(campaign).cells[5]
    intent = Ledger(store, "run").intent_of(cell, 1)
    answered = Answered(cell_id=cell.cell_id, turn=1, image=ImageObject(), attempts=1, started_at=STARTED_AT)
    storage = store.identity
    Refuge.of(store).keep(
        Rescued(storage=storage, is_sandbox=False, intent=intent, was_owned=True, answered=answered), b"image"
    )
    told = plan_dry_run(campaign.model_copy(update={"retry": ()})).notes[-1]
    assert "; 1 paid, kept on this machine, and stored before anything is paid; still to pay: 8 images, $0.64" in told
    told = plan_dry_run(campaign.model_copy(update={"retry": (), "sandbox": True})).notes
    assert "kept" not in str(told)


@pytest.mark.parametrize("output", ["s3:bucket/x", "r2://bucket/x"])
def test_every_fault_is_told_at_once(campaign, output):
    """That of the output, which cannot be looked at, and those of the matrix."""
    Path(campaign.matrix).write_text("prompt,seed\nLamp,x\n")
    with pytest.raises(InputInvalid) as told:
        plan_dry_run(campaign.model_copy(update={"output": output}))
    assert [fault.source for fault in told.value.faults] == [output, campaign.matrix]


def test_a_matrix_that_is_missing_is_not_taken_for_an_output_that_is(campaign, tmp_path):
    """Each is told by its own causes."""
    (tmp_path / "out").write_bytes(b"a file in the way")
    Path(campaign.matrix).unlink()
    with pytest.raises(InputInvalid, match=r"lamps\.csv: does not exist"):
        plan_dry_run(campaign)
