"""The Starlette application of one sandbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.download import Downloader
from sandbox.gallery import Gallery, draftsman
from sandbox.generate import Generator
from sandbox.ledger import Ledger
from sandbox.options import SandboxOptions


def create_app(options: SandboxOptions) -> Starlette:
    """A sandbox with counters of its own; two applications share nothing.

    The marked prompts that close a connection need the ASGI extension `broken.CLOSE_CONNECTION`.
    """
    ledger = Ledger(places=options.places, credits_usd=options.credits_usd)
    gallery = Gallery(link_life_s=options.link_life_s, draw=draftsman(options))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        gallery.close()

    async def stats(_: Request) -> Response:
        return JSONResponse(ledger.as_json())

    return Starlette(
        routes=[
            Route("/generate", Generator(options, ledger, gallery).serve, methods=["POST"]),
            Route("/api/images/ephemeral/{picture_id}.png", Downloader(ledger, gallery).serve),
            Route("/stats", stats),
            Route("/health", _health),
        ],
        exception_handlers={HTTPException: _http_error},
        lifespan=lifespan,
    )


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
