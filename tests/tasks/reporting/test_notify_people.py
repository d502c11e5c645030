"""People are told how a campaign ended; what a block does or says about it harms nobody."""

import asyncio
from contextlib import suppress

import pytest
from prefect.blocks.abstract import NotificationBlock
from prefect.logging import disable_run_logger

from tasks.errors import InputInvalid, StorageFailed
from tasks.records.fault import Fault
from tasks.records.result import CampaignResult
from tasks.reporting.endings import NEXT
from tasks.reporting.notify_people import CELLS_TOLD, news, people_told, subject
from tasks.reporting.reporter import Reporter, watched_by
from tests.factories import a_cell, a_request, an_outcome

CELLS = [a_cell(a_request(f"a canary {number}")) for number in range(3)]
OUTCOMES = {cell.cell_id: an_outcome(cell, st) for cell, st in zip(CELLS, ("done", "blocked", "failed"), strict=True)}
RESULT = CampaignResult(name="Q1", folder="s3://b/q1", cells=3, by_status={"done": 1, "blocked": 1, "failed": 1})


class Board(NotificationBlock):
    """Keeps what it is told, or breaks."""

    told: list[tuple[str, str | None]] = []  # noqa: RUF012  a field of pydantic
    breaks: bool = False

    def notify(self, body: str, subject: str | None = None) -> None:
        """As every notification block does it."""
        if self.breaks:
            raise OSError("https://hooks.example.com/t0ken")
        self.told.append((body, subject))


class Watcher(Reporter):
    """Remembers what it was warned of."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings: list[str] = []

    def warn(self, sentence: str) -> None:
        """One of them."""
        self.warnings.append(sentence)


def notified(
    monkeypatch,
    block: object,
    name: str = "board/mine",
    ends: Exception | None = None,
    watcher: Watcher | None = None,
) -> list[str]:
    """Notify of a campaign that `ends` so, with this block under a name; returns the names that were looked for."""
    asked: list[str] = []

    async def load(name: str) -> object:
        asked.append(name)
        if isinstance(block, Exception):
            raise block
        return block

    async def campaign() -> None:
        async with people_told("Q1", load) as people:
            if ends is not None:
                raise ends
            await people.hear(subject(RESULT), news(RESULT, CELLS, OUTCOMES))

    monkeypatch.setenv("CAMPAIGN_NOTIFY", name)
    with disable_run_logger(), watched_by(watcher or Watcher()), suppress(type(ends) if ends else ()):
        asyncio.run(campaign())
    return asked


def test_the_end_of_a_campaign_reaches_people(monkeypatch):
    """Counts, cost, who must look at what, and where the page is; not the prompts."""
    board = Board()
    assert notified(monkeypatch, board) == ["board/mine"]
    [(body, title)] = board.told
    assert title == "Q1, not all done: 1 done, 1 blocked, 1 failed"
    lines = body.splitlines()
    assert lines[0] == "Not all done: 1 done, 1 blocked, 1 failed of 3 images. $0.00"
    assert lines[1] == "A reviewer must look at these; their prompts were refused:"
    assert lines[2].startswith(f"- row 2, Teapot, hero ({CELLS[1].cell_id}): blocked: The safety check")
    assert lines[3] == "These have no image:"
    assert lines[-3:-1] == [f"{status}: {NEXT[status]}" for status in ("failed", "blocked")]
    assert lines[-1] == "Page: s3://b/q1/index.html"
    assert "canary" not in body


def test_where_no_block_is_named_nobody_is_told(monkeypatch):
    """And nothing is looked for."""
    assert notified(monkeypatch, Board(), name=" ") == []


@pytest.mark.parametrize("block", [Board(breaks=True), ValueError("no such block"), object()])
def test_a_notification_that_fails_harms_nobody(monkeypatch, block):
    """A block that breaks, one that is not there, and one of another kind: said where the run is watched."""
    watcher = Watcher()
    assert notified(monkeypatch, block, watcher=watcher) == ["board/mine"]
    [warning] = watcher.warnings
    assert "board/mine" in warning
    assert "t0ken" not in warning


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StorageFailed("s3://b/q1 cannot be written: access denied"), "s3://b/q1 cannot be written: access denied"),
        (InputInvalid([Fault(source="m.csv", row=3, problem="is odd")]), "m.csv, row 3: is odd"),
        (RuntimeError("https://hooks.example.com/t0ken"), "A fault of this program: RuntimeError"),
    ],
)
def test_a_campaign_that_came_to_no_result_is_told_too(monkeypatch, error, said):
    """Whatever ended it: a night's run that fails at its start must not look like one that had nothing to do."""
    board = Board()
    notified(monkeypatch, board, ends=error)
    [(body, title)] = board.told
    assert title == "Q1: failed"
    assert said in body


def test_people_hear_once(monkeypatch):
    """What stops a campaign is raised after they have heard of its result."""

    async def campaign(load) -> None:
        async with people_told("Q1", load) as people:
            await people.hear("Q1: 1 done, stopped early", "Top up")
            raise StorageFailed("later")

    async def load(_: str) -> object:
        return board

    board = Board()
    monkeypatch.setenv("CAMPAIGN_NOTIFY", "board/mine")
    with pytest.raises(StorageFailed):
        asyncio.run(campaign(load))
    assert board.told == [("Top up", "Q1: 1 done, stopped early")]


def test_many_troubles_are_counted():
    """A message stays short."""
    cells = [a_cell(a_request(f"Tea {number}")) for number in range(CELLS_TOLD + 5)]
    body = news(RESULT, cells, {cell.cell_id: an_outcome(cell, "blocked") for cell in cells})
    assert body.count("- row") == CELLS_TOLD
    assert "- and 5 more" in body


def test_a_campaign_that_was_stopped_says_why():
    """In the subject that, in the body why."""
    stopped = RESULT.model_copy(update={"stopped_because": "The budget is reached"})
    assert subject(stopped) == "Q1, stopped early: 1 done, 1 blocked, 1 failed"
    assert "Stopped early: The budget is reached" in news(stopped, CELLS, OUTCOMES)
