"""Webhooks as the API signs them, by keys of our own, and the worked example of its document."""

import json
import time
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sandbox.signing import SigningKey, key_set, signed_headers

BODY: Final = (
    b'{"generation_id":"xtdZiqPwRxqY1Y7NExFmzB","created":"2026-11-28T06:00:00Z","data":[{"url":'
    b'"https://ideogram.ai/api/images/ephemeral/AAAAAAAAAAAAAAAAAAAAAA.png?exp=1796025600&sig=00",'
    b'"prompt":"a red mug","resolution":"2048x2048","seed":12345,"is_image_safe":true}]}'
)
SENT_AT: Final = 1795845600
HEADERS: Final = {
    "X-Ideogram-Webhook-Generation-Id": "xtdZiqPwRxqY1Y7NExFmzB",
    "X-Ideogram-Webhook-User-Id": "JRPVD7jWR1aTBYiJ0UFVOg",
    "X-Ideogram-Webhook-Timestamp": str(SENT_AT),
    "X-Ideogram-Webhook-Key-Id": "v1",
    "X-Ideogram-Webhook-Signature": (
        "de91aa670b4406c36729002e1d73764678514c4b3b013a1bfcd418ba7b73640f"
        "d10b3ba7257d4b83524433b97f84b0ba76eeeea3f98b6d38e8258075808c3100"
    ),
}
"""Signed with the test key of RFC 8037, appendix A: the signature must come out the same everywhere."""
JWK: Final = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "kid": "v1",
    "alg": "EdDSA",
    "use": "sig",
}


def a_key(number: int = 1) -> SigningKey:
    """One of several keys; each number is another."""
    return SigningKey(f"v{number}", Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


def jwks(*keys: SigningKey) -> bytes:
    """A set as the API publishes it."""
    return json.dumps(key_set(keys)).encode()


def webhook(
    generation_id: str = "gen-1", key: SigningKey | None = None, body: bytes = BODY, age_s: int = 0, **headers: Any
) -> dict[str, str]:
    """The headers of a delivery of now."""
    return signed_headers(key or a_key(), generation_id, "user-1", int(time.time()) - age_s, body) | headers
