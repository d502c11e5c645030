"""What signs variants while a campaign runs: opened once, tried before anything is paid, used by many threads."""

import os
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from tasks.errors import InputInvalid, SignerAway, VariantsFailed
from tasks.images.mark_png import saved_png
from tasks.records.fault import without_secrets
from tasks.records.marks import DRAWN
from tasks.signing.ask_function import answer_of
from tasks.signing.certificate import NoSignature
from tasks.signing.claim import Parent, claim_of
from tasks.signing.settings import (
    CERTIFICATE,
    PRIVATE_KEY,
    SIGN_WITH,
    SIGNING_VARIABLES,
    TSA_URL,
    Credentials,
    read_credentials,
)

if TYPE_CHECKING:
    from tasks.signing.certificate import Chain

NOT_INSTALLED: Final = (
    "is set, and what signs is not installed ({error}): make credentials, or pip install 'c2pa-python>=0.38,<1'"
)
SOON: Final = timedelta(days=30)
ANSWERS_WITHIN_S: Final = 30.0
"""How long a function is waited for; so long the library waits for a service of time stamps."""
_PROFILE: Final = (
    "C2PA does not accept it: {fault}. It takes a certificate that somebody else has issued, for digital signatures, "
    "with an extended key usage such as e-mail protection or document signing, and no authority's"
)


class VariantSigner:
    """Signs variants by one certificate."""

    def __init__(self, credentials: Credentials, within_s: float = ANSWERS_WITHIN_S) -> None:
        from tasks.signing.library import NativeSigner  # noqa: PLC0415  there only where somebody has asked for it

        self.chain: Chain = credentials.chain
        self.over_px: Final = credentials.over_px
        self.tsa_url: Final = credentials.tsa_url
        self.is_remote: Final = credentials.sign is not None or credentials.tsa_url is not None
        """Whether others are asked for each signature: that is waited for, and not computed."""
        self._within_s: Final = within_s
        self._why = threading.local()
        sign = partial(self._kept, credentials.sign) if credentials.sign is not None else None
        self._native = NativeSigner(credentials.chain, credentials.key_pem, sign, credentials.tsa_url)

    def _kept(self, sign: Callable[[bytes], bytes], data: bytes) -> bytes:
        """The signature; what goes wrong instead is kept, since the library passes it over."""
        try:
            return answer_of(sign, data, self._within_s)
        except BaseException as error:  # noqa: BLE001  what the library does not hear of, it takes for a signature
            self._why.error = error
            return b""

    def signed(self, data: bytes, mime: str, claim: Mapping[str, Any], parent: Parent | None = None) -> bytes:
        """As `NativeSigner.signed`; SignerAway names the setting, and has what the user's own function has raised."""
        self._why.error = None
        try:
            return self._native.signed(data, mime, claim, parent)
        except SignerAway as away:
            error = self._why.error
            if error is None:
                raise SignerAway(": ".join(self._blamed(str(away)))) from away
            if isinstance(error, KeyboardInterrupt):
                raise error from None
            shown = str(error) if isinstance(error, NoSignature) else f"has failed: {type(error).__name__}: {error}"
            raise SignerAway(f"{SIGN_WITH}: the function {without_secrets(shown)}") from error

    def try_out(self) -> None:
        """Sign a picture of one pixel. Raises InputInvalid that names the setting by which none is signed."""
        claim = claim_of("trial", "image/png", DRAWN, ())
        claim["assertions"][0]["data"]["actions"][0] |= {"action": "c2pa.created", "parameters": {}}
        try:
            signed = self.signed(saved_png(Image.new("RGB", (1, 1)), b""), "image/png", claim)
            fault = self._native.fault_in(signed, "image/png")
        except (SignerAway, VariantsFailed) as error:
            raise InputInvalid.of(*self._blamed(str(error))) from error
        if fault:
            raise InputInvalid.of(*self._blamed(fault))

    def _blamed(self, fault: str) -> tuple[str, str]:
        """The setting that is to be mended, and what is wrong with it."""
        setting, _, problem = fault.partition(": ")
        if setting in SIGNING_VARIABLES:
            return setting, problem
        if self.tsa_url and ("http" in fault or ("time" in fault and "stamp" in fault)):
            return TSA_URL, f"gives no time stamp: {fault}"
        if self.chain.until < datetime.now(UTC):
            return CERTIFICATE, f"has expired, on {self.chain.until:%d %b %Y %H:%M} UTC; get a new one"
        if "certificate" in fault or "self-signed" in fault:
            return CERTIFICATE, _PROFILE.format(fault=fault)
        if self.tsa_url:  # the key was held against the certificate before
            return TSA_URL, f"gives no time stamp: {fault}"
        return PRIVATE_KEY, f"signs nothing that can be verified: {fault}"

    def notes(self, now: datetime | None = None) -> list[str]:
        """What a person should know before images are paid."""
        over = f"of more than {self.over_px:,} pixels " if self.over_px else ""
        told = [f"variants {over}are signed with Content Credentials, by {self.chain.owner}"]
        if self.chain.until - (now or datetime.now(UTC)) < SOON:
            told.append(
                f"{CERTIFICATE} ends on {self.chain.until:%d %b %Y}; runs after that are refused until it is renewed"
            )
        return told


def open_signer(env: Mapping[str, str] = os.environ) -> VariantSigner | None:
    """What the settings sign with, tried out; None where they sign nothing. Raises InputInvalid with what is wrong."""
    credentials = read_credentials(env)
    if credentials is None:
        return None
    try:
        signer = VariantSigner(credentials)
    except (ImportError, OSError) as error:
        raise InputInvalid.of(source=CERTIFICATE, problem=NOT_INSTALLED.format(error=error)) from error
    except SignerAway as error:
        raise InputInvalid.of(source=CERTIFICATE, problem=_PROFILE.format(fault=error)) from error
    signer.try_out()
    return signer
