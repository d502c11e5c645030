"""What a webhook tells the receiver is looked at by the run that waits for it; without a receiver nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from prefect.logging import disable_run_logger

from tasks.api.ideogram import IdeogramClient
from tasks.api.pace import Pace
from tasks.api.poller import Generation, Poller
from tasks.api.settings import Settings
from tasks.records.answer import ImageObject, Pending
from tasks.run_state.toolbox import Toolbox, open_toolbox
from tasks.running.hear_webhooks import receiver_notes, webhooks_heard
from tasks.storage.storage import CampaignStore
from tests.deployments.receiving import receiver
from tests.factories import a_cell, a_request
from tests.tasks.webhooks.signing import BODY, a_key, jwks, webhook
from tests.waiting import seen

HOOK = "http://receiver/webhooks/ideogram"
OLD, NEW = a_request(), a_request(model="ideogram-4-5", style_type=None)


async def publish() -> bytes:
    """The API's keys."""
    return jwks(a_key())


@asynccontextmanager
async def run_at(
    folder: Path, http: httpx.AsyncClient, request: object = NEW, hook: str | None = HOOK
) -> AsyncIterator[Toolbox]:
    """The tools of a run of one image, which reaches its receiver by `http`."""
    settings = Settings.for_api("https://api.example.com", "key").model_copy(update={"webhook_url": hook})
    store, cells = CampaignStore.open(str(folder), "lamps"), (a_cell(request),)  # type: ignore[arg-type]
    with disable_run_logger():
        async with open_toolbox(settings, store, cells, ()) as tools:
            tools.ideogram = IdeogramClient(settings, http)
            yield tools


def test_a_webhook_has_the_waiting_poll_look_at_once(tmp_path, monkeypatch):
    """From the API's signature to the image: nothing but the id is taken from the webhook."""
    monkeypatch.setenv("CALLBACK_SECRET", "whsec_" + "Y2FuYXJ5" * 4)
    drawn = ImageObject(url="https://ideogram.ai/x.png")
    done = asyncio.Event()

    async def look(_: Generation) -> ImageObject | Pending:
        return drawn if done.is_set() else Pending()

    async def scenario() -> tuple[object, int, tuple[str, ...]]:
        async with receiver(tmp_path / "inbox", fetch=publish) as client, run_at(tmp_path, client) as tools:
            tools.poller = Poller(look, 1000, 1e6, first_look_s=1e6, pace=Pace())
            notes = await receiver_notes(tools)
            async with webhooks_heard(tools):
                image = asyncio.create_task(tools.poller.image_of(Generation("gen-1", "kind")))
                await client.post("/webhooks/ideogram", content=BODY, headers=webhook("gen-other"))
                done.set()
                answer = await client.post("/webhooks/ideogram", content=BODY, headers=webhook("gen-1"))
                assert answer.is_success, answer.text
                await seen(image.done)
            return image.result(), tools.poller.polls, notes

    assert asyncio.run(scenario()) == (drawn, 1, ())


def test_a_receiver_that_is_away_is_noted_and_no_more(tmp_path):
    """The plan says so once; the run begins and ends as without one."""

    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    async def scenario() -> tuple[str, ...]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(refuse)) as http, run_at(tmp_path, http) as tools:
            async with webhooks_heard(tools):
                pass
            return await receiver_notes(tools)

    [note] = asyncio.run(scenario())
    assert note == "the receiver of webhooks (receiver) does not tell which images are done, so polls alone do: refused"


def test_nobody_is_asked_where_nothing_comes(tmp_path):
    """Without an address, and where no model is asked asynchronously."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    async def scenario() -> list[tuple[str, ...]]:
        notes = []
        for request, hook in ((NEW, None), (OLD, HOOK)):
            async with (
                httpx.AsyncClient(transport=httpx.MockTransport(fail)) as http,
                run_at(tmp_path, http, request, hook) as tools,
                webhooks_heard(tools),
            ):
                notes.append(await receiver_notes(tools))
        return notes

    assert asyncio.run(scenario()) == [(), ()]
