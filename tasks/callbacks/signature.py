"""Signs and verifies messages by the Standard Webhooks scheme, version 1: HMAC-SHA256 over id, time and body.

Specified at https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from typing import Final, Literal, Self

from pydantic import SecretBytes

from tasks.records.record import Record

ID_HEADER: Final = "webhook-id"
TIMESTAMP_HEADER: Final = "webhook-timestamp"
SIGNATURE_HEADER: Final = "webhook-signature"
TOLERANCE_S: Final = 300
SECRET_PREFIX: Final = "whsec_"  # noqa: S105  what every secret begins with
SECRET_MIN_BYTES: Final = 24
SECRET_MAX_BYTES: Final = 64
SECRETS_MAX: Final = 2

_VERSION: Final = "v1,"
_ID: Final = re.compile(r"[!-~]{1,256}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")

Reason = Literal["missing", "malformed", "stale", "mismatched"]


class SignatureInvalid(Exception):
    """The message is not to be believed. `missing`: a header; `stale`: its time is too far from now, either way."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"The signature is {reason}")
        self.reason = reason


class Secrets(Record):
    """What messages are signed with: one secret, or the new one and then the old one while they are exchanged."""

    keys: tuple[SecretBytes, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Secrets as they are written, with white space between. Raises ValueError, which repeats nothing of them."""
        words = text.split()
        if not 1 <= len(words) <= SECRETS_MAX:
            raise ValueError(f"holds {len(words)} secrets; give one, or the new and the old one with a space between")
        return cls(keys=tuple(SecretBytes(_decoded(word)) for word in words))


def _decoded(word: str) -> bytes:
    digits = word.removeprefix(SECRET_PREFIX).rstrip("=")
    try:
        key = base64.b64decode((digits + "=" * (-len(digits) % 4)).encode(), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        key = b""
    if not word.startswith(SECRET_PREFIX) or not SECRET_MIN_BYTES <= len(key) <= SECRET_MAX_BYTES:
        sizes = f"{SECRET_MIN_BYTES} to {SECRET_MAX_BYTES} random bytes"
        # `from None` as well as the wording: what led here holds the secret
        raise ValueError(f"is not a secret: {SECRET_PREFIX} and then {sizes} in base64 (with + and /)") from None
    return key


def is_id(text: str) -> bool:
    """Whether `text` can be the id of a message: 1 to 256 printable ASCII characters, no space."""
    return _ID.fullmatch(text) is not None


def sign(secrets: Secrets, event_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`, one signature a secret. `timestamp`: seconds since 1970, of this attempt."""
    return " ".join(_signatures(secrets, f"{event_id}.{timestamp}.".encode() + body))


def _signatures(secrets: Secrets, signed: bytes) -> list[str]:
    digests = (hmac.digest(key.get_secret_value(), signed, "sha256") for key in secrets.keys)
    return [_VERSION + base64.b64encode(digest).decode() for digest in digests]


def verify(
    secrets: Secrets, headers: Mapping[str, str], body: bytes, now: float, tolerance_s: float = TOLERANCE_S
) -> str:
    """The id of a message that one of `secrets` has signed. Raises SignatureInvalid, and nothing else for any input."""
    given = {name.lower(): value for name, value in headers.items()}
    event_id, timestamp, signatures = (given.get(name) for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER))
    if not event_id or not timestamp or not signatures:
        raise SignatureInvalid("missing")
    ours = [signature for signature in signatures.split(" ") if signature.startswith(_VERSION)]
    if not is_id(event_id) or not _SECONDS.fullmatch(timestamp) or not ours:
        raise SignatureInvalid("malformed")
    if not abs(now - int(timestamp)) <= tolerance_s:
        raise SignatureInvalid("stale")
    expected = _signatures(secrets, f"{event_id}.{timestamp}.".encode() + body)
    if not any(_is_same(theirs, own) for theirs in ours for own in expected):
        raise SignatureInvalid("mismatched")
    return event_id


def _is_same(theirs: str, own: str) -> bool:
    """In a time that does not tell how much of it is. As bytes, since only ASCII may be compared as text."""
    return hmac.compare_digest(theirs.encode(errors="replace"), own.encode())
