"""Campaigns that run through every coroutine of the project in this process, without Prefect's engine around them."""

import functools
import inspect
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from prefect.context import TaskRunContext
from prefect.logging import disable_run_logger
from prefect.states import Completed, Failed
from prefect.tasks import Task

from flows.campaign_run.run_campaign import until_interrupted
from tasks import lane
from tasks.api.ideogram import IdeogramClient
from tasks.api.settings import Settings
from tasks.errors import CampaignStopped, StorageFailed
from tasks.generate_image import generate_image, recover_image
from tasks.lane import lane as lane_task
from tasks.lane import run_lanes
from tasks.ledger.ledger import Ledger
from tasks.make_variants import make_variants
from tasks.publish_campaign import publish_campaign
from tasks.records.campaign import Campaign
from tasks.records.cell import Cell
from tasks.records.label import LabelStyle
from tasks.records.outcome import Outcome
from tasks.records.says import Says
from tasks.records.variant import Variant
from tasks.run_state.tally import Tally
from tasks.run_state.toolbox import open_toolbox
from tasks.running import fetch_again, work_job
from tasks.running.announce_cells import announced
from tasks.running.begin_run import begin_run
from tasks.running.show_life import shown_alive
from tasks.signing.variant_signer import VariantSigner
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, a_request
from tests.waiting import LIMIT_S

SETTINGS = Settings.for_api("https://api.example.com", "key").model_copy(
    update={"first_look_s": 0.01, "polls_max": 10_000}
)
"""What is accepted is looked for at once, and as often as it takes."""
VARIANTS = (Variant(name="og", width=12, height=6, format="png"),)
CAMPAIGN = Campaign(matrix="lamps.csv")
RESOLVE_EVERY_S = 0.02
"""How often a run looks whether another has ended what it has begun."""
CELLS = tuple(a_cell(a_request(f"Lamp {number}")) for number in range(2))


@pytest.fixture
def without_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tasks are the plain coroutines that they wrap, with their hooks after them."""
    for module, task in (
        (work_job, generate_image),
        (work_job, recover_image),
        (fetch_again, recover_image),
        (work_job, make_variants),
        (lane, lane_task),
    ):
        monkeypatch.setattr(module, task.fn.__name__, with_hooks(task))
    for watching in ("watch_slots", "watch_run"):
        monkeypatch.setattr(lane, watching, nobody_else)
    with disable_run_logger():
        yield


def with_hooks(task: Task[..., Any]) -> Callable[..., Any]:
    """The coroutine of `task`; when it has ended, the hooks hear of it as from Prefect."""

    @functools.wraps(task.fn)
    async def call(*args: Any, **kwargs: Any) -> Any:
        parameters = inspect.signature(task.fn).bind(*args, **kwargs).arguments
        heard = TaskRunContext.model_construct(parameters=parameters)
        try:
            result = await task.fn(*args, **kwargs)
        except Exception as error:
            with heard:
                for hook in task.on_failure_hooks:
                    await hook(task, None, Failed(data=error))
            raise
        with heard:
            for hook in task.on_completion_hooks:
                await hook(task, None, Completed(data=result))
        return result

    return call


async def nobody_else(_: object) -> None:
    """Without Prefect's server nobody else can want a place, or delete the run."""


def picture() -> bytes:
    """A PNG of 24 x 12 pixels."""
    out = BytesIO()
    Image.linear_gradient("L").resize((24, 12)).convert("RGB").save(out, "PNG")
    return out.getvalue()


@dataclass
class Api:
    """An API that bills every request that it answers with 200; its links work unless they have `expired`."""

    expired: bool = False
    refusal: httpx.Response | None = None
    """What is answered instead of an image."""
    before: Callable[[str], None] = lambda _: None
    """Is told each prompt before it is answered."""
    billed: Counter[str] = field(default_factory=Counter)
    image: bytes = field(default_factory=picture)
    odd: dict[str, Any] = field(default_factory=dict)
    """Fields of an answer's image that are not as they should be."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request or a download."""
        if request.method == "GET":
            return httpx.Response(403) if self.expired else httpx.Response(200, content=self.image)
        prompt = json.loads(request.content)["image_request"]["prompt"]
        self.before(prompt)
        if self.refusal is not None:
            return self.refusal
        self.billed[prompt] += 1
        image = {"url": "https://ideogram.ai/x.png?sig=1", "prompt": prompt, "is_image_safe": True, "seed": 7}
        return httpx.Response(200, json={"data": [image | {"resolution": "24x12"} | self.odd]})


class Wire(httpx.MockTransport):
    """Leads to an `Api`, and says when a request is about to leave, as a connection does."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        if "trace" in request.extensions:
            await request.extensions["trace"]("http11.send_request_headers.started", {})
        return await super().handle_async_request(request)


@dataclass(frozen=True)
class Ended:
    """What a run came to."""

    outcomes: dict[str, Outcome]
    stopped_by: CampaignStopped | None
    tally: Tally
    spent_usd: Decimal
    """In this run."""

    @property
    def statuses(self) -> list[str]:
        """By cell."""
        return [self.outcomes[cell_id].status for cell_id in sorted(self.outcomes)]


async def run(
    store: CampaignStore,
    api: Api,
    cells: Sequence[Cell] = CELLS,
    retry: Sequence[Any] = (),
    budget_usd: Decimal | None = None,
    slots: int = 2,
    campaign: Campaign = CAMPAIGN,
    last_try_s: float = LIMIT_S,
    ledger: Callable[[Ledger], Ledger] = lambda own: own,
    variants: Sequence[Variant] = VARIANTS,
    signer: VariantSigner | None = None,
    **settings: Any,
) -> Ended:
    """One run of a campaign, from the ledger to the manifest."""
    async with (
        open_toolbox(SETTINGS.model_copy(update=settings), store, tuple(cells), tuple(variants), budget_usd) as tools,
        IdeogramClient.open(SETTINGS, Wire(api)) as tools.ideogram,
    ):
        tools.ledger, tools.said = ledger(tools.ledger), Says(campaign.marks or "yes", LabelStyle(text=campaign.label))
        tools.signer, tools.said = signer, tools.said.signed(signer.over_px if signer else None)
        try:
            await begin_run(tools, frozenset(retry))
            async with shown_alive(tools), announced(tools, campaign, last_try_s):
                await until_interrupted(tools, run_lanes(tools, slots, frozenset(retry), RESOLVE_EVERY_S))
            await publish_campaign.fn("Lamps", is_sandbox=False)
        except CampaignStopped as fault:
            tools.stop.because(fault)
        cells, purse = tools.cells, tools.purse
        assert not cells.under_way, "every cell has left"
        assert purse.reserved_usd == 0
        assert purse.cost_usd == cells.tally.cost_usd, "what is shown is what is known"
        return Ended(dict(cells.outcomes), tools.stop.reason, tools.tally, purse.spent_usd)


@contextmanager
def raises_on_call(number: int, fault: Exception, *, after: bool) -> Iterator[Callable[..., Any]]:
    """Give a wrapper whose `number`-th call of what it wraps raises `fault`, before its effect or after."""
    calls = iter(range(1, 1_000_000))

    def wrap(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            is_it = next(calls) == number
            if is_it and not after:
                raise fault
            result = real(*args, **kwargs)
            if is_it:
                raise fault
            return result

        return call

    yield wrap


@contextmanager
def storage_refuses(folder: str) -> Iterator[None]:
    """Nothing can be published below `folder` of any campaign while the context lasts."""
    publish = CampaignStore.publish

    def fail(store: CampaignStore, files: Mapping[str, bytes]) -> None:
        if any(key.startswith(f"{folder}/") for key in files):
            raise StorageFailed("full")
        publish(store, files)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CampaignStore, "publish", fail)
        yield
