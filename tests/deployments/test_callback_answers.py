"""What is not believed, not readable or too large is a 4xx, and nothing is ever a 5xx."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.receiver.routes import BODY_MAX_BYTES
from tasks.callbacks.signature import Secrets
from tests.deployments.events import PATH, event_body, signed
from tests.deployments.receiving import BODY, answer, receiver, rows


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (dict, "missing"),
        (lambda: signed(BODY) | {"webhook-signature": "v1,AAAA"}, "mismatched"),
        (lambda: signed(BODY + b" "), "mismatched"),
        (lambda: signed(BODY, secrets=Secrets.parse("whsec_" + "b3RoZXIh" * 4)), "mismatched"),
        (lambda: signed(BODY, age_s=400), "stale"),
        (lambda: signed(BODY, age_s=-400), "stale"),
        (lambda: signed(BODY) | {"webhook-timestamp": "now"}, "malformed"),
    ],
)
def test_what_is_not_believed_is_401(tmp_path, headers, reason):
    """And nothing of it is kept."""
    response = answer(tmp_path, headers=headers())
    assert (response.status_code, response.json()) == (401, {"error": f"The signature is {reason}"})
    assert rows(tmp_path) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"generation.completed"',
        b"{}",
        b'{"event": 7}',
        b"\xff\xfe",
        b'{"event": "\xff"}',
        b'{"event": "generation.completed"',
        b"[" * 30_000,
        b'{"event": "generation.completed", "seed": ' + b"9" * 5_000 + b"}",
        b'{"event": "generation.completed", "prompt": "\\ud800"}',
        event_body(jobId=...),
        event_body(jobId=7),
        event_body(timestamp="yesterday"),
        event_body(timestamp="2026-11-22T10:42:07"),
        event_body(variants=["og"]),
        event_body(metadata={"sku": {"a": 1}}),
    ],
)
def test_what_cannot_be_read_is_400(tmp_path, body):
    """Well signed as it may be."""
    response = answer(tmp_path, body)
    assert response.status_code == 400
    assert "canary" not in response.text
    assert rows(tmp_path) == []


def test_further_keys_and_other_events_are_accepted(tmp_path):
    """A newer sender is not turned away; an event of a kind that is not known is passed over."""
    assert answer(tmp_path, event_body(width_px=1312)).json() == {"received": True}
    assert answer(tmp_path, b'{"event": "variant.completed"}').json() == {"received": True}
    assert [row[0] for row in rows(tmp_path)] == ["evt_1"]


def test_a_campaigns_own_events_have_no_job(tmp_path):
    """They are told to the log and done."""
    body = event_body("campaign.completed", jobId=None, filePath=..., variants=None, seed=None)
    assert answer(tmp_path, body).status_code == 200


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_that_is_too_large_is_413(tmp_path, is_announced):
    """Also one that comes in chunks and announces nothing; what comes after the cap is not read."""
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1000
            yield b"x" * 1000

    async def scenario() -> httpx.Response:
        async with receiver(tmp_path) as client:
            content = b"x" * (BODY_MAX_BYTES + 1) if is_announced else chunks()
            return await client.post(PATH, content=content, headers=signed(BODY))

    assert asyncio.run(scenario()).status_code == 413
    assert sent <= BODY_MAX_BYTES + 2000


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", PATH, 405), ("POST", "/health", 405), ("GET", "/", 404)]
)
def test_other_requests_are_told_off_in_json(tmp_path, method, path, status):
    """Every answer can be read by a program."""

    async def scenario() -> httpx.Response:
        async with receiver(tmp_path) as client:
            return await client.request(method, path)

    response = asyncio.run(scenario())
    assert (response.status_code, set(response.json())) == (status, {"error"})


def test_what_is_refused_is_logged_once_a_reason_and_counted(tmp_path, caplog):
    """Whoever deploys it finds a wrong secret or a wrong clock there; whoever attacks it fills no disk."""

    async def scenario() -> dict[str, Any]:
        async with receiver(tmp_path) as client:
            for _ in range(3):
                await client.post(PATH, content=BODY, headers=signed(BODY, age_s=400))
                await client.post(PATH, content=BODY, headers=signed(BODY + b" "))
            for field in ("jobId", "variants"):
                body = event_body(**{field: 7})
                await client.post(PATH, content=body, headers=signed(body))
            return (await client.get("/health")).json()

    wrong = "of the event, these fields are missing or wrong"
    expected = {"The signature is stale": 3, "The signature is mismatched": 3, wrong: 2}
    assert asyncio.run(scenario())["refused"] == expected
    told = [vars(record) for record in caplog.records if record.message.startswith("refused")]
    assert [(one["status"], one["reason"].partition(":")[0]) for one in told] == [
        (401, "The signature is stale"),
        (401, "The signature is mismatched"),
        (400, wrong),
    ]


def test_a_slash_at_the_end_of_the_address_makes_no_difference(tmp_path):
    """A redirect would be a failure to the sender."""

    async def scenario() -> httpx.Response:
        async with receiver(tmp_path) as client:
            return await client.post(f"{PATH}/", content=BODY, headers=signed(BODY))

    assert asyncio.run(scenario()).json() == {"received": True}
    assert [row[0] for row in rows(tmp_path)] == ["evt_1"]


def test_without_signatures_the_id_is_still_needed(tmp_path):
    """Whoever has said CALLBACK_UNSIGNED=1 believes everybody, and still does everything once."""
    assert answer(tmp_path, headers={"webhook-id": "evt_1"}, secrets=None).status_code == 200
    assert answer(tmp_path, headers={}, secrets=None).status_code == 400
    assert answer(tmp_path, headers={"webhook-id": "two words"}, secrets=None).status_code == 400
    assert [row[0] for row in rows(tmp_path)] == ["evt_1"]


header_texts = st.text(st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"), max_size=60)
any_headers = st.dictionaries(
    st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "content-length", "content-type"]),
    header_texts.map(lambda text: text.encode("latin-1")),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=3,
)
fields = st.sampled_from(["event", "jobId", "seed", "metadata", "variants", "timestamp", "error", "id", "x"])
bodies = st.binary(max_size=200) | st.dictionaries(fields, json_values).map(lambda change: event_body(**change))


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bytes, dict[str, Any]], int]]:
    """The status that a receiver which runs already answers to a body and headers."""
    with asyncio.Runner() as runner:
        running = receiver(tmp_path_factory.mktemp("inbox"))
        client = runner.run(running.__aenter__())
        yield lambda body, headers: runner.run(client.post(PATH, content=body, headers=headers)).status_code
        runner.run(running.__aexit__(None, None, None))


@settings(max_examples=60)
@given(bodies, any_headers, st.booleans())
def test_no_request_whatever_is_a_5xx(post, body, headers, is_signed):
    """Any body, any headers; signed well or not at all."""
    event_id = hashlib.sha256(body).hexdigest()
    assert post(body, headers | (signed(body, event_id) if is_signed else {})) in {200, 400, 401, 413}


@settings(max_examples=40)
@given(st.dictionaries(fields, json_values))
def test_what_is_signed_is_kept_or_cannot_be_read(post, change):
    """Nothing that our sender could send is lost: 200 or 400, whatever a field holds."""
    body = event_body(**change)
    assert post(body, signed(body, hashlib.sha256(body).hexdigest())) in {200, 400}
