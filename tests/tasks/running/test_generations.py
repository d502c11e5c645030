"""What the API has accepted to draw is fetched by its id, by whichever run, and paid once."""

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tasks.errors import GenerationsLeft, StorageFailed
from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Answered
from tasks.records.answer import ImageObject
from tasks.storage.storage import CampaignStore
from tests.factories import PRICE_USD, a_cell, a_request
from tests.tasks.harness import Api, Ended, picture, run, without_engine  # noqa: F401  without_engine is a fixture

pytestmark = pytest.mark.usefixtures("without_engine")

CELLS = tuple(a_cell(a_request(f"Lamp {number}", model="ideogram-4-5", quality="low")) for number in range(3))
CELL = CELLS[0]


@dataclass
class Generations(Api):
    """An API that draws asynchronously: each generation is pending for so many polls, and billed when it is done."""

    polls_each: int = 2
    failure: dict[str, Any] | None = None
    """What the polls of whatever is accepted now answer in the end instead of `completed`."""
    failures: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    """By its id, how many polls a generation is still pending for."""
    prompts: dict[str, str] = field(default_factory=dict)
    polls: int = 0
    on_poll: Callable[[str], None] = lambda _: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Accept a request, tell how a generation stands, or send its image."""
        path = request.url.path
        if path.startswith("/v2/image/generate/"):
            return self._accept(json.loads(request.content))
        if path.startswith("/v2/generations/"):
            return self._tell(path.rpartition("/")[2])
        if path == "/expired.png":
            return httpx.Response(403)
        return super().__call__(request)

    def _accept(self, asked: dict[str, Any]) -> httpx.Response:
        self.before(asked["prompt"])
        if self.refusal is not None:
            return self.refusal
        assert asked["async"] is True
        name = f"g{len(self.prompts)}"
        self.prompts[name], self.left[name], self.failures[name] = asked["prompt"], self.polls_each, self.failure
        self.billed[asked["prompt"]] += self.failure is None
        return httpx.Response(200, json={"generation_id": name, "seed": 7})

    def _tell(self, name: str) -> httpx.Response:
        self.polls += 1
        self.on_poll(name)
        self.left[name] -= 1
        if self.left[name] >= 0:
            return httpx.Response(200, json={"generation_id": name, "status": "pending"})
        if (failure := self.failures.get(name)) is not None:
            return httpx.Response(200, json={"generation_id": name} | failure)
        item = {"url": f"https://ideogram.ai/{name}.png?exp=1&sig={self.polls}", "prompt": self.prompts[name]}
        item |= {"is_image_safe": True, "seed": 7, "resolution": "24x12", "object_type": "image"}
        told = {"generation_id": name, "status": "completed", "response_type": "image", "data": [item]}
        return httpx.Response(200, json=told)


@contextmanager
def seen_by_others(folder: Path, api: Generations) -> Iterator[list[tuple[Path, Generations]]]:
    """What the folder and the API are like after each time that anything is written; without signs of life."""
    moments: list[tuple[Path, Generations]] = []
    with pytest.MonkeyPatch.context() as patch:

        def watched(name: str) -> Callable[..., Any]:
            real = getattr(CampaignStore, name)

            def call(store: CampaignStore, *args: Any, **kwargs: Any) -> Any:
                result = real(store, *args, **kwargs)
                if Path(store.root) == folder:
                    copy = folder.with_name(f"moment-{len(moments)}") / folder.name
                    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("runs"))
                    moments.append((copy, deepcopy(api)))
                return result

            return call

        for name in ("create", "write", "publish", "move"):
            patch.setattr(CampaignStore, name, watched(name))
        yield moments


@pytest.fixture
def store(tmp_path: Path) -> CampaignStore:
    """An empty folder."""
    return CampaignStore.open(str(tmp_path), "lamps")


def ran(store: CampaignStore, api: Api, **options: Any) -> Ended:
    """One run over the first cell."""
    return asyncio.run(run(store, api, **{"cells": [CELL]} | options))


def test_an_image_is_drawn_while_the_run_asks_how_it_stands(store):
    """Billed once; stored, cut, and told of as any other."""
    api = Generations()
    ended = ran(store, api, cells=CELLS)
    assert ended.statuses == ["done"] * 3
    assert set(api.billed.values()) == {1}
    assert ended.spent_usd == 3 * PRICE_USD
    assert {outcome.original.seed for outcome in ended.outcomes.values()} == {7}


def test_the_id_is_noted_before_anything_else(store):
    """When the first poll leaves, whoever comes after a crash could ask for the same."""
    noted: list[str | None] = []

    def on_poll(_: str) -> None:
        answered = Ledger(store, "another").read_answer(CELL.cell_id, 1)
        noted.append(answered.image.generation_id if answered else None)

    ran(store, Generations(on_poll=on_poll))
    assert set(noted) == {"g0"}


def test_wherever_a_run_dies_the_next_pays_nothing_twice(store):
    """Between any two writes: nothing is billed but what is done, and unknown is only what was just being sent."""
    api = Generations()
    with seen_by_others(Path(store.root), api) as moments:
        ran(store, api)
    ends = []
    for folder, left in moments:
        there = CampaignStore.open(str(folder.parent), "lamps")
        (outcome,) = ran(there, left).outcomes.values()
        assert left.billed.total() <= 1
        assert left.billed.total() == (outcome.status == "done")
        assert outcome.cost_usd == PRICE_USD
        ends.append(outcome.status)
    assert ends.count("unknown") == 1, "its intent was written, and nobody knows whether the request has left"
    assert len(ends) > 6


def test_what_a_dead_run_has_submitted_is_collected(store):
    """From any machine that sees the same folder: by the id, without a request."""
    api, dead = Generations(), Ledger(store, "dead-run")
    dead.intend(CELL, 1)
    told = ImageObject(generation_id="g0", seed=7)
    dead.note_answer(Answered(cell_id=CELL.cell_id, turn=1, image=told, attempts=1, started_at=datetime.now(UTC)))
    api.prompts["g0"], api.left["g0"] = CELL.request.prompt, 3
    ended = ran(store, api)
    assert ended.statuses == ["done"]
    assert api.billed.total() == 0
    assert ended.spent_usd == 0
    assert ended.outcomes[CELL.cell_id].cost_usd == PRICE_USD


@pytest.mark.parametrize(
    ("reason", "status"),
    [("content_policy_violation", "blocked"), ("internal_error", "failed"), ("", "failed"), (None, "failed")],
)
def test_a_generation_that_fails_is_free(store, reason, status):
    """Blocked where a policy has stopped it, so that a person looks; failed otherwise, and tried again when asked."""
    api = Generations(failure={"status": "failed", "failure_reason": reason})
    ended = ran(store, api)
    assert ended.statuses == [status]
    assert ended.outcomes[CELL.cell_id].cost_usd == 0
    api.failure = None
    again = ran(store, api, retry=[status])
    assert again.statuses == ["done"]
    assert again.outcomes[CELL.cell_id].cost_usd == PRICE_USD


def test_what_is_still_drawn_is_left_to_the_next_run(store):
    """Not given up, and not told as unknown: its price stays set aside, and the run says what to do."""
    api = Generations(polls_each=3)
    ended = ran(store, api, pending_max_s=0.01)
    assert ended.statuses == []
    assert isinstance(ended.stopped_by, GenerationsLeft)
    assert "1 image is still being drawn" in str(ended.stopped_by)
    api.left["g0"] = 0
    again = ran(store, api)
    assert again.statuses == ["done"]
    assert api.billed.total() == 1


def test_an_answer_that_the_storage_does_not_take_is_kept(store, monkeypatch):
    """The campaign stops, the image comes all the same, and if that cannot be stored either its id is told."""
    api = Generations()
    real = Ledger.note_answer
    calls = Counter[str]()

    def once(ledger: Ledger, answered: Any) -> None:
        calls["answers"] += 1
        if calls["answers"] == 1:
            raise StorageFailed("full")
        real(ledger, answered)

    monkeypatch.setattr(Ledger, "note_answer", once)
    ended = ran(store, api, cells=CELLS, slots=1)
    assert isinstance(ended.stopped_by, StorageFailed)
    assert ended.statuses == ["done"]
    assert ran(store, api, cells=CELLS).statuses == ["done"] * 3
    assert set(api.billed.values()) == {1}


def test_a_link_that_has_expired_is_told_anew(store):
    """By the same id: one poll, and nothing is asked for again."""
    api, dead = Generations(), Ledger(store, "dead-run")
    dead.intend(CELL, 1)
    told = ImageObject(url="https://ideogram.ai/expired.png?exp=1&sig=0", generation_id="g0", seed=7)
    dead.note_answer(Answered(cell_id=CELL.cell_id, turn=1, image=told, attempts=1, started_at=datetime.now(UTC)))
    api.prompts["g0"], api.left["g0"] = CELL.request.prompt, 0
    assert ran(store, api).statuses == ["done"]
    assert (api.polls, api.billed.total()) == (1, 0)
