"""A review by rounds loses nothing that was filled in, whatever is wrong with it and wherever a process ends."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.logging import disable_run_logger

from flows.review_rounds.form import SentForm, form_of
from flows.review_rounds.rounds import NOTHING_SAID, review_in_rounds
from tasks.errors import ApiAway, InputInvalid, Interrupted
from tasks.reporting.numbered_picture import NUMBERED_MAX
from tasks.reviewing.filled_form import FilledForm
from tasks.reviewing.review import ReviewOrder, ReviewResult
from tasks.storage.storage import CampaignStore
from tests.tasks.harness import without_engine  # noqa: F401  without_engine is a fixture
from tests.tasks.reviewing.rounds import Rounds

pytestmark = pytest.mark.usefixtures("without_engine")


class Waits(Exception):
    """The process ends while a form is waited for."""


@dataclass
class Desk:
    """A review whose forms are filled in one after the other, each in a process of its own."""

    rounds: Rounds
    shown: list[tuple[str, Sequence[str], FilledForm]] = field(default_factory=list)
    forms: list[SentForm] = field(default_factory=list)
    runs: dict[str, Any] = field(default_factory=dict)
    """What is given to each run."""
    breaks: Exception | None = None
    """What keeps images from being made again."""

    async def sent(self) -> list[SentForm]:
        """As Prefect keeps them."""
        return self.forms

    async def ask(self, number: int, description: str, ids: Sequence[str], before: FilledForm) -> None:
        """Show it."""
        assert number == len(self.forms) + 1
        self.shown.append((description, ids, before))
        raise Waits

    async def make(self, store: CampaignStore, *, is_sandbox: bool) -> str:
        """Make what is to be made again."""
        assert (store.root, is_sandbox) == (self.rounds.store.root, False)
        if self.breaks is not None:
            raise self.breaks
        await asyncio.to_thread(lambda: self.rounds.made(**self.runs))
        return "Made again"

    def process(self) -> ReviewResult | None:
        """One process of the run, from the top; what the review came to, if it is over."""
        order = ReviewOrder(campaign_folder=self.rounds.store.root)
        with disable_run_logger():
            try:
                return asyncio.run(review_in_rounds(order, self, self.make))
            except Waits:
                return None

    def fill_in(self, **answer: str) -> ReviewResult | None:
        """Send the form that is shown, a moment ago, and let the next process go on with it."""
        at = datetime.now(UTC) - timedelta(seconds=1)
        self.forms.append(SentForm(FilledForm.model_validate(answer), at, tuple(self.shown[-1][1])))
        return self.process()

    @property
    def text(self) -> str:
        """What the last form says."""
        return self.shown[-1][0]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Three images, made, and shown in the first round."""
    desk = Desk(Rounds(tmp_path, options={"name": "Lamps", "hold": True}))
    desk.rounds.made()
    assert desk.process() is None
    return desk


def reviews(desk: Desk) -> list[str]:
    """What the manifest says of each image."""
    return [row["review"] for row in desk.rounds.rows()]


def test_a_round_shows_what_waits_by_number(desk):
    """With the picture in its text, what each number is and costs, and where the page lies."""
    assert "**3 images wait for your decision.**" in desk.text
    assert "](data:image/webp;base64," in desk.text
    assert "**1** row 2, Lamp, copy 1; again: $0.08" in desk.text
    assert "index.html" in desk.text
    assert list(desk.shown[0][1]) == desk.rounds.ids


def test_what_is_made_again_is_shown_in_the_next_round(desk):
    """Who decides stands in the manifest, and in the next form; at the end the campaign is approved."""
    assert desk.fill_in(keep="1", again="2", reject="3", words="2: at night", by="Kim") is None
    assert "Taken in: 1 kept, 1 rejected, 1 again: $0.08 at the next run" in desk.text
    (take,) = desk.shown[-1][1]
    prompts = {row["cell_id"]: row["prompt"] for row in desk.rounds.rows()}
    assert prompts[take] == "A lamp on a beech table, at night"
    assert desk.shown[-1][2] == FilledForm(by="Kim")
    result = desk.fill_in(keep="all", verdict="done", by="Kim")
    assert result is not None
    assert result.sentence() == "2 kept, 1 rejected, none again; the campaign is approved"
    assert desk.rounds.api.billed.total() == 4


def test_a_form_that_is_wrong_is_shown_again_as_it_was(desk):
    """All that is wrong is told, nothing of it is recorded, and it is no end though it says so."""
    answer = {"keep": "1, 9", "again": "2", "reject": "2", "by": "Kim", "verdict": "done"}
    assert desk.fill_in(**answer) is None
    assert "'9' is no number on the picture; use 1 to 3" in desk.text
    assert "is in Make again as well" in desk.text
    assert desk.shown[-1][1:] == (desk.shown[0][1], FilledForm.model_validate(answer))
    assert reviews(desk) == ["awaited"] * 3
    form = form_of(desk.text, desk.shown[-1][2]).model_json_schema()["properties"]
    assert form["keep"]["default"] == "1, 9"
    assert form["keep"]["description"].startswith("Numbers of the picture")
    assert desk.fill_in(keep="1", reject="2-3", verdict="done").sentence().startswith("1 kept, 2 rejected")


def test_numbers_mean_the_same_in_a_form_that_is_mended(desk):
    """Though somebody else has decided on one of them meanwhile; he is told, and the later word counts."""
    first = desk.shown[-1][1]
    desk.rounds.reviewed(f"{first[0]},reject,too dark,,,,Lee")
    assert desk.fill_in(keep="1 2", reject="9") is None
    assert desk.shown[-1][1] == first
    assert "(decided by now: reject" in desk.text
    assert desk.fill_in(keep="2", reject="3") is not None
    assert reviews(desk) == ["reject", "keep", "reject"]


@pytest.mark.parametrize("file", ["nothing.csv", "broken.csv"])
def test_a_file_that_is_wrong_is_told_with_the_form(desk, file):
    """One that is not there, or names cells that are not; the numbers beside it are kept for the next form."""
    (desk.rounds.folder / "broken.csv").write_text("cell_id,decision\nnobody,keep\n")
    assert desk.fill_in(keep="1", decisions=str(desk.rounds.folder / file)) is None
    assert file in desk.text
    assert reviews(desk) == ["awaited"] * 3
    assert desk.shown[-1][2].keep == "1"


def test_a_table_counts_beside_the_numbers(desk):
    """Its rows are as old as the form where they name no time, so it says nothing new when it is read once more."""
    table = desk.rounds.file(f"{desk.rounds.ids[2]},reject,too dark")
    assert desk.fill_in(keep="1", decisions=table, by="Kim") is None
    assert reviews(desk) == ["keep", "awaited", "reject"]
    names = desk.rounds.store.names("ledger/reviews")
    desk.rounds.reviewed(f"{desk.rounds.ids[2]},keep")
    assert desk.process() is None, "a process that begins anew"
    assert reviews(desk) == ["keep", "awaited", "keep"]
    assert len(desk.rounds.store.names("ledger/reviews")) == len(names) + 1


def test_a_process_that_ends_anywhere_pays_nothing_twice(desk):
    """Killed while images are made again, or after that: the next one takes in the same form, and makes the rest."""
    desk.breaks = Interrupted("killed")
    with pytest.raises(Interrupted):
        desk.fill_in(keep="1 3", again="2")
    desk.breaks = None
    for _ in range(2):
        assert desk.process() is None
    assert desk.rounds.api.billed.total() == 4
    assert len(desk.rounds.store.names("ledger/reviews")) == 3
    assert len(desk.shown[-1][1]) == 1


@pytest.mark.parametrize("fault", [ApiAway("The API answers nobody"), InputInvalid.of(source="x", problem="is gone")])
def test_what_cannot_be_made_again_is_told_and_tried_with_the_next_form(desk, fault):
    """The decisions stand; others go on. Where nothing else waits, the run ends, and says what to do."""
    desk.breaks = fault
    assert desk.fill_in(keep="1", again="2") is None
    assert "Not made again" in desk.text
    result = desk.fill_in(keep="1")
    assert result is not None
    assert result.exit_code == 1
    assert result.troubles[0].startswith("1 image still to be made again.")
    assert reviews(desk) == ["keep", "again", "keep"]


def test_what_a_run_has_planned_and_not_asked_for_is_still_to_be_made(desk):
    """A budget that is reached leaves a take in the manifest as pending; the next form asks for it once more."""
    desk.runs["budget_usd"] = Decimal("0.24")
    assert desk.fill_in(keep="1", again="2") is None
    assert [row["status"] for row in desk.rounds.rows()] == ["done", "done", "pending", "done"]
    desk.runs.clear()
    assert desk.fill_in() is None
    assert [row["status"] for row in desk.rounds.rows()] == ["done"] * 4


def test_nothing_said_is_no_decision(desk):
    """Whoever resumes the run without a word sees the same again; `done` ends it, and says what is undecided."""
    assert desk.fill_in() is None
    assert NOTHING_SAID in desk.text
    result = desk.fill_in(verdict="done")
    assert result is not None
    assert result.sentence() == "nothing new; 0 kept, 0 rejected, none again; 3 undecided"


def test_what_is_to_be_made_again_after_the_last_round_is_left_to_the_next_run(desk):
    """Nobody would look at it any more in this review."""
    result = desk.fill_in(keep="1 3", again="2", verdict="done")
    assert result is not None
    assert (result.again, result.exit_code, desk.rounds.api.billed.total()) == (1, 0, 3)


def test_what_was_refused_is_reworded_or_done_without(tmp_path):
    """It has a number and no picture; the words are its whole prompt."""
    desk = Desk(Rounds(tmp_path, "product,prompt\nLamp,A lamp\nMug,A mug\nJug,A jug\n"))
    desk.rounds.api.refusal = httpx.Response(422, json={"error": "not allowed"})
    desk.rounds.made()
    desk.rounds.api.refusal = None
    assert desk.process() is None
    assert "**1** row 2, Lamp, no image, blocked: not allowed Its prompt: A lamp; again: $0.08" in desk.text
    assert desk.fill_in(again="1", words="1: A lamp on a desk", reject="2 3") is None
    assert [row["prompt"] for row in desk.rounds.rows()] == ["A lamp on a desk", "A mug", "A jug"]
    result = desk.fill_in(keep="1", verdict="done")
    assert result is not None
    assert result.sentence() == "1 kept, 2 rejected, none again"


def test_of_many_images_the_first_are_shown(tmp_path):
    """With the way to the page, where all can be chosen at once; the others follow."""
    desk = Desk(
        Rounds(
            tmp_path,
            "product,prompt,num_images\n" + "".join(f"Lamp {n},A lamp,2\n" for n in range(NUMBERED_MAX // 2 + 1)),
        )
    )
    desk.rounds.made()
    assert desk.process() is None
    assert f"{NUMBERED_MAX + 2} images wait for your decision; these are the first {NUMBERED_MAX}" in desk.text
    assert desk.fill_in(keep="all") is None
    assert len(desk.shown[-1][1]) == 2


def test_where_no_campaign_lies_the_run_is_refused(tmp_path):
    """Before anything is shown."""
    desk = Desk(Rounds(tmp_path))
    with pytest.raises(InputInvalid):
        desk.process()
