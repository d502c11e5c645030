"""The v2 routes: at once or by polling, priced beforehand, refused in the bodies that clients were answered."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from sandbox.dialects.v2_models import MODELS
from sandbox.polling import Window
from tests.contract import FIXTURES, needs_document, needs_fixtures, validator
from tests.sandbox.examples import client

SLOW = {"latency_scale": 1.0, "latency_range_s": (3600.0, 3600.0)}
FORTYFIVE = "ideogram-4-5"
Scenario = Callable[[httpx.AsyncClient], Awaitable[Any]]


def with_sandbox(scenario: Scenario, **options: Any) -> Any:
    """What a scenario comes to, with a sandbox of its own."""

    async def run() -> Any:
        async with client(**options) as sandbox:
            return await scenario(sandbox)

    return asyncio.run(run())


async def ask(
    sandbox: httpx.AsyncClient, model: str = FORTYFIVE, prompt: str = "Lamp", query: str = "", **fields: object
) -> httpx.Response:
    """Ask a v2 route for images."""
    return await sandbox.post(f"/v2/image/generate/{model}{query}", json={"prompt": prompt} | fields)


async def polled(sandbox: httpx.AsyncClient, prompt: str = "Lamp", **fields: object) -> dict[str, Any]:
    """What becomes of an asynchronous request."""
    accepted = (await ask(sandbox, prompt=prompt, **({"async": True} | fields))).json()
    for _ in range(10):
        answer: dict[str, Any] = (await sandbox.get(f"/v2/generations/{accepted['generation_id']}")).json()
        if answer["status"] != "pending":
            break
        await asyncio.sleep(0)
    return answer


async def stats(sandbox: httpx.AsyncClient) -> Any:
    """What the sandbox has counted."""
    return (await sandbox.get("/stats")).json()


SCHEMAS = {
    "ideogram-2": "GenerateImageIdeogramV2Response",
    "ideogram-2a": "GenerateImageIdeogramV2AResponse",
    "ideogram-3": "GenerateImageIdeogramV3Response",
    "ideogram-4": "GenerateImageIdeogramV4Response",
    "ideogram-4-5": "GenerateImageIdeogram45Response",
}


@needs_document
@pytest.mark.parametrize("model", sorted(MODELS))
def test_every_model_answers_as_the_document_says(model: str) -> None:
    """At once, when it is accepted, and when it is polled."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        schema = validator(SCHEMAS.get(model, "GenerateImageV2Response"))
        at_once, accepted = await ask(sandbox, model, num_images=2), await ask(sandbox, model, **{"async": True})
        assert (at_once.status_code, accepted.status_code) == (200, 200)
        assert len(at_once.json()["data"]) == 2
        assert "data" not in accepted.json()
        schema.validate(at_once.json())
        schema.validate(accepted.json())
        validator("GenerationResponse").validate(await polled(sandbox))

    with_sandbox(scenario)


@needs_document
@pytest.mark.parametrize("marker", ["jpeg", "unsafe", "no_url", "policy", "failed", "stuck"])
def test_every_end_of_a_generation_validates(marker: str) -> None:
    """Completed with and without links, failed, pending."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        validator("GenerationResponse").validate(await polled(sandbox, f"Lamp [sandbox:{marker}]"))

    with_sandbox(scenario)


def test_a_generation_is_pending_and_then_completed() -> None:
    """Its seed is the one that was told when it was accepted; whoever asked at once can be polled as well."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        accepted = (await ask(sandbox, seed=7, **{"async": True})).json()
        answer = await polled(sandbox, seed=7)
        assert answer["status"] == "completed"
        assert [image["seed"] for image in answer["data"]] == [accepted["seed"]] == [7]
        assert (await sandbox.get(answer["data"][0]["url"])).content.startswith(b"\x89PNG")
        at_once = (await ask(sandbox)).json()
        assert (await sandbox.get(f"/v2/generations/{at_once['generation_id']}")).json()["data"]

    with_sandbox(scenario)


def test_an_accepted_generation_holds_its_places_until_it_is_done() -> None:
    """Images count, not requests, and so over all routes."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        accepted = await ask(sandbox, num_images=2, **{"async": True})
        polled_first = await sandbox.get(f"/v2/generations/{accepted.json()['generation_id']}")
        full = await ask(sandbox, "ideogram-2", num_images=2)
        legacy = await sandbox.post("/generate", json={"image_request": {"prompt": "Lamp", "num_images": 2}})
        assert (polled_first.json()["status"], full.status_code, legacy.status_code) == ("pending", 429, 429)
        assert full.json()["max_inflight_requests"] == legacy.json()["max_inflight_requests"] == 3
        assert (await stats(sandbox))["in_flight"] == 2

    with_sandbox(scenario, places=3, **SLOW)


@pytest.mark.parametrize(
    ("marker", "end", "billed"),
    [
        ("policy", {"status": "failed", "failure_reason": "content_policy_violation"}, 0),
        ("failed", {"status": "failed", "failure_reason": "internal_error"}, 0),
        ("stuck", {"status": "pending"}, 0),
        ("unsafe", {"status": "completed"}, 1),
    ],
)
def test_a_marked_generation_ends_as_announced(marker: str, end: dict[str, str], billed: int) -> None:
    """What fails costs nothing, what is withheld does."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        answer = await polled(sandbox, f"Lamp [sandbox:{marker}]")
        assert end.items() <= answer.items()
        assert (await stats(sandbox))["billed"] == billed

    with_sandbox(scenario)


@pytest.mark.parametrize(("marker", "url"), [("unsafe", None), ("empty_url", ""), ("no_url", "absent")])
def test_a_withheld_image_has_no_link_in_any_of_three_ways(marker: str, url: str | None) -> None:
    """Null, empty, absent."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        image = (await polled(sandbox, f"Lamp [sandbox:{marker}]"))["data"][0]
        assert (image["is_image_safe"], image.get("url", "absent")) == (False, url)

    with_sandbox(scenario)


def test_untyped_generations_are_told_as_clients_saw_them() -> None:
    """Without the discriminator, and without a kind."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        assert "object_type" not in (await polled(sandbox, "Lamp [sandbox:untyped]"))["data"][0]
        accepted = await ask(sandbox, prompt="Lamp [sandbox:untyped]", **{"async": True})
        assert set(accepted.json()) == {"generation_id", "seed"}

    with_sandbox(scenario)


def test_4_5_answers_with_the_prompt_that_it_drew() -> None:
    """A text becomes a structured prompt, one that is structured stays."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        drawn = (await ask(sandbox, magic_prompt="off")).json()["data"][0]["prompt"]
        assert json.loads(drawn)["high_level_description"] == "Lamp"
        assert (await ask(sandbox, prompt=drawn)).json()["data"][0]["prompt"] == drawn
        assert (await ask(sandbox, "ideogram-2", magic_prompt="off")).json()["data"][0]["prompt"] == "Lamp"

    with_sandbox(scenario)


@needs_document
def test_a_dry_run_quotes_and_costs_nothing() -> None:
    """Without a balance too, whatever the prompt says; a key that is wrong and a field that is wrong are told."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        quoted = await ask(
            sandbox, prompt="Lamp [sandbox:refuse]", query="?dry_run=true", num_images=3, quality="medium"
        )
        validator("PriceQuote").validate(quoted.json())
        assert (quoted.json()["usd_micros"], quoted.json()["quantity"]) == (180_000, 3)
        assert quoted.json()["billing_identifier"] == "ideogram_4_5_generate"
        assert (await ask(sandbox, query="?dry_run=true", quality="ultra")).status_code == 400
        counted = await stats(sandbox)
        assert (counted["requests"], counted["quotes"], counted["billed_usd"]) == (0, 2, 0)
        assert (await ask(sandbox)).status_code == 402
        sandbox.headers["Api-Key"] = ""
        assert (await ask(sandbox, query="?dry_run=true")).status_code == 401

    with_sandbox(scenario, credits_usd=0.0)


def test_the_bill_is_by_route_model_and_quality() -> None:
    """Images and money of each, and what was ignored beside it."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        await ask(sandbox, quality="low", num_images=2)
        await ask(sandbox, rendering_speed="turbo")
        await sandbox.post("/generate", json={"image_request": {"prompt": "Lamp"}})
        counted = await stats(sandbox)
        route = f"/v2/image/generate/{FORTYFIVE}"
        assert counted["bill"] == [
            {"endpoint": "/generate", "model": "V_2", "quality": "", "images": 1, "usd": 0.08},
            {"endpoint": route, "model": FORTYFIVE, "quality": "high", "images": 1, "usd": 0.1},
            {"endpoint": route, "model": FORTYFIVE, "quality": "low", "images": 2, "usd": 0.06},
        ]
        assert counted["unknown_fields"] == {f"{route}: rendering_speed": 1}

    with_sandbox(scenario)


REFUSALS = [
    ("bad", 400, "400 error"),
    ("problem", 400, "400 problem"),
    ("paused", 401, "401"),
    ("insufficient_funds", 402, "402"),
    ("not_allowed", 403, "403"),
    ("refuse", 422, "422 without a body"),
    ("busy", 429, "429 short"),
]


@needs_fixtures
@pytest.mark.parametrize(("marker", "status", "name"), REFUSALS)
def test_refusals_are_those_that_clients_were_answered(marker: str, status: int, name: str) -> None:
    """Byte for byte the bodies of the fixtures, and not billed."""
    seen = {one["name"]: one["body"] for one in json.loads(FIXTURES.read_text())}

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        response = await ask(sandbox, prompt=f"Lamp [sandbox:{marker}]")
        assert (response.status_code, response.json()) == (status, seen[name])
        assert (await stats(sandbox))["billed"] == 0

    with_sandbox(scenario)


@pytest.mark.parametrize(("marker", "status"), [("too_large", 413), ("bare", 500)])
def test_some_refusals_have_no_body(marker: str, status: int) -> None:
    """Only the status tells."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        response = await ask(sandbox, prompt=f"Lamp [sandbox:{marker}]")
        assert (response.status_code, response.content) == (status, b"")

    with_sandbox(scenario)


def test_an_unknown_model_or_generation_is_a_problem_document() -> None:
    """404, in words."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        for response in (await ask(sandbox, "ideogram-9"), await sandbox.get("/v2/generations/none")):
            assert (response.status_code, response.json()["status"]) == (404, 404)
            assert response.headers["x-request-id"]

    with_sandbox(scenario)


def test_polling_has_a_limit_of_its_own() -> None:
    """Over it, 429 with when to come back; a key is needed to look."""

    async def scenario(sandbox: httpx.AsyncClient) -> None:
        looks = [await sandbox.get("/v2/generations/none") for _ in range(3)]
        assert [look.status_code for look in looks] == [404, 404, 429]
        assert 1 <= int(looks[2].headers["retry-after"]) <= 10
        sandbox.headers["Api-Key"] = ""
        assert (await sandbox.get("/v2/generations/none")).status_code == 401

    with_sandbox(scenario, polls_in_10_s=2)


def test_the_window_slides() -> None:
    """What passed ten seconds ago counts no more."""
    now = [0.0]
    window = Window(2, lambda: now[0])
    waits = []
    for now[0] in (0.0, 4.0, 5.0, 10.0, 11.0, 14.0):
        waits.append(window.wait_s())
    assert waits == [0, 0, 5, 0, 3, 0]
