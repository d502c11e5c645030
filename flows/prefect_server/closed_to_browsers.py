"""Keeps pages in a browser away from a server that only programs of this machine talk to.

A page of any site can send requests to this machine. It cannot read the answers, but its requests would make runs and
automations. A page whose own host name is made to lead to this machine could read the answers as well.
"""

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HOST: Final = "127.0.0.1"


def closed_to_browsers(app: ASGIApp) -> ASGIApp:
    """Wrap `app`: it answers only requests to 127.0.0.1, and none that names an origin, as those of pages do."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and "origin" in Headers(scope=scope):
            await PlainTextResponse("Pages may not call this server", 403)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return TrustedHostMiddleware(served, allowed_hosts=[HOST])
