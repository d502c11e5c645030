"""Webhooks are signed as the worked example is, and go wrong as their markers say."""

import asyncio
import json
from base64 import urlsafe_b64decode
from hashlib import sha256
from typing import Any, Final

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sandbox.app import create_app
from sandbox.options import SandboxOptions
from sandbox.signing import SigningKey, key_set, signed_headers
from tests.contract import DOCUMENT, needs_document, validator
from tests.sandbox.examples import KEY

EXAMPLE: Final = DOCUMENT.with_name("webhook-example.json")
HOOK: Final = "http://127.0.0.1:9/hook"


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the example does not lie beside the checkout")
def test_the_worked_example_comes_out_the_same() -> None:
    """Ed25519 gives one signature for one message."""
    example = json.loads(EXAMPLE.read_text())
    key = SigningKey("v1", Ed25519PrivateKey.from_private_bytes(bytes.fromhex(example["private_key_hex"])))
    headers = example["headers"]
    made = signed_headers(
        key,
        headers["X-Ideogram-Webhook-Generation-Id"],
        headers["X-Ideogram-Webhook-User-Id"],
        int(headers["X-Ideogram-Webhook-Timestamp"]),
        example["body"].encode(),
    )
    assert made == {name: value for name, value in headers.items() if name != "Content-Type"}
    assert key_set([key]) == example["jwks"]


def delivered(marker: str = "", *, statuses: tuple[int, ...] = (), key_count: int = 1) -> list[httpx.Request]:
    """What reaches the webhook of one request, which answers with `statuses` first, and then 200."""
    heard: list[httpx.Request] = []
    answers = list(statuses)

    def hear(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(answers.pop(0) if answers else 200)

    async def scenario() -> None:
        options = SandboxOptions(latency_scale=0.0, plain_pictures=True)
        transport = httpx.ASGITransport(create_app(options, httpx.MockTransport(hear)))
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test", headers=KEY) as sandbox:
            prompt = f"Lamp [sandbox:{marker}]" if marker else "Lamp"
            asked = {"prompt": prompt, "webhook_url": HOOK}
            accepted = await sandbox.post("/v2/image/generate/ideogram-4-5", json=asked)
            assert "data" not in accepted.json()
            wanted = 0 if marker in {"unheard", "policy"} else 2 if marker == "twice" else len(statuses) + 1
            for _ in range(200):
                await asyncio.sleep(0)
                if wanted and len(heard) >= wanted:
                    break
            keys = (await sandbox.get("/v1/.well-known/jwks.json")).json()
            assert len(keys["keys"]) == key_count
            for request in heard:
                request.extensions["key"] = keys["keys"][-1]["x"]

    asyncio.run(scenario())
    return heard


def verify(request: httpx.Request) -> None:
    """Raise InvalidSignature unless a delivery was signed by the last key."""
    named = {name: request.headers[f"X-Ideogram-Webhook-{name}"] for name in ("Generation-Id", "User-Id", "Timestamp")}
    message = "\n".join([*named.values(), sha256(request.content).hexdigest()])
    key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(request.extensions["key"] + "="))
    key.verify(bytes.fromhex(request.headers["X-Ideogram-Webhook-Signature"]), message.encode())


@needs_document
def test_a_webhook_is_told_once_and_signed() -> None:
    """Its body is a delivery of the document, and names the generation that its headers name."""
    (request,) = delivered()
    verify(request)
    body: Any = json.loads(request.content)
    validator("WebhookDelivery").validate(body)
    assert body["generation_id"] == request.headers["X-Ideogram-Webhook-Generation-Id"]
    assert body["data"][0]["url"].startswith("http://sandbox.test/api/images/")


@pytest.mark.parametrize(
    ("marker", "statuses", "told"),
    [("", (500, 503), 3), ("", (500, 500, 500), 3), ("twice", (), 2), ("unheard", (), 0), ("policy", (), 0)],
)
def test_a_webhook_is_told_again_a_limited_number_of_times(marker: str, statuses: tuple[int, ...], told: int) -> None:
    """Until it answers 2xx; twice, never, or not of a failure."""
    assert len(delivered(marker, statuses=statuses)) == told


def test_a_forged_signature_is_none() -> None:
    """Whoever checks it finds out."""
    (request,) = delivered("forged")
    with pytest.raises(InvalidSignature):
        verify(request)


def test_a_rotated_key_is_in_the_set_from_then_on() -> None:
    """Beside the one before it."""
    (request,) = delivered("rotated", key_count=2)
    verify(request)
    assert request.headers["X-Ideogram-Webhook-Key-Id"] == "v2"
