"""A certificate with the chain of its issuers, and the keys that fit it. Pure: bytes in, faults by ValueError."""

import hashlib
import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID


class NoSignature(ValueError):
    """What a function gives is no signature by the certificate's key; the end of a sentence."""


CertificateKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey
_CURVES: Final[dict[str, tuple[str, hashes.HashAlgorithm]]] = {
    "secp256r1": ("es256", hashes.SHA256()),
    "secp384r1": ("es384", hashes.SHA384()),
    "secp521r1": ("es512", hashes.SHA512()),
}
_RSA_MIN_BITS: Final = 2048
_KEYS: Final = "has a key of a kind that C2PA does not take; P-256 is usual (ES256)"


class Chain(NamedTuple):
    """The certificate that signs, and behind it those that vouch for it."""

    certificates: tuple[x509.Certificate, ...]

    @property
    def pem(self) -> bytes:
        """As it is written."""
        return b"".join(one.public_bytes(Encoding.PEM) for one in self.certificates)

    @property
    def key(self) -> CertificateKey:
        """That of the one that signs."""
        key = self.certificates[0].public_key()
        if not isinstance(key, CertificateKey):
            raise ValueError(_KEYS)  # noqa: TRY004  as all that is wrong with a certificate
        return key

    @property
    def fingerprint(self) -> str:
        """What the one that signs is known by."""
        return hashlib.sha256(self.certificates[0].public_bytes(Encoding.DER)).hexdigest()[:16]

    @property
    def owner(self) -> str:
        """Who signs, as readers show it."""
        names = self.certificates[0].subject
        told = (names.get_attributes_for_oid(oid) for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME))
        return ", ".join(str(found[0].value) for found in told if found)

    @property
    def until(self) -> datetime:
        """When the first of them ends."""
        return min(one.not_valid_after_utc for one in self.certificates)


def read_chain(data: bytes, now: datetime | None = None) -> Chain:
    """The certificates in `data`, PEM. ValueError where they sign nothing now, with the end of a sentence."""
    try:
        chain = Chain(tuple(x509.load_pem_x509_certificates(data)))
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----") from None
    now = now or datetime.now(UTC)
    for number, one in enumerate(chain.certificates, start=1):
        which = "" if len(chain.certificates) == 1 else f" (the {number}. certificate in it)"
        if one.not_valid_after_utc < now:
            raise ValueError(f"has expired, on {one.not_valid_after_utc:%d %b %Y}{which}; get a new one")
        if one.not_valid_before_utc > now:
            raise ValueError(f"is good from {one.not_valid_before_utc:%d %b %Y %H:%M} UTC only{which}")
    for lower, upper in zip(chain.certificates, chain.certificates[1:], strict=False):
        _check_issued(lower, upper)
    algorithm_of(chain.key)
    return chain


def _check_issued(lower: x509.Certificate, upper: x509.Certificate) -> None:
    try:
        lower.verify_directly_issued_by(upper)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        problem = "is no chain: the certificate that signs comes first, and behind each the one that has issued it"
        raise ValueError(problem) from None


def read_key(data: bytes, chain: Chain) -> bytes:
    """The private key in `data`, PEM, that belongs to the certificate, as PKCS #8. ValueError as `read_chain`."""
    try:
        key = load_pem_private_key(data, None)
    except TypeError:
        raise ValueError(
            "is locked with a password; give an unlocked copy, or a function with C2PA_SIGN_WITH"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("holds no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----") from None
    if _public(key.public_key()) != _public(chain.key):
        raise ValueError("does not belong to the first certificate of C2PA_CERTIFICATE, which is the one that signs")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public(key: PublicKeyTypes) -> bytes:
    """A public key, to be compared."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def algorithm_of(key: CertificateKey) -> str:
    """What C2PA calls the way in which such a key signs. ValueError for one that it does not take."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "ed25519"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name][0]
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _RSA_MIN_BITS:
        return "ps256"
    raise ValueError(_KEYS)


def checked(sign: Callable[[bytes], object], key: CertificateKey) -> Callable[[bytes], bytes]:
    """`sign`, with each signature held against the certificate's key; as C2PA wants it where it is in DER, as of a KMS.

    NoSignature where it is none of that key's.
    """

    def signed(data: bytes) -> bytes:
        signature = sign(data)
        if inspect.iscoroutine(signature):
            signature.close()
            raise NoSignature("is async; name a plain one, which a few threads may call at once")
        if not isinstance(signature, bytes | bytearray):
            raise NoSignature(f"gives {type(signature).__name__}, and no bytes")
        raw = _raw(bytes(signature), key)
        if not _is_signed(data, raw, key):
            raise NoSignature(f"gives no signature ({algorithm_of(key).upper()}) by the key of C2PA_CERTIFICATE")
        return raw

    return signed


def _raw(signature: bytes, key: CertificateKey) -> bytes:
    """A signature as COSE has it: of curves the two numbers, each as long as the key."""
    if not isinstance(key, ec.EllipticCurvePublicKey) or len(signature) == 2 * _side(key):
        return signature
    try:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(_side(key), "big") + s.to_bytes(_side(key), "big")
    except (ValueError, OverflowError):
        return b""


def _is_signed(data: bytes, raw: bytes, key: CertificateKey) -> bool:
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(raw, data)
        elif isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
            key.verify(raw, data, pss, hashes.SHA256())
        else:
            r, s = int.from_bytes(raw[: _side(key)], "big"), int.from_bytes(raw[_side(key) :], "big")
            key.verify(encode_dss_signature(r, s), data, ec.ECDSA(_CURVES[key.curve.name][1]))
    except InvalidSignature:
        return False
    return True


def _side(key: ec.EllipticCurvePublicKey) -> int:
    return (key.key_size + 7) // 8
