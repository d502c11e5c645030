"""Why something cannot be read, as it is: what is missing, what is forbidden and what is away are different things."""

import errno
import gzip
import lzma
import socket
import ssl
import zlib
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

import httpx

from tasks.records.fault import shortened, without_secrets
from tasks.tables.content import SHARE_IT

ABSENT: Final = "does not exist"
SAID_MAX_CHARS: Final = 300

_FORBIDDEN: Final = "is not given out with these credentials; check them, and the rights there"
_CODES: Final = {
    "NoSuchBucket": "lies in a bucket that does not exist; check the bucket's name",
    "AccessDenied": _FORBIDDEN,
    "ExpiredToken": "is not given out: the credentials have expired",
    "InvalidAccessKeyId": "is not given out: nobody knows this access key",
    "SignatureDoesNotMatch": "is not given out: the secret key is not that of the access key",
}
"""What S3 calls it."""
_REFUSALS: Final = {
    401: f"is given out after a sign-in only; {SHARE_IT}",
    403: "is not given out to everybody; publish or share it, and if the link was signed, get a new one",
    404: ABSENT,
    407: "is behind a proxy that asks for a sign-in",
    410: "does not exist any more",
    429: "was asked for too often; try again later",
}
_PACKED: Final = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)
_KINDS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (socket.gaierror, "cannot be reached: its host is not known; check the address and the network"),
    (ConnectionRefusedError, "cannot be reached: the connection was refused; check the address and its port"),
    (ssl.SSLCertVerificationError, "cannot be reached: nobody vouches for its server; check the address"),
    (ssl.SSLError, "cannot be reached: its server speaks no TLS that holds; check the address"),
    (TimeoutError, "cannot be reached: nothing came in time; try again"),
    (httpx.TimeoutException, "cannot be reached: nothing came in time; try again"),
    (httpx.ProxyError, "cannot be reached: the proxy refuses; check HTTPS_PROXY and NO_PROXY"),
    (httpx.TooManyRedirects, "cannot be reached: it leads from one address to the next"),
    (httpx.RemoteProtocolError, "broke off on its way, or does not come from a web server; try again"),
    (ConnectionError, "broke off on its way; try again"),
    (IsADirectoryError, "is a folder; name a table in it"),
    (NotADirectoryError, ABSENT),
    *(
        (kind, "cannot be read: it is compressed, and was cut off or damaged; copy or download it again")
        for kind in _PACKED
    ),
)
_NAMES: Final = {
    "NoCredentialsError": "is not given out without credentials, and there are none",
    "PartialCredentialsError": "is not given out: a part of the credentials is missing",
    "ConnectTimeoutError": "cannot be reached: nothing came in time; try again",
    "ReadTimeoutError": "cannot be reached: nothing came in time; try again",
}
"""Errors of libraries that are installed for some storages only, by their names."""


class Refused(Exception):
    """A server answered, and not with what was asked for."""

    def __init__(self, status: int) -> None:
        super().__init__(refusal(status))


class TooMuch(Exception):
    """More comes than is waited for; its text says what, as the end of a sentence."""


class TooLarge(TooMuch):
    """More comes than may be kept."""


def refusal(status: int) -> str:
    """What an HTTP status says of what was asked for."""
    if status in _REFUSALS:
        return f"{_REFUSALS[status]} (HTTP {status})"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"cannot be had at the moment: its server has a fault of its own (HTTP {status}); try again later"
    return f"cannot be read: its server answered HTTP {status}"


def hindrance(error: BaseException) -> str:
    """What `error` says of what was to be read, as the end of a sentence: its causes say more than it does itself."""
    causes = list(_causes(error))
    for cause in reversed(causes):
        told = _told(cause)
        if told:
            return told
    if any(isinstance(cause, FileNotFoundError) for cause in causes):
        return ABSENT
    if isinstance(error, PermissionError):
        return "may not be read; check its permissions" if error.errno else _FORBIDDEN
    return f"cannot be read: {shortened(without_secrets(str(error)), SAID_MAX_CHARS) or type(error).__name__}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _told(cause: BaseException) -> str:
    if isinstance(cause, Refused | TooMuch):
        return str(cause)
    code, status = _answered(cause)
    if code in _CODES:
        return _CODES[code]
    if status >= HTTPStatus.BAD_REQUEST and status != HTTPStatus.NOT_FOUND:
        return _FORBIDDEN if code and status == HTTPStatus.FORBIDDEN else refusal(status)
    if isinstance(cause, OSError) and cause.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}:
        return "cannot be reached: no way leads there; check the network"
    named = _NAMES.get(type(cause).__name__, "")
    return named or next((told for kind, told in _KINDS if isinstance(cause, kind)), "")


def _answered(cause: BaseException) -> tuple[str, int]:
    """The code and the status of a server's answer, as botocore and aiohttp keep them; empty and 0 without one."""
    answer = getattr(cause, "response", None)
    if isinstance(answer, dict):
        facts = answer.get("ResponseMetadata", {})
        return str(answer.get("Error", {}).get("Code", "")), int(facts.get("HTTPStatusCode", 0))
    status = getattr(cause, "status", 0)
    return "", status if isinstance(status, int) else 0
