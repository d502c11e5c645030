"""Signatures of the API's webhooks: Ed25519 over four lines, verified by the keys that the API publishes. Pure.

Documented at https://developer.ideogram.ai (webhooks); the keys are a JWKS as in RFC 8037.
"""

import hashlib
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic_core import from_json

from tasks.callbacks.signature import TOLERANCE_S, Reason

GENERATION_HEADER: Final = "x-ideogram-webhook-generation-id"
USER_HEADER: Final = "x-ideogram-webhook-user-id"
TIMESTAMP_HEADER: Final = "x-ideogram-webhook-timestamp"
SIGNATURE_HEADER: Final = "x-ideogram-webhook-signature"
HEADERS: Final = (GENERATION_HEADER, USER_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
KEYS_MAX: Final = 16
"""Each takes a tenth of a millisecond for each webhook that none of them has signed."""

_FORMS: Final = (
    re.compile(r"[!-~]{1,256}"),
    re.compile(r"[!-~]{1,256}"),
    re.compile(r"[0-9]{1,12}"),
    re.compile(r"[0-9a-fA-F]{128}"),
)


class WebhookInvalid(Exception):
    """The webhook is not to be believed; the reasons are those of callbacks."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"The webhook's signature is {reason}")
        self.reason = reason


class Head(NamedTuple):
    """What the headers of a webhook say; nothing of it is proven."""

    generation_id: str
    user_id: str
    timestamp: str
    """Seconds since 1970, as they came: they are signed as text."""
    signature: bytes


def head_of(headers: Mapping[str, str], now: float, tolerance_s: float = TOLERANCE_S) -> Head:
    """What the headers say. Raises WebhookInvalid: `missing`, `malformed`, or `stale` by more than `tolerance_s`."""
    given = {name.lower(): value for name, value in headers.items()}
    generation_id, user_id, timestamp, signature = texts = [given.get(name, "") for name in HEADERS]
    if not all(texts):
        raise WebhookInvalid("missing")
    if not all(form.fullmatch(text) for form, text in zip(_FORMS, texts, strict=True)):
        raise WebhookInvalid("malformed")
    if not abs(now - int(timestamp)) <= tolerance_s:
        raise WebhookInvalid("stale")
    return Head(generation_id, user_id, timestamp, bytes.fromhex(signature))


def is_signed(head: Head, body: bytes, keys: Iterable[Ed25519PublicKey]) -> bool:
    """Whether one of the `keys` has signed the headers together with `body`, byte for byte."""
    digest = hashlib.sha256(body).hexdigest()
    message = f"{head.generation_id}\n{head.user_id}\n{head.timestamp}\n{digest}".encode()
    return any(_is_by(key, head.signature, message) for key in keys)


def _is_by(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def read_keys(body: bytes) -> tuple[Ed25519PublicKey, ...]:
    """The keys of a JWKS that webhooks may be signed with; others in it are passed over.

    Raises ValueError where there are none: those that were known before are not given up for that.
    """
    told = from_json(body)
    listed = told.get("keys") if isinstance(told, dict) else None
    keys = tuple(_usable(listed if isinstance(listed, list) else ()))[:KEYS_MAX]
    if not keys:
        raise ValueError("what came holds no key of Ed25519")
    return keys


def _usable(keys: Iterable[object]) -> Iterator[Ed25519PublicKey]:
    for key in keys:
        match key:
            case {"use": use} if use != "sig":
                continue
            case {"kty": "OKP", "crv": "Ed25519", "x": str() as x}:
                with suppress(ValueError):  # of another length, or not base64
                    yield Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(x + "=" * (-len(x) % 4)))
