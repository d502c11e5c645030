"""A server that answers each connection with exactly the bytes, or the misbehaviour, that a test asks for."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.waiting import time_passes

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawServer:
    """Where it listens, and what it was sent."""

    url: str
    requests: list[bytes] = field(default_factory=list)

    @property
    def targets(self) -> list[str]:
        """What each request asked for, as it stood on the wire."""
        return [request.split(b" ")[1].decode() for request in self.requests]


@asynccontextmanager
async def raw_server(*answers: Answer) -> AsyncIterator[RawServer]:
    """A server whose n-th connection gets the n-th answer to its first request; later ones get the last."""
    conversations: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.add(asyncio.current_task())
        try:
            server.requests.append(await read_request(reader))
            await answers[min(len(server.requests), len(answers)) - 1](writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(converse, "127.0.0.1", 0)
    server = RawServer(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
    try:
        yield server
    finally:
        listener.close()
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
        await listener.wait_closed()


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """The next request, head and body, as it came."""
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    return head + await reader.readexactly(int(lengths[0]) if lengths else 0)


def says(*parts: bytes, pause_s: float = 0.0) -> Answer:
    """Send the parts with a pause before each, which only the loop's clock knows of, then close the connection."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            await time_passes(pause_s)
            await asyncio.sleep(0)
            writer.write(part)
            await writer.drain()

    return answer


async def resets(writer: asyncio.StreamWriter) -> None:
    """Cut the connection the hard way."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def hangs(_: asyncio.StreamWriter) -> None:
    """Never say anything, while ten minutes pass."""
    await time_passes(600)
    await asyncio.Event().wait()


def endless(head: bytes, chunk: bytes = bytes(65_536)) -> Answer:
    """Send without an end."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(chunk)
            await writer.drain()

    return answer


def http(status: int, body: bytes = b"", *headers: str) -> bytes:
    """A whole HTTP answer that announces its length, unless a header of its own says otherwise."""
    lines = [f"HTTP/1.1 {status} Words", *headers]
    if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def unused_port() -> int:
    """A port of this machine that refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
