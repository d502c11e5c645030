"""Answers that go wrong on the wire: the connection closes, or nothing ever comes."""

import asyncio
import json
import struct
import zlib
from collections.abc import AsyncIterator, Mapping
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

CLOSE_CONNECTION: Final = "sandbox.close_connection"
"""ASGI extension: a function without arguments that sends what is written and closes the client's connection."""
HANG_S: Final = 600.0
GIANT_PX: Final = (9000, 8000)
_HUGE_BYTES: Final = 200_000_000
_CHUNK: Final = bytes(65_536)


class ClosedConnection(Response):
    """Closes the connection without a single byte of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Close, and wait for the server to notice so that it adds nothing of its own."""
        await _close(scope, receive)


class HalfAnswer(Response):
    """Announces the whole of a JSON body, sends half of it and closes the connection."""

    media_type = "application/json"

    def __init__(self, content: Mapping[str, object], headers: Mapping[str, str]) -> None:
        super().__init__(json.dumps(content, ensure_ascii=False).encode(), headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the start and close."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = self.body[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await _close(scope, receive)


class NoAnswer(Response):
    """Keeps the client waiting for ten minutes, then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Wait until the client leaves or the time is up."""
        try:
            async with asyncio.timeout(HANG_S):
                await _until_disconnected(receive)
        except TimeoutError:
            await _close(scope, receive)


def giant_png() -> bytes:
    """A whole PNG of 9000 x 8000 black pixels, in 9 kB."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", *GIANT_PX, 1, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes((GIANT_PX[0] // 8 + 1) * GIANT_PX[1]))),
        (b"IEND", b""),
    )
    whole = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


async def huge_body() -> AsyncIterator[bytes]:
    """200 MB that begin like a PNG."""
    yield b"\x89PNG\r\n\x1a\n"
    for _ in range(_HUGE_BYTES // len(_CHUNK)):
        yield _CHUNK


async def _close(scope: Scope, receive: Receive) -> None:
    close_connection = scope.get("extensions", {}).get(CLOSE_CONNECTION)
    if close_connection is None:
        raise ConnectionResetError("the connection would be closed here")
    close_connection()
    await _until_disconnected(receive)


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
