"""The HTTP connections of a campaign, and what each use of them heeds: caps on bodies, nothing secret in texts."""

import logging
import re
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from tasks.api.hosts import THIS_MACHINE
from tasks.api.settings import Settings
from tasks.errors import InputInvalid
from tasks.records.fault import Fault, shortened

USER_AGENT: Final = "ideogram-campaigns"
TEXT_MAX_CHARS: Final = 300

_LOGS_WITH_LINKS: Final = ("httpx", "httpcore.http11")
UNPROXIED: Final = {f"all://{f'[{host}]' if ':' in host else host}": None for host in THIS_MACHINE}
"""This machine is reached without a proxy."""
_QUERY: Final = re.compile(r"\?[^\s'\"]+")


class BodyRefused(Exception):
    """A body is larger than we take, or packed in a way that hides how large it is."""


def open_http(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client that follows no redirect, keeps no cookie, and lets no query of a link reach a log.

    Each request has a connection of its own. On one that is used again, a proxy that has once sent an answer too many
    gives every later request the answer to the one before: another cell's image, without a word.
    Proxies and certificates of the environment are honoured, save that this machine is reached without a proxy.
    Raises InputInvalid where they cannot be used.
    """
    keep_queries_out_of_logs()
    connect_s = settings.connect_timeout_s
    try:
        return httpx.AsyncClient(
            timeout=httpx.Timeout(settings.answer_timeout_s, connect=connect_s, pool=connect_s),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            headers={"user-agent": USER_AGENT, "accept-encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            mounts=UNPROXIED,
            transport=transport,
        )
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
        names = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE or SSL_CERT_DIR"
        fault = Fault(source="environment", problem=f"one of {names} cannot be used ({type(error).__name__})")
        raise InputInvalid([fault]) from None


def keep_queries_out_of_logs() -> None:
    """Let no query of a link reach a log: done once, however often it is asked for."""
    for name in _LOGS_WITH_LINKS:
        logging.getLogger(name).addFilter(strip_queries)


def strip_queries(record: logging.LogRecord) -> bool:
    """Leave the query out of every address in a log record: a link's signature opens its image to anyone."""
    record.msg, record.args = _QUERY.sub("?…", record.getMessage()), ()
    return True


async def read_body(response: httpx.Response, max_bytes: int) -> bytes:
    """The body, unpacked. Raises BodyRefused as soon as more than `max_bytes` are announced or have come."""
    if "," in response.headers.get("content-encoding", ""):
        raise BodyRefused("is packed more than once")
    too_large = f"is larger than {max_bytes / 1e6:g} MB"
    announced = response.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > max_bytes:
        raise BodyRefused(too_large)
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise BodyRefused(too_large)
    return bytes(body)


def as_text(said: str, max_chars: int = TEXT_MAX_CHARS) -> str:
    """What a stranger said, fit for a message: one line that commands no terminal, not long."""
    return shortened(said, max_chars)


def reason(error: BaseException) -> str:
    """Why a connection failed, for a message."""
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "it took too long"
    return as_text(str(error)) or type(error).__name__
