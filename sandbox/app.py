"""The Starlette application of one sandbox."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.download import Downloader
from sandbox.gallery import Gallery, draftsman
from sandbox.generate import Generator
from sandbox.ledger import Ledger
from sandbox.options import SandboxOptions
from sandbox.polling import Poller, Window
from sandbox.refusals import Gate
from sandbox.usage import UsageReport
from sandbox.webhooks import Webhooks
from sandbox.workshop import Workshop

if TYPE_CHECKING:
    import httpx

    from sandbox.books import Books


def create_app(options: SandboxOptions, webhook_transport: "httpx.AsyncBaseTransport | None" = None) -> Starlette:
    """A sandbox with counters of its own; two applications share nothing. `webhook_transport` carries its webhooks.

    The marked prompts that close a connection need the ASGI extension `broken.CLOSE_CONNECTION`.
    """
    ledger = Ledger(places=options.places, credits_usd=options.credits_usd)
    gallery = Gallery(link_life_s=options.link_life_s, draw=draftsman(options))
    webhooks = Webhooks(ledger, gallery, options.latency_scale, webhook_transport)
    workshop = Workshop(options, ledger, gallery, webhooks.deliver, _books(options))
    gate = Gate(options, ledger)
    generator = Generator(gate, ledger, gallery, workshop)
    poller = Poller(gate, ledger, gallery, workshop, Window(options.polls_in_10_s))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await workshop.reopen()
        yield
        workshop.close()
        gallery.close()

    async def stats(_: Request) -> Response:
        return JSONResponse(ledger.as_json())

    return Starlette(
        routes=[
            Route("/generate", generator.serve_legacy, methods=["POST"]),
            Route("/v1/ideogram-v3/generate", generator.serve_v1, methods=["POST"]),
            Route("/v2/image/generate/{model}", generator.serve_v2, methods=["POST"]),
            Route("/v2/generations/{generation_id}", poller.serve),
            Route("/v1/generations/{generation_id}", poller.serve),
            Route("/v2/account/usage", UsageReport(gate, ledger, is_admin=options.is_admin).serve),
            Route("/v1/.well-known/jwks.json", webhooks.serve_keys),
            Route("/api/images/ephemeral/{picture_id}.png", Downloader(ledger, gallery, workshop).serve),
            Route("/stats", stats),
            Route("/health", _health),
        ],
        exception_handlers={HTTPException: _http_error},
        middleware=[Middleware(_RequestIds)],
        lifespan=lifespan,
    )


def _books(options: SandboxOptions) -> "Books | None":
    if options.books is None:
        return None
    from sandbox.books import Books  # noqa: PLC0415  with the storages it takes a moment that others need not wait

    return Books(options.books)


class _RequestIds:
    """Gives every answer an `x-request-id`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add the header on the way back."""

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = secrets.token_urlsafe(12)
            await send(message)

        await self._app(scope, receive, named)


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
