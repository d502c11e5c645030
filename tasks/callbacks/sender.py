"""Sends one event to one endpoint, once: signed, to an address that may be dialled, and never beyond a time.

On httpcore itself, the layer below httpx: it takes the network that dials only what was checked, and it follows no
redirect, keeps no cookie and reads no proxy from the environment, because it has none of these.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import Final, Self

import httpcore
import httpx

from tasks.api.connection import USER_AGENT, as_text
from tasks.api.retry_after import parse_retry_after
from tasks.callbacks.attempt import Attempt, AttemptResult
from tasks.callbacks.callback_settings import ALLOW_PRIVATE_VARIABLE, CallbackSettings
from tasks.callbacks.dialling import AddressRefused, CheckedNetwork, Resolve, resolve
from tasks.callbacks.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, is_id, sign
from tasks.errors import InputInvalid
from tasks.records.endpoint import parse_endpoint

CONNECTIONS_MAX: Final = 100
ANSWER_MAX_BYTES: Final = 2_000
SAID_MAX_CHARS: Final = 200
RETRY_AFTER_MIN_S: Final = 1.0
RETRY_AFTER_MAX_S: Final = 86_400.0

_SLOWED: Final = {429, 502, 503, 504}
_GONE: Final = 410


@dataclass(frozen=True)
class EndpointAnswer:
    """What an endpoint answered; of its body the beginning."""

    status: int
    headers: httpx.Headers
    body: bytes


@dataclass(frozen=True)
class CallbackSender:
    """One pool of connections to the endpoints of callbacks.

    Each event has a connection of its own. On one that is used again, an answer too many passes for that to the next
    event: one that was refused would count as delivered.
    """

    settings: CallbackSettings
    pool: httpcore.AsyncConnectionPool

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: CallbackSettings, resolve: Resolve = resolve) -> AsyncIterator[Self]:
        """A sender whose connections close with the context. Certificates of the environment are honoured.

        Raises InputInvalid where they cannot be used.
        """
        try:
            certificates = httpx.create_ssl_context()
        except OSError as error:
            problem = f"SSL_CERT_FILE or SSL_CERT_DIR cannot be used ({type(error).__name__})"
            raise InputInvalid.of(source="environment", problem=problem) from None
        async with httpcore.AsyncConnectionPool(
            ssl_context=certificates,
            max_connections=CONNECTIONS_MAX,
            max_keepalive_connections=0,
            network_backend=CheckedNetwork(settings.allow_private, resolve),
        ) as pool:
            yield cls(settings, pool)

    async def send(self, url: str, event_id: str, body: bytes) -> Attempt:
        """Post `body`, JSON, and tell what came of it. Raises nothing but CancelledError."""
        try:
            target = parse_endpoint(url)
            check_id(event_id)
        except ValueError as error:
            return Attempt(result="refused", message=str(error))
        try:
            async with asyncio.timeout(self.settings.timeout_s) as limit:
                return attempt_of(await self._post(target, event_id, body, limit), time.time())
        except AddressRefused:
            said = f"Its host has no public address; {ALLOW_PRIVATE_VARIABLE}=1 allows private ones"
            return Attempt(result="refused", message=said)
        except Exception as error:  # noqa: BLE001  whatever it is, the event is tried again
            return Attempt(result="failed", message=f"No answer came: {self._reason(error)}")

    async def _post(self, target: httpx.URL, event_id: str, body: bytes, limit: asyncio.Timeout) -> EndpointAnswer:
        timestamp = int(time.time())
        headers: dict[bytes | str, bytes | str] = {
            "host": target.netloc.decode("ascii"),
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": user_agent(),
            ID_HEADER: event_id,
            TIMESTAMP_HEADER: str(timestamp),
        }
        if self.settings.secrets:
            headers[SIGNATURE_HEADER] = sign(self.settings.secrets, event_id, timestamp, body)
        url = httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path)
        async with self.pool.stream("POST", url, headers=headers, content=body) as response:
            return EndpointAnswer(
                response.status, httpx.Headers(response.headers), await self._beginning(response, limit)
            )

    async def _beginning(self, response: httpcore.Response, limit: asyncio.Timeout) -> bytes:
        """The first bytes of a body, as far as they come in a moment; one that breaks off changes nothing.

        The attempt's own time ends nothing any more: it would make a failure of a known status, and send it again.
        """
        body = b""
        latest = asyncio.get_running_loop().time() + self.settings.body_timeout_s
        left_at = min(latest, limit.when() or latest)
        limit.reschedule(None)
        try:
            async with asyncio.timeout_at(left_at):
                async for chunk in response.aiter_stream():
                    body += chunk
                    if len(body) >= ANSWER_MAX_BYTES:
                        break
        except (TimeoutError, httpcore.NetworkError, httpcore.ProtocolError):
            pass
        return body[:ANSWER_MAX_BYTES]

    def _reason(self, error: Exception) -> str:
        if isinstance(error, TimeoutError | httpcore.TimeoutException):
            return f"nothing came within {self.settings.timeout_s:g} s"
        return as_text(str(error), SAID_MAX_CHARS) or type(error).__name__


def check_id(event_id: str) -> None:
    """Raise ValueError where an event's id cannot stand in a header."""
    if not is_id(event_id):
        raise ValueError("The event's id is not 1 to 256 printable ASCII characters")


def attempt_of(answered: EndpointAnswer, now_unix_s: float) -> Attempt:
    """What an answer means for the event and for its endpoint."""
    status = answered.status
    if httpx.codes.is_success(status):
        return Attempt(result="delivered", message=f"Its endpoint answered {status}", status_code=status)
    result: AttemptResult = "gone" if status == _GONE else "failed"
    wait_s = parse_retry_after(answered.headers.get("retry-after"), now_unix_s, RETRY_AFTER_MAX_S)
    said = as_text(answered.body.decode(errors="replace"), SAID_MAX_CHARS)
    what = f"{status}, a redirect, which is not followed" if httpx.codes.is_redirect(status) else str(status)
    return Attempt(
        result=result,
        message=f"Its endpoint answered {what}" + (f": {said}" if said else ""),
        status_code=status,
        is_slowed=result == "failed" and (status in _SLOWED or wait_s is not None),
        retry_after_s=None if wait_s is None else max(wait_s, RETRY_AFTER_MIN_S),
    )


@cache
def user_agent() -> str:
    """Who we say we are."""
    try:
        return f"{USER_AGENT}/{metadata.version(USER_AGENT)}"
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        return USER_AGENT
