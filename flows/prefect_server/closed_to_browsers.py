"""Keeps pages in a browser away from a server that only programs of this machine talk to.

A page of any site may send requests to this machine: it cannot read the answers, but a run would be made, or an
automation. And where its own name is made to lead here, it could read them as well.
"""

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HOST: Final = "127.0.0.1"


def closed_to_browsers(app: ASGIApp) -> ASGIApp:
    """`app` for programs that call it by its address: whatever names an origin, as pages must, is refused with 403."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and "origin" in Headers(scope=scope):
            await PlainTextResponse("Pages may not call this server", 403)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return TrustedHostMiddleware(served, allowed_hosts=[HOST])
