"""What is to be made again is made beside what is there, once, and nothing that somebody has kept is paid again."""

from pathlib import Path

import httpx
import pytest

from flows.campaign_shard import shard_of
from tasks.errors import BudgetReached, InputInvalid
from tests.factories import PRICE_USD
from tests.tasks.harness import without_engine  # noqa: F401  without_engine is a fixture
from tests.tasks.reviewing.rounds import Rounds

pytestmark = pytest.mark.usefixtures("without_engine")


@pytest.fixture
def rounds(tmp_path: Path) -> Rounds:
    """Three images, made."""
    rounds = Rounds(tmp_path)
    assert rounds.made().statuses == ["done"] * 3
    return rounds


def test_what_is_to_be_made_again_is_made_beside_what_is_there(rounds):
    """And only that: another copy of the same request, whose place is behind the others of its row."""
    lamp, second, vase = rounds.ids
    result = rounds.reviewed(f"{lamp},again,hands", f"{second},keep", f"{vase},reject,off brand")
    assert (result.kept, result.rejected, result.again, result.again_usd) == (1, 1, 1, PRICE_USD)
    assert "1 image again as reviewed, $0.08" in rounds.planned().notes
    before = rounds.api.billed.copy()
    ended = rounds.made()
    assert (rounds.api.billed - before) == {"A lamp on a beech table": 1}
    assert ended.spent_usd == PRICE_USD
    first, other, take, last = rounds.rows()
    assert [row["cell_id"] for row in (first, other, last)] == [lamp, second, vase]
    assert (take["replaces"], take["take"], take["status"], take["review"]) == (lamp, "2", "done", "")
    assert (first["review"], first["review_reason"], first["take"]) == ("again", "hands", "1")
    assert rounds.made().spent_usd == 0, "once"
    assert not rounds.planned().notes


def test_other_words_are_another_request(rounds):
    """And so is another seed."""
    lamp, _, vase = rounds.ids
    rounds.reviewed(f'{lamp},again,,"A lamp, at night"', f"{vase},again,,,42")
    rounds.made()
    takes = {row["replaces"]: row for row in rounds.rows() if row["replaces"]}
    assert takes[lamp]["prompt"] == "A lamp, at night"
    assert rounds.api.billed["A lamp, at night"] == 1
    (asked,) = [cell for cell in rounds.planned().cells if cell.replaces == vase]
    assert asked.request.seed == 42


def test_a_seed_counts_up(tmp_path):
    """As that of copies does, and past those that are there: the same seed would draw the same image."""
    rounds = Rounds(tmp_path, "product,seed,num_images\nLamp,7,2\n")
    rounds.made()
    rounds.reviewed(again=rounds.ids[:1])
    assert [cell.request.seed for cell in rounds.planned().cells] == [7, 8, 9]
    rounds.made()
    rounds.reviewed(again=rounds.ids[2:])
    cells = rounds.planned().cells
    assert [cell.request.seed for cell in cells] == [7, 8, 9, 10]
    assert [cell.take for cell in cells] == [1, 1, 2, 3]
    assert cells[3].replaces == cells[2].cell_id


def test_a_matrix_may_ask_for_more_copies_afterwards(rounds):
    """A take is not taken for one of them, nor one of them for a take."""
    rounds.reviewed(again=rounds.ids[:1])
    rounds.made()
    (take,) = [row for row in rounds.rows() if row["replaces"]]
    rounds.matrix = rounds.matrix.replace("table,2", "table,3")
    assert rounds.made().spent_usd == PRICE_USD
    assert len(rounds.ids) == 5
    (still,) = [row for row in rounds.rows() if row["replaces"]]
    assert (still["cell_id"], still["image_sha256"]) == (take["cell_id"], take["image_sha256"])


def test_an_earlier_take_is_chosen_again_for_nothing(rounds):
    """Nothing of it was overwritten; and what nobody has asked for yet is not asked for any more."""
    lamp, second, _ = rounds.ids
    rounds.reviewed(f"{lamp},again", f"{second},again")
    (take, other) = [cell for cell in rounds.planned().cells if cell.replaces]
    rounds.made(cells=[cell for cell in rounds.planned().cells if cell.cell_id != other.cell_id])
    before = rounds.api.billed.total()
    result = rounds.reviewed(f"{take.cell_id},reject", f"{lamp},keep", f"{second},keep")
    assert (result.kept, result.again, result.rejected) == (2, 0, 1)
    rounds.made()
    assert rounds.api.billed.total() == before
    assert [row["review"] for row in rounds.rows()] == ["keep", "keep", "reject", ""]


def test_nobody_has_to_decide_on_a_take_in_whose_place_another_is_kept(rounds):
    """All that counts what is open counts the same: the sentence of a review, and what a hold waits for."""
    lamp, second, vase = rounds.ids
    rounds.reviewed(f"{lamp},again", f"{second},keep")
    rounds.made()
    assert rounds.reviewed(f"{lamp},keep").undecided == 1
    assert rounds.reviewed(f"{vase},keep").undecided == 0


@pytest.mark.parametrize("decision", ["keep", "reject", "again"])
def test_nothing_that_was_decided_on_is_paid_again(rounds, decision):
    """Whatever is tried again, though its file is gone: it is told, and what to do."""
    lamp = rounds.ids[0]
    rounds.reviewed(f"{lamp},{decision}")
    rounds.store.delete(f"originals/{lamp}.png")
    rounds.made(retry=["failed", "blocked", "unknown"])
    assert rounds.api.billed["A lamp on a beech table"] == 2 + (decision == "again")
    (row,) = [row for row in rounds.rows() if row["cell_id"] == lamp]
    assert "--again" in row["error"]


def test_a_blocked_prompt_is_reworded(tmp_path):
    """The new words take the place of what was refused for nothing, which needs no look any more."""
    rounds = Rounds(tmp_path)
    refused = httpx.Response(422, json={"error": "Prompt or provided image failed the safety check"})
    rounds.api.before = lambda prompt: setattr(rounds.api, "refusal", refused if "vase" in prompt else None)
    assert rounds.made().statuses == ["done", "done", "blocked"]
    vase = rounds.ids[2]
    rounds.reviewed(f"{vase},again,refused,A jug by a window")
    assert rounds.made().statuses == ["done"] * 3
    assert rounds.rows()[2]["replaces"] == vase
    assert rounds.reviewed(f"{vase},again,refused,A jug by a window").new == 0, "the same once more says nothing new"
    with pytest.raises(InputInvalid, match="was reworded"):
        rounds.reviewed(f"{vase},keep")


def test_a_budget_that_ends_in_the_middle_leaves_the_rest_to_the_next_run(rounds):
    """What is made is kept, and what waits is still asked for, once."""
    rounds.reviewed(*(f"{cell_id},again" for cell_id in rounds.ids))
    ended = rounds.made(budget_usd=PRICE_USD * 4, slots=1)
    assert isinstance(ended.stopped_by, BudgetReached)
    assert rounds.api.billed.total() == 4
    assert "2 images again as reviewed, $0.16" in rounds.planned().notes
    assert rounds.made().spent_usd == 2 * PRICE_USD
    assert rounds.api.billed.total() == 6


def test_a_row_that_is_gone_has_nothing_made_again(rounds):
    """It is told; and once the row is back, it is made."""
    vase = rounds.ids[2]
    rounds.reviewed(f"{vase},again")
    whole, rounds.matrix = rounds.matrix, rounds.matrix.replace("Vase,A vase by a window,1\n", "")
    assert rounds.made().spent_usd == 0
    assert "1 image to be made again, and not made: the matrix no longer has their rows" in rounds.planned().notes
    rounds.matrix = whole
    assert rounds.made().spent_usd == PRICE_USD


def test_an_image_of_a_former_row_can_be_decided_on_and_not_made_again(rounds):
    """Nobody would know what to ask for; what was decided is known when the row is back."""
    vase = rounds.ids[2]
    whole, rounds.matrix = rounds.matrix, rounds.matrix.replace("Vase,A vase by a window,1\n", "")
    rounds.made()
    assert rounds.reviewed(f"{vase},keep").new == 1
    with pytest.raises(InputInvalid, match="of a row that the matrix no longer has"):
        rounds.reviewed(f"{vase},again,,A jug")
    rounds.matrix = whole
    assert rounds.made().spent_usd == 0
    assert rounds.rows()[2]["review"] == "keep"


def test_shards_share_the_takes(rounds):
    """Each run plans for itself, and all come to the same cells: each is one shard's, and none is left out."""
    rounds.reviewed(*(f"{cell_id},again" for cell_id in rounds.ids))
    plans = [rounds.planned() for _ in range(2)]
    parts = [
        shard_of(plan.model_copy(update={"campaign": plan.campaign.model_copy(update={"shards": 2})}), number)
        for number, plan in enumerate(plans, start=1)
    ]
    ids = [cell.cell_id for part in parts for cell in part.cells]
    assert sorted(ids) == sorted(cell.cell_id for cell in plans[0].cells)
    assert len(set(ids)) == 6
    assert plans[0].cell_count == 6
    assert plans[0].cost_usd == 6 * PRICE_USD


def test_languages_come_and_go_and_pay_for_their_own_images_only(tmp_path):
    """What is there stays what it is: the plain image is the first language's, and a take has its cell's language."""
    matrix = "product,prompt,prompt:de\nLamp,A lamp,Eine Lampe\nVase,A vase,A vase\n"
    rounds = Rounds(tmp_path, matrix)
    assert rounds.made().spent_usd == 2 * PRICE_USD
    plain, vase = rounds.ids
    rounds.options = {"languages": "en,de"}
    assert rounds.made().spent_usd == PRICE_USD
    assert [(row["cell_id"], row["language"]) for row in rounds.rows() if row["language"] != "de"] == [
        (plain, "en"),
        (vase, "en de"),
    ]
    german = rounds.ids[1]
    assert german.startswith("lamp-de-")
    rounds.reviewed(again=[german])
    assert rounds.made().spent_usd == PRICE_USD
    assert [row["language"] for row in rounds.rows()] == ["en", "de", "de", "en de"]
    assert rounds.ids[2].startswith("lamp-de-copy2-")
    rounds.options = {}
    assert rounds.made().spent_usd == 0
    assert rounds.ids == [plain, vase]
    assert (tmp_path / "lamps" / "originals" / f"{german}.png").exists()
    rounds.options = {"languages": "de,en"}
    rounds.matrix = matrix.replace("prompt,", "prompt:en,", 1)
    assert rounds.made().spent_usd == 0
