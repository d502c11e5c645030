"""Asks the Ideogram API for one image a request, on the route of its model.

Building a call is pure (`tasks/api/dialects/`), as reading an answer is (`tasks/api/read_answer.py`); `IdeogramClient`
is the only code that touches the network.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx

from tasks import errors
from tasks.api.connection import BodyRefused, open_http, read_body, reason
from tasks.api.dialects.routes import build_call
from tasks.api.patience import patience
from tasks.api.read_answer import checked, parse_answer
from tasks.api.settings import Settings
from tasks.records.answer import ImageObject
from tasks.records.request import GenerationRequest

ANSWER_MAX_BYTES: Final = 1_000_000
"""An answer holds a prompt and a link: a few kilobytes."""
CONNECT_STEPS: Final = 3
"""Waiting for a connection, opening it, agreeing on its encryption: each may take the time for connecting."""
SECRET_MIN_CHARS: Final = 8
"""A shorter key is a placeholder, such as the stand-in's, and would black out ordinary words."""

_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""Faults that come before the first byte of a request: names, refusals, encryption, a tunnel that was not granted."""


Hold = Callable[[], Awaitable[None]]
"""Returns if a request may leave."""


async def at_once() -> None:
    """Nothing holds a request."""


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

    async def generate(self, request: GenerationRequest, hold: Hold = at_once) -> ImageObject:
        """Ask for the image and wait for it: this is what costs money.

        Raises as `build_call`, `parse_answer` and `checked` do.

        `hold` is awaited when the connection is there, before the first byte of the request; what it raises is raised.
        NotAccepted: nothing was sent. OutcomeUnknown: it was sent, or may have been, and what became of it is not
        known. Where the status has come and says that the request was refused, a body that breaks off changes nothing.
        """
        settings = self.settings
        key = {"Api-Key": settings.api_key.get_secret_value()}
        connect_s = settings.connect_timeout_s
        call = build_call(request)
        post = self.http.build_request(
            "POST",
            f"{settings.base_url}{call.path}",
            **call.body(),
            headers=key,
            timeout=httpx.Timeout(None, connect=connect_s, pool=connect_s),  # `patience` looks after the rest
        )
        try:
            async with patience(settings.answer_timeout_s + CONNECT_STEPS * connect_s):
                status, headers, body, took_s = await self._send(post, hold)
        except (errors.TakenOver, errors.StorageFailed):
            raise
        except _NEVER_SENT as error:
            raise errors.NotAccepted(f"The API cannot be reached: {reason(error)}") from error
        except BodyRefused as error:
            raise errors.OutcomeUnknown(f"The API's answer {error}") from error
        except Exception as error:  # whatever it is, the request may have left and be billed
            raise errors.OutcomeUnknown(f"The request was sent and no answer came: {reason(error)}") from error
        return checked(request, parse_answer(status, headers, body, took_s))

    async def _send(self, post: httpx.Request, hold: Hold) -> tuple[int, httpx.Headers, bytes, float]:
        """Status, headers and body of the answer, and the seconds that it took once there was a connection.

        The body of a refusal is empty where it cannot be read.
        """
        loop = asyncio.get_running_loop()
        sent = answered = loop.time()

        async def note(event: str, _: Mapping[str, Any]) -> None:
            nonlocal sent, answered
            if event.endswith("send_request_headers.started"):
                await hold()
            elif event.endswith("send_request_body.started"):
                sent = loop.time()
            elif event.endswith("receive_response_headers.complete"):
                answered = loop.time()

        post.extensions["trace"] = note
        async with aclosing(await self.http.send(post, stream=True, follow_redirects=False)) as response:
            try:
                body = await read_body(response, ANSWER_MAX_BYTES)
            except (httpx.HTTPError, BodyRefused):
                if response.is_success:
                    raise
                body = b""
        return response.status_code, response.headers, self._without_key(body), answered - sent

    def _without_key(self, body: bytes) -> bytes:
        """`body`, of which a part may end in a message, without the key if it repeats it."""
        key = self.settings.api_key.get_secret_value()
        return body.replace(key.encode(), b"***") if len(key) >= SECRET_MIN_CHARS else body
