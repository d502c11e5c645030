"""Who has no shell reviews a campaign in Prefect's form: each round is a process of a worker, and none is lost."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from prefect import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.states import Completed

from deployments.setup import POOL, work_pool
from flows.campaign import campaign
from flows.review import review_campaign
from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tests.deployments.workers import a_worker, look_at
from tests.tasks.harness import without_engine  # noqa: F401  without_engine is a fixture
from tests.tasks.reviewing.rounds import Rounds
from tests.waiting import until

STARTS_WITHIN_S = 100


async def description_of(run: FlowRun) -> str:
    """What the form says above its fields."""
    assert run.state is not None
    keys: Any = run.state.state_details.run_input_keyset
    async with get_client() as prefect:
        return str(json.loads(await prefect.read_flow_run_input(run.id, keys["description"])))


async def fill_in(run: FlowRun, **answer: str) -> None:
    """Send the form, as the button Resume does."""
    async with get_client() as prefect:
        await prefect.resume_flow_run(run.id, run_input=answer)


def asked(run: FlowRun, number: int, log: Path) -> str:
    """What the form of a round says, once the run waits for it."""

    def key() -> str | None:
        state = look_at(run).state
        assert state is not None
        assert not state.is_final(), (state.message, log.read_text()[-3000:])
        return state.state_details.pause_key if state.is_paused() else None

    until(lambda: key() == f"round-{number}", said=log.read_text, within_s=STARTS_WITHIN_S)
    return asyncio.run(description_of(look_at(run)))


async def know(parameters: dict[str, Any]) -> None:
    """Let the server know this deployment, without the others, and the run that has made the campaign."""
    async with get_client() as prefect:
        await work_pool(prefect)
        await prefect.create_deployment(
            await prefect.create_flow(review_campaign),
            "review",
            work_pool_name=POOL,
            entrypoint="flows.review.review_campaign",
            pull_steps=[{"deployments.home.enter_home": {}}],
        )
        await prefect.create_flow_run(campaign, parameters=parameters, tags=["lamps", "paid"], state=Completed())


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("server", "without_engine")
def test_images_are_chosen_in_a_form_by_rounds(tmp_path: Path):
    """What is to be made again is made as the campaign's run made it, and shown by the next round's process."""
    rounds = Rounds(tmp_path, "product,prompt\nLamp,A lamp\nMug,A mug\n", options={"name": "Lamps", "hold": True})
    rounds.made()
    asyncio.run(know({"matrix": "lamps.csv", "name": "Lamps", "output": ".", "hold": True}))
    with (
        running_sandbox(SandboxOptions(latency_range_s=(0.1, 0.2), plain_pictures=True)) as api,
        a_worker(tmp_path, IDEOGRAM_BASE_URL=api, IDEOGRAM_API_KEY="any") as log,
    ):
        run = run_deployment("review-campaign/review", parameters={"campaign_folder": "lamps"}, timeout=0)
        assert isinstance(run, FlowRun)
        text = asked(run, 1, log)
        assert "2 images wait for your decision" in text
        assert re.search(r"!\[.*\]\(data:image/webp;base64,\w+", text)
        asyncio.run(fill_in(run, keep="1", words="2: on a shelf", by="Kim"))
        text = asked(run, 2, log)
        assert "Taken in: 1 kept, 0 rejected, 1 again" in text
        assert "Made again: 3 done of 3 images" in text
    assert [(row["prompt"], row["review"]) for row in rounds.rows()] == [
        ("A lamp", "keep"),
        ("A mug", "again"),
        ("A mug, on a shelf", "awaited"),
    ]
