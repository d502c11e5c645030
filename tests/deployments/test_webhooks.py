"""The receiver takes the API's own webhooks, believes none that the API has not signed, and tells runs of each once."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployments.receiver.bodies import BODY_MAX_BYTES
from deployments.receiver.journal import Journal
from deployments.receiver.told_done import KEPT_S, RECENT_S, TOLD_MAX, WAIT_S, DoneTable
from tasks.callbacks.signature import Secrets, sign
from tasks.webhooks.news import question
from tests.deployments.events import SECRETS
from tests.deployments.receiving import receiver
from tests.tasks.webhooks.signing import BODY, a_key, jwks, webhook
from tests.waiting import seen, stop_time, time_passes

HOOK = "/webhooks/ideogram"
OTHER = Secrets.parse("whsec_" + "b3RoZXIh" * 4)


async def publish() -> bytes:
    """The API's keys."""
    return jwks(a_key())


async def publish_nothing() -> bytes:
    """The API is away."""
    raise httpx.ConnectError("refused")


def in_receiver(folder: Path, scenario: Callable[[httpx.AsyncClient], Coroutine[Any, Any, Any]], **options: Any) -> Any:
    """What a scenario comes to in which a receiver runs."""

    async def scene() -> Any:
        async with receiver(folder, **({"fetch": publish} | options)) as client:
            return await scenario(client)

    return asyncio.run(scene())


async def tell(client: httpx.AsyncClient, generation_id: str = "gen-1", **signed: Any) -> httpx.Response:
    """The API tells that one is done."""
    return await client.post(HOOK, content=BODY, headers=webhook(generation_id, **signed))


async def ask(client: httpx.AsyncClient, since: str = "", secrets: Secrets | None = SECRETS) -> httpx.Response:
    """A run asks which are done."""
    now = int(time.time())
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    signed = () if secrets is None else ("q-1", str(now), sign(secrets, "q-1", now, question(since)))
    params = {"since": since} if since else None
    return await client.get(f"{HOOK}/done", params=params, headers=dict(zip(names, signed, strict=False)))


def test_a_webhook_is_told_to_a_run(tmp_path):
    """Once, and to each run that asks; the address may end in a slash."""

    async def scenario(client: httpx.AsyncClient) -> list[Any]:
        first = await tell(client, "gen-1")
        second = await client.post(f"{HOOK}/", content=BODY, headers=webhook("gen-2"))
        assert [(one.status_code, one.json()) for one in (first, second)] == [(200, {"received": True})] * 2
        answer = await ask(client)
        assert answer.headers["cache-control"] == "no-store"
        return [answer.json(), (await ask(client)).json(), (await ask(client, "1")).json()]

    both = {"done": ["gen-1", "gen-2"], "next": 2}
    assert in_receiver(tmp_path, scenario) == [both, both, {"done": ["gen-2"], "next": 2}]


def test_a_run_that_waits_is_told_at_once(tmp_path):
    """And one to whom nobody tells anything is answered before it holds up an end of the receiver."""

    async def scenario(client: httpx.AsyncClient) -> list[Any]:
        stop_time()
        waiting = [asyncio.create_task(ask(client, "0")) for _ in range(3)]
        await seen(lambda: True)
        await tell(client)
        told = [(await one).json() for one in waiting]
        idle = asyncio.create_task(ask(client, "1"))
        while not idle.done():
            await time_passes(WAIT_S / 10)
            await asyncio.to_thread(lambda: None)
        return [*told, (await idle).json()]

    assert in_receiver(tmp_path, scenario) == [{"done": ["gen-1"], "next": 1}] * 3 + [{"done": [], "next": 1}]


def test_what_comes_again_is_answered_and_told_to_nobody(tmp_path):
    """A replay within five minutes, and a duplicate, which is signed anew; also after a restart."""

    async def twice(client: httpx.AsyncClient) -> None:
        headers = webhook()
        for signed in (headers, headers, webhook(age_s=60)):
            assert (await client.post(HOOK, content=BODY, headers=signed)).json() == {"received": True}

    async def again(client: httpx.AsyncClient) -> tuple[Any, int]:
        await twice(client)
        return (await ask(client)).json(), (await client.get("/health")).json()["webhooks"]

    in_receiver(tmp_path, twice)
    assert in_receiver(tmp_path, again) == ({"done": ["gen-1"], "next": 1}, 1)


def test_what_is_unsigned_or_forged_is_401_and_counted(tmp_path):
    """By its reason, apart from those of callbacks; nothing of it is kept. Also where callbacks are not verified."""

    async def scenario(client: httpx.AsyncClient) -> tuple[list[int], Any, Any]:
        forged = [
            {},
            webhook(key=a_key(9)),
            webhook(body=b"another"),
            webhook() | {"X-Ideogram-Webhook-Generation-Id": "gen-2"},
            webhook(age_s=301),
            webhook(age_s=-301),
            webhook() | {"X-Ideogram-Webhook-Signature": "00"},
        ]
        statuses = [(await client.post(HOOK, content=BODY, headers=one)).status_code for one in forged]
        health = (await client.get("/health")).json()
        return statuses, health["refused"], health["webhooks"]

    of_whom = {"missing": 1, "mismatched": 3, "stale": 2, "malformed": 1}
    refused = {f"The webhook's signature is {reason}": count for reason, count in of_whom.items()}
    for folder, secrets in ((tmp_path / "verified", SECRETS), (tmp_path / "unsigned", None)):
        assert in_receiver(folder, scenario, secrets=secrets) == ([401] * 7, refused, 0)


def test_without_the_apis_keys_a_webhook_is_to_come_again(tmp_path):
    """503, which the API takes for a failure that passes; it is no refusal."""

    async def scenario(client: httpx.AsyncClient) -> tuple[int, str, dict[str, int]]:
        answer = await tell(client)
        return answer.status_code, answer.headers["retry-after"], (await client.get("/health")).json()["refused"]

    assert in_receiver(tmp_path, scenario, fetch=publish_nothing) == (503, "30", {})


def test_a_webhook_that_is_too_large_is_413(tmp_path):
    """Also one whose headers are right, and that announces nothing."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 1000

    async def scenario(client: httpx.AsyncClient) -> list[int]:
        large = (b"x" * (BODY_MAX_BYTES + 1), chunks())
        return [(await client.post(HOOK, content=body, headers=webhook())).status_code for body in large]

    assert in_receiver(tmp_path, scenario) == [413, 413]


def test_only_whoever_has_the_secret_may_ask(tmp_path):
    """Unless callbacks are not verified either; a question that is signed for one number is not for another."""

    async def scenario(client: httpx.AsyncClient) -> list[int]:
        now = int(time.time())
        names = {"webhook-id": "q", "webhook-timestamp": str(now)}
        asked = [
            {},
            names | {"webhook-signature": sign(SECRETS, "q", now, question("2"))},
            names | {"webhook-signature": sign(OTHER, "q", now, question(""))},
        ]
        answers = [await client.get(f"{HOOK}/done", headers=headers) for headers in asked]
        return [answer.status_code for answer in answers]

    async def refused(client: httpx.AsyncClient) -> dict[str, int]:
        await scenario(client)
        return (await client.get("/health")).json()["refused"]

    assert in_receiver(tmp_path / "a", scenario) == [401, 401, 401]
    assert in_receiver(tmp_path / "b", scenario, secrets=None) == [200, 200, 200]
    assert in_receiver(tmp_path / "c", refused) == {
        "The signature is missing, of a question for what is done": 1,
        "The signature is mismatched, of a question for what is done": 2,
    }


@pytest.mark.parametrize("since", ["-1", "x", "1.5", "9" * 16, "١"])
def test_a_number_that_is_none_is_400(tmp_path, since):
    """Nobody named it."""

    async def scenario(client: httpx.AsyncClient) -> int:
        return (await ask(client, since)).status_code

    assert in_receiver(tmp_path, scenario) == 400


def test_whoever_asks_first_is_told_what_is_recent(tmp_path):
    """So is one whose number another journal has named, since the receiver has begun a new one."""
    journal = Journal.open(tmp_path / "callbacks.sqlite")
    table = DoneTable.open(journal.database)
    assert table.after(None, 0.0).model_dump() == {"done": (), "next": 0}
    for at, name in ((0.0, "old"), (RECENT_S, "new"), (RECENT_S + 1, "newer")):
        assert table.add(name, at)
    now = RECENT_S + 2
    for number in (None, 4, 10**14):
        assert table.after(number, now).model_dump() == {"done": ("new", "newer"), "next": 3}
    assert table.after(0, now).done == ("old", "new", "newer")
    assert table.after(3, now).model_dump() == {"done": (), "next": 3}
    journal.close()


def test_many_are_told_in_parts_and_old_ones_forgotten(tmp_path):
    """No answer grows without bound, and a number is never given to another."""
    journal = Journal.open(tmp_path / "callbacks.sqlite")
    table = DoneTable.open(journal.database)
    journal.database.execute("BEGIN")
    for number in range(TOLD_MAX + 5):
        table.add(f"gen-{number}", 0.0)
    journal.database.execute("COMMIT")
    first = table.after(0, 0.0)
    second = table.after(first.next, 0.0)
    assert (len(first.done), first.next) == (TOLD_MAX, TOLD_MAX)
    assert (second.done, second.next) == (tuple(f"gen-{TOLD_MAX + n}" for n in range(5)), TOLD_MAX + 5)
    assert table.add("gen-1", KEPT_S + 1)
    assert table.after(TOLD_MAX + 5, KEPT_S + 1).model_dump() == {"done": ("gen-1",), "next": TOLD_MAX + 6}
    assert table.count() == 1
    journal.close()
