"""uvicorn, quiet: one line when it is ready, a prompt end without a traceback."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.broken import CLOSE_CONNECTION

HOST: Final = "127.0.0.1"
_PORT_MAX: Final = 65_535
_LOGGER: Final = logging.getLogger("uvicorn.error")


def listen(port: int) -> socket.socket:
    """A listening socket on the local machine; port 0 takes any free one. Raises OSError if it is taken.

    Its connections inherit that they send at once what they are given; otherwise answers would come 40 ms late.
    """
    if not 0 <= port <= _PORT_MAX:
        raise ValueError(f"--port must be 0 to {_PORT_MAX}")
    listener = socket.create_server((HOST, port), backlog=1024)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def serve(listener: socket.socket, app: ASGIApp, *, places: int, ends_with_stdin: bool) -> None:
    """Serve `app` until SIGINT or SIGTERM, or until standard input ends if `ends_with_stdin`."""
    _LOGGER.setLevel(logging.ERROR)
    port = listener.getsockname()[1]
    ready_line = f"sandbox: ready at http://{HOST}:{port} ({places} places in flight)"
    server = _QuietServer(app, ready_line)
    if ends_with_stdin:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


class _QuietServer(uvicorn.Server):
    """Says when it is ready, closes a connection when a request asks for it, ends as it is told."""

    def __init__(self, app: ASGIApp, ready_line: str) -> None:
        config = uvicorn.Config(
            self._serve_request,
            interface="asgi3",
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=0,
        )
        super().__init__(config)
        self._app = app
        self._ready_line = ready_line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the one line of output."""
        await super().startup(sockets)
        print(self._ready_line, flush=True)  # noqa: T201 - the line a parent waits for

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop at once; requests that this cuts off are no errors."""
        _LOGGER.disabled = True
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End with exit code 0 on a signal; uvicorn itself would raise it once more."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield

    async def _serve_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        def close_connection() -> None:
            for connection in self.server_state.connections:
                if getattr(connection, "client", None) == scope["client"] and connection.transport is not None:
                    connection.transport.close()

        extensions = scope.get("extensions", {}) | {CLOSE_CONNECTION: close_connection}
        await self._app({**scope, "extensions": extensions}, receive, send)


def _end_with_stdin(server: uvicorn.Server) -> None:
    while os.read(0, 4096):
        pass
    server.should_exit = True
