"""Asks the Ideogram API for one image a request, on the route of its model.

Building a call is pure (`tasks/api/dialects/`), as reading an answer is (`tasks/api/read_answer.py`); `IdeogramClient`
is the only code that touches the network.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

import httpx

from tasks import errors
from tasks.api.connection import BodyRefused, open_http, read_body, reason
from tasks.api.dialects import v2
from tasks.api.dialects.call import Contents
from tasks.api.dialects.generations import read_accepted, read_poll
from tasks.api.dialects.quotes import read_quote
from tasks.api.dialects.routes import build_call
from tasks.api.patience import patience
from tasks.api.read_answer import checked, parse_answer
from tasks.api.settings import Settings
from tasks.records.answer import Accepted, ImageObject, Pending
from tasks.records.models import OFFERS
from tasks.records.quote import Quote
from tasks.records.request import GenerationRequest

ANSWER_MAX_BYTES: Final = 1_000_000
"""An answer holds a prompt and a link: a few kilobytes."""
POLL_TIMEOUT_S: Final = 30.0
"""How long the API may take to tell how a generation stands, or what one would cost."""
CONNECT_STEPS: Final = 3
"""Waiting for a connection, opening it, agreeing on its encryption: each may take the time for connecting."""
UPLOAD_BYTES_S: Final = 250_000
"""How fast pictures leave at the least: the time they take on a slow line is no time for which the API keeps silent."""
SECRET_MIN_CHARS: Final = 8
"""A shorter key is a placeholder, such as the stand-in's, and would black out ordinary words."""

_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""Faults that come before the first byte of a request: names, refusals, encryption, a tunnel that was not granted."""


class _CutOff(Exception):
    """The connection broke while a body was on its way: of a form whose length was told, nobody has the whole."""


Hold = Callable[[], Awaitable[None]]
"""Returns if a request may leave."""


async def at_once() -> None:
    """Nothing holds a request."""


def upload_s(contents: Contents) -> float:
    """How long pictures may take to leave, in seconds."""
    return sum(map(len, contents.values())) / UPLOAD_BYTES_S


@dataclass(frozen=True)
class IdeogramClient:
    """The network side: one connection pool for a campaign."""

    settings: Settings
    http: httpx.AsyncClient

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, transport: httpx.AsyncBaseTransport | None = None
    ) -> AsyncIterator["IdeogramClient"]:
        """A client whose connections close with the context."""
        async with open_http(settings, transport) as http:
            yield cls(settings, http)

    async def generate(
        self, request: GenerationRequest, hold: Hold = at_once, contents: Contents = MappingProxyType({})
    ) -> ImageObject | Accepted:
        """Ask for the image: this is what costs money. Where its route can, the API only accepts to draw it.

        `contents` are the bytes of the request's pictures, by their digest.

        Raises as `build_call`, `parse_answer` and `checked` do.

        `hold` is awaited when the connection is there, before the first byte of the request; what it raises is raised.
        NotAccepted: nothing was sent, or not all of it. OutcomeUnknown: it was sent, or may have been, and what became
        of it is not known. Where the status has come and says that the request was refused, a body that breaks off
        changes nothing.
        """
        settings = self.settings
        key = {"Api-Key": settings.api_key.get_secret_value()}
        connect_s = settings.connect_timeout_s
        is_async = OFFERS[request.model].route == "v2"
        call = v2.build(request, is_async=True, webhook_url=settings.webhook_url) if is_async else build_call(request)
        post = self.http.build_request(
            "POST",
            f"{settings.base_url}{call.path}",
            **call.body(contents),
            headers=key,
            timeout=httpx.Timeout(None, connect=connect_s, pool=connect_s),  # `patience` looks after the rest
        )
        try:
            async with patience(settings.answer_timeout_s + CONNECT_STEPS * connect_s + upload_s(contents)):
                status, headers, body, took_s = await self._send(post, hold)
        except (errors.TakenOver, errors.StorageFailed):
            raise
        except _NEVER_SENT as error:
            raise errors.NotAccepted(f"The API cannot be reached: {reason(error)}") from error
        except _CutOff as error:
            raise errors.NotAccepted(f"The request broke off on its way, before all of it had left: {error}") from error
        except BodyRefused as error:
            raise errors.OutcomeUnknown(f"The API's answer {error}") from error
        except Exception as error:  # whatever it is, the request may have left and be billed
            raise errors.OutcomeUnknown(f"The request was sent and no answer came: {reason(error)}") from error
        told = (read_accepted if is_async else parse_answer)(status, headers, body, took_s)
        return checked(request, told) if isinstance(told, ImageObject) else told

    async def look(self, generation_id: str) -> ImageObject | Pending:
        """How a generation stands that the API has accepted. Free; raises as `read_poll`."""
        settings = self.settings
        url = f"{settings.base_url}/v2/generations/{quote(generation_id, safe='')}"
        key = {"Api-Key": settings.api_key.get_secret_value()}
        try:
            async with patience(POLL_TIMEOUT_S):
                status, headers, body, _ = await self._send(self.http.build_request("GET", url, headers=key), at_once)
        except Exception as error:  # noqa: BLE001  whatever it is, asking again costs nothing
            return Pending(note=f"it cannot be reached: {reason(error)}")
        told = read_poll(status, headers, body)
        if isinstance(told, ImageObject) and told.generation_id not in {None, generation_id}:
            return Pending(note="it tells of another generation")
        return told

    async def quote(self, request: GenerationRequest, contents: Contents = MappingProxyType({})) -> Quote:
        """What an image of a v2 model would cost. Free; raises as `read_quote`, and QuoteFailed where no answer came.

        The body is that of the paid call: should the API pass over the question, it tells an id to fetch the image by.
        """
        settings = self.settings
        call = v2.build(request, is_async=True)
        url = f"{settings.base_url}{call.path}"
        key = {"Api-Key": settings.api_key.get_secret_value()}
        post = self.http.build_request("POST", url, params={"dry_run": "true"}, **call.body(contents), headers=key)
        try:
            async with patience(POLL_TIMEOUT_S + upload_s(contents)):
                status, headers, body, _ = await self._send(post, at_once)
        except _NEVER_SENT as error:
            raise errors.NotAccepted(f"The API cannot be reached: {reason(error)}") from error
        except Exception as error:
            raise errors.QuoteFailed(f"The API was asked for a price, and no answer came: {reason(error)}") from error
        return read_quote(status, headers, body)

    async def _send(self, post: httpx.Request, hold: Hold) -> tuple[int, httpx.Headers, bytes, float]:
        """Status, headers and body of the answer, and the seconds that it took once there was a connection.

        The body of a refusal is empty where it cannot be read. Raises what httpx does, and _CutOff.
        """
        loop = asyncio.get_running_loop()
        sent = answered = loop.time()
        is_leaving = False

        async def note(event: str, _: Mapping[str, Any]) -> None:
            nonlocal sent, answered, is_leaving
            if event.endswith("send_request_headers.started"):
                await hold()
            elif event.endswith(("send_request_body.started", "send_request_body.complete")):
                sent, is_leaving = loop.time(), event.endswith("started")
            elif event.endswith("receive_response_headers.complete"):
                answered = loop.time()

        post.extensions["trace"] = note
        try:
            answer = await self.http.send(post, stream=True, follow_redirects=False)
        except httpx.TransportError as error:
            if is_leaving:
                raise _CutOff(reason(error)) from error
            raise
        async with aclosing(answer) as response:
            try:
                body = await read_body(response, ANSWER_MAX_BYTES)
            except (httpx.HTTPError, BodyRefused):
                if response.is_success:
                    raise
                body = b""
        return response.status_code, response.headers, self._without_secrets(body), answered - sent

    def _without_secrets(self, body: bytes) -> bytes:
        """`body`, of which a part may end in a message, without the key and the webhooks' address."""
        key, webhook_url = self.settings.api_key.get_secret_value(), self.settings.webhook_url or ""
        for secret in (key, webhook_url):
            if len(secret) >= SECRET_MIN_CHARS:
                body = body.replace(secret.encode(), b"***")
        return body
