"""A receiver of callbacks in this process, and what it answers and keeps."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from deployments.callback_receiver import receiving
from deployments.receiver.process import Processor
from deployments.receiver.settings import ReceiverSettings
from deployments.receiver.told_done import DoneTable, ToldDone
from deployments.receiver.webhooks import Webhooks
from tasks.callbacks.signature import Secrets
from tasks.receiving.hooks import Hook, Hooks
from tasks.webhooks.published_keys import Fetch, PublishedKeys
from tests.deployments.events import PATH, SECRETS, event_body, signed
from tests.waiting import LIMIT_S

BODY = event_body()


@asynccontextmanager
async def receiver(
    folder: Path, hook: Hook | None = None, secrets: Secrets | None = SECRETS, fetch: Fetch | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a receiver that runs in this process; `fetch` publishes the API's keys."""
    set_up = ReceiverSettings(secrets=secrets, inbox=folder / "callbacks.sqlite")
    async with receiving(set_up, Hooks(hook, hook), fetch) as app, client_of(app) as client:
        yield client


def webhooks_of(processor: Processor) -> Webhooks:
    """What takes webhooks beside it, of an API that publishes no keys."""

    async def fetch() -> bytes:
        raise OSError

    told = ToldDone(DoneTable.open(processor.inbox.database), processor.on_inbox_thread)
    return Webhooks(PublishedKeys(fetch), told, SECRETS)


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    """A client whose requests go to `app`; what that raises is answered with a 500, as a server would."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://receiver", trust_env=False)


async def settled(client: httpx.AsyncClient, **counts: int) -> None:
    """Wait until the receiver's health shows these counts."""
    async with asyncio.timeout(LIMIT_S):
        while not counts.items() <= (await client.get("/health")).json().items():  # noqa: ASYNC110  seen from outside only
            await asyncio.sleep(0.01)


def answer(folder: Path, body: bytes = BODY, headers: dict[str, str] | None = None, **options: Any) -> httpx.Response:
    """What one request is answered."""

    async def scenario() -> httpx.Response:
        async with receiver(folder, **options) as client:
            return await client.post(PATH, content=body, headers=signed(body) if headers is None else headers)

    return asyncio.run(scenario())


def rows(folder: Path) -> list[tuple[str, str, int]]:
    """What the journal holds when no receiver runs."""
    with sqlite3.connect(folder / "callbacks.sqlite") as database:
        found = database.execute("SELECT event_id, state, tries FROM events ORDER BY rowid").fetchall()
    database.close()
    return found
