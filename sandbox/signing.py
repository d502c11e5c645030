"""Signatures of webhooks: Ed25519 over four lines, and the public keys as a JWKS. Pure.

Documented at https://developer.ideogram.ai (webhooks); a worked example lies with the API's document.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and the name that its public half has in the key set."""

    id: str
    private: Ed25519PrivateKey

    @classmethod
    def new(cls, key_id: str) -> "SigningKey":
        """A key that nobody else has."""
        return cls(key_id, Ed25519PrivateKey.generate())


def signed_headers(key: SigningKey, generation_id: str, user_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of one delivery; `at` is its unix time."""
    digest = hashlib.sha256(body).hexdigest()
    message = "\n".join((generation_id, user_id, str(at), digest))
    return {
        "X-Ideogram-Webhook-Generation-Id": generation_id,
        "X-Ideogram-Webhook-User-Id": user_id,
        "X-Ideogram-Webhook-Timestamp": str(at),
        "X-Ideogram-Webhook-Key-Id": key.id,
        "X-Ideogram-Webhook-Signature": key.private.sign(message.encode()).hex(),
    }


def key_set(keys: Sequence[SigningKey]) -> dict[str, object]:
    """The public halves as a JWKS."""
    return {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": urlsafe_b64encode(key.private.public_key().public_bytes_raw()).rstrip(b"=").decode(),
                "kid": key.id,
                "alg": "EdDSA",
                "use": "sig",
            }
            for key in keys
        ]
    }
