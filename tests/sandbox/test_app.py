"""`POST /generate` refuses, bills and answers as the real API does."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.sandbox.examples import KEY, body, client


def run(coroutine: Any) -> Any:
    """Run one test's coroutine."""
    return asyncio.run(coroutine)


async def ask(sandbox: httpx.AsyncClient, prompt: str = "Lamp, on a desk", **fields: object) -> httpx.Response:
    """Ask for one image."""
    return await sandbox.post("/generate", json=body(prompt, **fields))


async def stats(sandbox: httpx.AsyncClient) -> Any:
    """What the sandbox has counted."""
    return (await sandbox.get("/stats")).json()


def test_an_answer_has_every_image() -> None:
    """Seeds count up from the one asked for, sizes are told, the prompt is rewritten unless told otherwise."""

    async def scenario() -> None:
        async with client() as sandbox:
            response = await ask(sandbox, num_images=3, seed=2_147_483_646, aspect_ratio="ASPECT_16_9")
            images = response.json()["data"]
            assert [image["seed"] for image in images] == [2_147_483_646, 2_147_483_647, 0]
            assert {image["resolution"] for image in images} == {"1312x736"}
            assert images[0]["prompt"].startswith("Lamp, on a desk ")
            assert "successor-version" in response.headers["link"]
            verbatim = await ask(sandbox, magic_prompt_option="OFF", style_type="ANIME")
            assert verbatim.json()["data"][0]["prompt"] == "Lamp, on a desk"
            assert verbatim.json()["data"][0]["style_type"] == "ANIME"

    run(scenario())


def test_seeds_differ_between_requests_and_repeat_between_runs() -> None:
    """The same prompt asked for twice gives two seeds, and the same two in a new sandbox."""

    async def seeds() -> list[int]:
        async with client() as sandbox:
            return [(await ask(sandbox)).json()["data"][0]["seed"] for _ in range(2)]

    first = run(seeds())
    assert first[0] != first[1]
    assert run(seeds()) == first


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"Api-Key": ""}, b'{"image_request": {"prompt": "a"}}', 401),
        (KEY, b"nonsense", 400),
        (KEY | {"Content-Type": "text/plain"}, b'{"image_request": {"prompt": "a"}}', 400),
        (KEY, b'{"image_request": {"prompt": "a", "model": "V_3"}}', 400),
    ],
)
def test_refusals_before_the_prompt_is_read(headers: dict[str, str], content: bytes, status: int) -> None:
    """Nothing is billed, the body says why, the refusal is counted."""

    async def scenario() -> None:
        async with client() as sandbox:
            sent = {"Content-Type": "application/json"} | headers
            response = await sandbox.post("/generate", content=content, headers=sent)
            counted = await stats(sandbox)
            assert (response.status_code, counted["refused"]) == (status, {str(status): 1})
            assert response.json().get("error", response.json().get("message"))
            assert (counted["requests"], counted["billed"], counted["prompts"]) == (1, 0, {})

    run(scenario())


def test_only_the_given_key_is_accepted() -> None:
    """A sandbox with a key of its own refuses every other one."""

    async def scenario() -> None:
        async with client(api_key="right") as sandbox:
            assert (await ask(sandbox)).status_code == 401
            sandbox.headers["Api-Key"] = "right"
            assert (await ask(sandbox)).status_code == 200

    run(scenario())


@pytest.mark.parametrize(
    ("marker", "statuses", "billed"),
    [
        ("refuse", [422, 422], 0),
        ("error", [500, 500], 0),
        ("flaky", [503, 200, 200], 2),
        ("busy", [429, 429, 200], 1),
        ("unsafe", [200], 1),
    ],
)
def test_a_marked_prompt_goes_wrong_as_announced(marker: str, statuses: list[int], billed: int) -> None:
    """Refusals are never billed; an unsafe image is."""

    async def scenario() -> None:
        async with client() as sandbox:
            prompt = f"Lamp [sandbox:{marker}]"
            answers = [await ask(sandbox, prompt) for _ in statuses]
            assert [answer.status_code for answer in answers] == statuses
            counted = (await stats(sandbox))["prompts"][prompt]
            refused = sum(status != 200 for status in statuses)
            assert counted == {"requests": len(statuses), "billed": billed, "refused": refused}

    run(scenario())


def test_the_first_busy_answers_say_when_to_come_back() -> None:
    """Marked 429s carry Retry-After, those of a full house do not."""

    async def scenario() -> None:
        async with client(places=1) as sandbox:
            busy, full = await ask(sandbox, "Lamp [sandbox:busy]"), await ask(sandbox, num_images=2)
            assert (busy.headers["retry-after"], "retry-after" in full.headers) == ("1", False)
            assert full.json()["reject_reason"] == "inflight_limit"
            assert full.json()["max_inflight_requests"] == 1

    run(scenario())


def test_an_unsafe_image_has_no_link() -> None:
    """The answer is a success all the same."""

    async def scenario() -> None:
        async with client() as sandbox:
            image = (await ask(sandbox, "Lamp [sandbox:unsafe]")).json()["data"][0]
            assert (image["is_image_safe"], image["url"]) == (False, None)

    run(scenario())


def test_the_balance_runs_out() -> None:
    """402 names the reason, and is checked after safety."""

    async def scenario() -> None:
        async with client(credits_usd=0.1) as sandbox:
            assert (await ask(sandbox)).status_code == 200
            assert (await ask(sandbox, "Lamp [sandbox:refuse]")).status_code == 422
            response = await ask(sandbox)
            assert (response.status_code, response.json()["reject_reason"]) == (402, "insufficient_funds")
            assert (await stats(sandbox))["billed_usd"] == 0.08

    run(scenario())


def test_a_burst_never_exceeds_the_places() -> None:
    """Images in flight count, not requests; who finds no place is refused and not billed; all places come back."""

    async def scenario() -> None:
        async with client(places=10, latency_scale=1.0, latency_range_s=(0.02, 0.04)) as sandbox:
            asked = [ask(sandbox, f"Lamp {number}", num_images=1 + number % 4) for number in range(30)]
            statuses = [response.status_code for response in await asyncio.gather(*asked)]
            counted = await stats(sandbox)
            assert set(statuses) == {200, 429}
            assert counted["in_flight"] == 0
            assert 7 <= counted["peak_in_flight"] <= 10
            served = [1 + number % 4 for number, status in enumerate(statuses) if status == 200]
            assert counted["billed"] == sum(served)

    run(scenario())


def test_unknown_paths_and_methods_answer_json() -> None:
    """A typo in a URL is told as JSON, like every other fault."""

    async def scenario() -> None:
        async with client() as sandbox:
            assert (await sandbox.get("/nothing")).json() == {"error": "Not Found"}
            assert (await sandbox.get("/generate")).status_code == 405
            assert (await sandbox.get("/health")).status_code == 200

    run(scenario())
