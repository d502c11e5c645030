"""What the environment says about Content Credentials: what variants are signed with, and which of them."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

from tasks.errors import InputInvalid
from tasks.named_function import named_function
from tasks.records.fault import Fault
from tasks.signing.certificate import Chain, checked, read_chain, read_key

CERTIFICATE: Final = "C2PA_CERTIFICATE"
PRIVATE_KEY: Final = "C2PA_PRIVATE_KEY"
SIGN_WITH: Final = "C2PA_SIGN_WITH"
TSA_URL: Final = "C2PA_TSA_URL"
OVER_PX: Final = "C2PA_OVER_PX"
SIGNING_VARIABLES: Final = (CERTIFICATE, PRIVATE_KEY, SIGN_WITH, TSA_URL, OVER_PX)
USUAL_OVER_PX: Final = 512
"""Of the longer side. A signature takes 3.5 kB, a third of a thumb of 400 pixels."""
UNSIGNED: Final = (
    f"variants of this campaign are signed with Content Credentials, and what is cut now is not: {CERTIFICATE} is "
    "not set here"
)
_PEM: Final = "-----BEGIN "

T = TypeVar("T")


class Credentials(NamedTuple):
    """What signs: a certificate, and its key or a function in the place of that."""

    chain: Chain
    key_pem: bytes | None
    sign: Callable[[bytes], bytes] | None
    tsa_url: str | None
    over_px: int

    def __repr__(self) -> str:
        """Without the key."""
        return f"Credentials of {self.chain.owner}"


def signed_over_px(env: Mapping[str, str] = os.environ) -> int | None:
    """How long the longer side of a variant may be that is not signed; None where none is.

    Raises InputInvalid where that is no number.
    """
    if not _value(env, CERTIFICATE):
        return None
    text = _value(env, OVER_PX)
    if text and not text.isdecimal():
        raise InputInvalid.of(source=OVER_PX, value=text, problem="is no number of pixels, such as 512, or 0 for all")
    return int(text) if text else USUAL_OVER_PX


def read_credentials(env: Mapping[str, str]) -> Credentials | None:
    """The credentials that the environment names; None where it names none.

    Raises InputInvalid with every variable that is missing, or whose file is not what it has to be.
    """
    faults = list(_missing(env))
    if faults or not _value(env, CERTIFICATE):
        if faults:
            raise InputInvalid(faults)
        return None
    over_px = _or_noted(faults, lambda: signed_over_px(env))
    tsa_url = _or_noted(faults, lambda: _tsa_url(env))
    chain = _or_noted(faults, lambda: _read(env, CERTIFICATE, read_chain))
    key_pem = sign = None
    if _value(env, SIGN_WITH):
        sign = _or_noted(faults, lambda: named_function(env, SIGN_WITH))
    elif chain is not None:
        key_pem = _or_noted(faults, lambda: _read(env, PRIVATE_KEY, lambda data: read_key(data, chain)))
    else:
        _or_noted(faults, lambda: _bytes(env, PRIVATE_KEY))
    if faults or chain is None or over_px is None:
        raise InputInvalid(faults)
    return Credentials(chain, key_pem, checked(sign, chain.key) if sign else None, tsa_url or None, over_px)


def _missing(env: Mapping[str, str]) -> list[Fault]:
    """What has to be set besides, or is set twice over."""
    certificate, key, function = (_value(env, name) for name in (CERTIFICATE, PRIVATE_KEY, SIGN_WITH))
    alone = next((name for name in (PRIVATE_KEY, SIGN_WITH, TSA_URL, OVER_PX) if _value(env, name)), "")
    if key and function:
        problem = f"is set beside {PRIVATE_KEY}; one of them signs"
        return [Fault(source=SIGN_WITH, problem=problem)]
    if alone and not certificate:
        problem = f"is missing, and {alone} is set; name the certificate to sign with, or leave out both"
        return [Fault(source=CERTIFICATE, problem=problem)]
    if certificate and not (key or function):
        problem = f"is missing, and {CERTIFICATE} is set; name its private key, or a function with {SIGN_WITH}"
        return [Fault(source=PRIVATE_KEY, problem=problem)]
    return []


def _value(env: Mapping[str, str], variable: str) -> str:
    return env.get(variable, "").strip()


def _or_noted(faults: list[Fault], read: Callable[[], T]) -> T | None:
    """What is read; its faults are noted otherwise."""
    try:
        return read()
    except InputInvalid as invalid:
        faults += invalid.faults
        return None


def _read(env: Mapping[str, str], variable: str, read: Callable[[bytes], T]) -> T:
    """What `read` makes of the file that a variable names, or of the PEM that it holds itself."""
    data = _bytes(env, variable)
    try:
        return read(data)
    except ValueError as error:
        raise InputInvalid.of(source=variable, value=_shown(env, variable), problem=str(error)) from None


def _bytes(env: Mapping[str, str], variable: str) -> bytes:
    r"""The file that a variable names, or what it holds itself; line ends of that may have come as `\n`."""
    text = _value(env, variable)
    if text.startswith(_PEM):
        return text.replace("\\n", "\n").encode()
    try:
        return Path(text).expanduser().read_bytes()
    except (OSError, ValueError, RuntimeError) as error:
        unseen = "" if _shown(env, variable) else "what it names (not shown here, as it may be the key itself) "
        problem = f"{unseen}cannot be read: {getattr(error, 'strerror', None) or error}"
        raise InputInvalid.of(source=variable, value=_shown(env, variable), problem=problem) from None


def _shown(env: Mapping[str, str], variable: str) -> str | None:
    """A path as it was given; nothing of what is a secret itself, or may be: a key that lacks its first line."""
    text = _value(env, variable)
    with suppress(OSError, ValueError, RuntimeError):
        if variable == CERTIFICATE or Path(text).expanduser().exists():
            return None if _PEM in text or "\n" in text else text
    return None


def _tsa_url(env: Mapping[str, str]) -> str:
    text = _value(env, TSA_URL)
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_address = False
    if text and not is_address:
        shown = None if "://" not in text and set("@?") & set(text) else text  # of an address a fault hides them itself
        raise InputInvalid.of(source=TSA_URL, value=shown, problem="is no web address, such as http://tsa.example.com")
    return text
