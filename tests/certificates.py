"""An authority of our own, what it issues, and a reader that trusts it."""

import io
import json
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime.now(UTC)
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"


class Issued(NamedTuple):
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self, password: bytes | None = None, kind: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
        """The key, locked where there is a password."""
        lock = BestAvailableEncryption(password) if password else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, kind, lock)

    def written(self, folder: Path, *issuers: "Issued") -> dict[str, str]:
        """The settings that sign with it; its files lie in `folder`."""
        certificate, key = folder / "signer.pem", folder / "signer.key"
        certificate.write_bytes(b"".join(one.pem for one in (self, *issuers)))
        key.write_bytes(self.key_pem())
        return {"C2PA_CERTIFICATE": str(certificate), "C2PA_PRIVATE_KEY": str(key)}


def named(organization: str, name: str) -> x509.Name:
    """Whom a certificate names."""
    pairs = ((NameOID.ORGANIZATION_NAME, organization), (NameOID.COMMON_NAME, name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])


class Authority:
    """Issues certificates for whoever asks."""

    def __init__(self, name: str = "A root for tests") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = named("Tests", name)
        self.certificate = self._built(self.name, self.key, (-400, 4000), is_authority=True)

    def issue(
        self,
        name: str = "Signer",
        days: tuple[float, float] = (-1, 365),
        key: Any = None,
        purpose: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.EMAIL_PROTECTION,
        is_authority: bool = False,
    ) -> Issued:
        """A certificate of Oak & Linen, good for these days from now."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        return Issued(
            self._built(named("Oak & Linen", name), key, days, purpose=purpose, is_authority=is_authority), key
        )

    @cached_property
    def issued(self) -> Issued:
        """The usual one, and always the same."""
        return self.issue()

    def _built(
        self,
        subject: x509.Name,
        key: Any,
        days: tuple[float, float],
        *,
        purpose: x509.ObjectIdentifier | None = None,
        is_authority: bool,
    ) -> x509.Certificate:
        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + timedelta(days=days[0]))
            .not_valid_after(NOW + timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not is_authority,
                    key_cert_sign=is_authority,
                    crl_sign=is_authority,
                    decipher_only=False,
                    **usage,
                ),
                critical=True,
            )
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if purpose is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def read(self, data: bytes, mime: str) -> dict[str, Any]:
        """What the C2PA library reads of a file where this authority is trusted."""
        import c2pa  # noqa: PLC0415  there only where somebody has asked for it

        trust = {"trust_anchors": self.certificate.public_bytes(Encoding.PEM).decode()}
        context = c2pa.Context.from_dict({"trust": trust, "verify": {"verify_trust": True}})
        with c2pa.Reader(mime, io.BytesIO(data), context=context) as reader:
            return json.loads(reader.json())


def signed_by_vendor(vendor: Issued, data: bytes, mime: str = "image/png") -> bytes:
    """The file as its maker signs it: created by trained algorithms."""
    import c2pa  # noqa: PLC0415  as above

    created = {"action": "c2pa.created", "digitalSourceType": f"{SOURCE_TYPE}trainedAlgorithmicMedia"}
    claim = {
        "claim_generator_info": [{"name": "vendor", "version": "1"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}],
    }
    context = c2pa.Context.from_dict({"builder": {"thumbnail": {"enabled": False}}})
    about = c2pa.C2paSignerInfo("es256", vendor.pem, vendor.key_pem(), None)
    out = io.BytesIO()
    c2pa.Builder(claim, context).sign(c2pa.Signer.from_info(about), mime, io.BytesIO(data), out)
    return out.getvalue()


def done_to(read: dict[str, Any]) -> list[str]:
    """What the active manifest of a file says was done to it."""
    manifest = read["manifests"][read["active_manifest"]]
    (actions,) = (one["data"]["actions"] for one in manifest["assertions"] if one["label"].startswith("c2pa.actions"))
    return [one["action"].removeprefix("c2pa.") for one in actions]
