"""The API's keys are fetched when they are needed, believed for a day, and never fetched in a hurry."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest

from sandbox.signing import SigningKey, signed_headers
from tasks.webhooks.published_keys import KEPT_S, REST_S, KeysAway, PublishedKeys, fetched_from
from tasks.webhooks.webhook_signature import WebhookInvalid, head_of
from tests.tasks.webhooks.signing import BODY, SENT_AT, a_key, jwks


@dataclass
class Api:
    """Publishes keys, and counts how often it is asked; `now` is everybody's clock."""

    keys: bytes = field(default_factory=lambda: jwks(a_key()))
    fault: Exception | None = None
    now: float = 1_000.0
    asked: int = 0

    async def fetch(self) -> bytes:
        """The keys as they are published."""
        self.asked += 1
        await asyncio.sleep(0)
        if self.fault is not None:
            raise self.fault
        return self.keys

    def known(self) -> PublishedKeys:
        """A receiver's knowledge of them."""
        return PublishedKeys(self.fetch, lambda: self.now)


async def verdict(keys: PublishedKeys, key: SigningKey) -> str:
    """What becomes of a webhook that `key` has signed."""
    head = head_of(signed_headers(key, "gen-1", "user-1", SENT_AT, BODY), SENT_AT)
    try:
        await keys.verify(head, BODY)
    except WebhookInvalid as invalid:
        return invalid.reason
    except KeysAway:
        return "away"
    return "believed"


def run(scenario: Callable[[Api, PublishedKeys], object]) -> tuple[object, int]:
    """What a scenario comes to, and how often the API was asked."""
    api = Api()

    async def scene() -> object:
        return await scenario(api, api.known())  # type: ignore[misc]

    return asyncio.run(scene()), api.asked


def test_keys_are_fetched_once_and_remembered():
    """For a day; then anew."""

    async def scenario(api: Api, keys: PublishedKeys) -> list[object]:
        told: list[object] = [await verdict(keys, a_key()) for _ in range(5)]
        told.append(api.asked)
        api.now += KEPT_S
        told += [await verdict(keys, a_key()), api.asked]
        api.now += 1
        return [*told, await verdict(keys, a_key())]

    assert run(scenario) == (["believed"] * 5 + [1, "believed", 1, "believed"], 2)


def test_a_key_that_is_new_is_fetched_when_a_signature_fails():
    """Its first webhook is believed at once; one by the old key is as long as the API publishes it."""

    async def scenario(api: Api, keys: PublishedKeys) -> list[str]:
        told = [await verdict(keys, a_key(1))]
        api.now += REST_S
        api.keys = jwks(a_key(1), a_key(2))
        told += [await verdict(keys, a_key(2)), await verdict(keys, a_key(1))]
        api.now += REST_S
        api.keys = jwks(a_key(2), a_key(3))
        return [*told, await verdict(keys, a_key(3)), await verdict(keys, a_key(1))]

    assert run(scenario) == (["believed", "believed", "believed", "believed", "mismatched"], 3)


def test_forged_webhooks_do_not_make_it_fetch_each_time():
    """However many come, at once or one after the other: one fetch in a while."""

    async def scenario(api: Api, keys: PublishedKeys) -> set[str]:
        told: set[str] = set()
        for _ in range(10):
            told |= set(await asyncio.gather(*(verdict(keys, a_key(9)) for _ in range(100))))
            api.now += REST_S / 10
        return told

    assert run(scenario) == ({"mismatched"}, 1)


def test_one_fetch_serves_all_who_wait_for_it():
    """A hundred webhooks of a key that is new are believed by one fetch."""

    async def scenario(api: Api, keys: PublishedKeys) -> set[str]:
        await verdict(keys, a_key(1))
        api.now += REST_S
        api.keys = jwks(a_key(2))
        return set(await asyncio.gather(*(verdict(keys, a_key(2)) for _ in range(100))))

    assert run(scenario) == ({"believed"}, 2)


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("refused"), TimeoutError(), ValueError("no set"), OSError("x")], ids=repr
)
def test_keys_that_cannot_be_had_are_no_verdict(fault):
    """Whoever sent it sends it again. What is known is believed for its day, and no longer."""

    async def scenario(api: Api, keys: PublishedKeys) -> list[str]:
        api.fault = fault
        told = [await verdict(keys, a_key()), await verdict(keys, a_key())]
        api.now += REST_S
        api.fault = None
        told.append(await verdict(keys, a_key()))
        api.now += KEPT_S
        api.fault = fault
        told += [await verdict(keys, a_key(2)), await verdict(keys, a_key())]
        api.now += 1
        return [*told, await verdict(keys, a_key())]

    told, _ = run(scenario)
    assert told == ["away", "away", "believed", "mismatched", "believed", "away"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(302, headers={"location": "https://elsewhere.example.com/"}),
        httpx.Response(200, content=b"x" * 100_000),
    ],
    ids=["404", "302", "large"],
)
def test_only_a_small_answer_of_the_api_itself_is_read(answer):
    """No redirect is followed, and no key of ours is sent."""
    asked: list[httpx.Request] = []

    def hear(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer

    async def scenario() -> str:
        fetch = fetched_from("https://api.example.com", httpx.MockTransport(hear))
        return await verdict(PublishedKeys(fetch), a_key())

    assert asyncio.run(scenario()) == "away"
    assert [str(one.url) for one in asked] == ["https://api.example.com/v1/.well-known/jwks.json"]
    assert "api-key" not in asked[0].headers


def test_what_the_api_publishes_is_fetched():
    """From the documented place."""

    async def scenario() -> str:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, content=jwks(a_key())))
        return await verdict(PublishedKeys(fetched_from("https://api.example.com", transport)), a_key())

    assert asyncio.run(scenario()) == "believed"
