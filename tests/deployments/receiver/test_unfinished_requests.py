"""Whoever does not finish a request holds the receiver neither for ever nor against others."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from deployments.receiver.unfinished_requests import bounded_protocol, connections_max
from tests.waiting import LIMIT_S, pass_time

HALF_A_HEAD = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Le"
HALF_A_BODY = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"
WHOLE = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nwhole"
MOST = 10

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def echo(request: Request) -> PlainTextResponse:
    """What was sent, if all of it came."""
    try:
        return PlainTextResponse(await request.body())
    except ClientDisconnect:
        return PlainTextResponse("cut off", 400)


@dataclass
class Serving:
    """A server, and the connections that were opened to it."""

    port: int
    opened: list[Connection] = field(default_factory=list)

    async def sent(self, data: bytes) -> Connection:
        """A new connection on which `data` was sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.opened.append((reader, writer))
        writer.write(data)
        await writer.drain()
        return reader, writer


@asynccontextmanager
async def serving(timeout_s: float) -> AsyncIterator[Serving]:
    """A server of `MOST` connections in this loop."""
    app = Starlette(routes=[Route("/echo", echo, methods=["POST"])])
    protocol = bounded_protocol(MOST, timeout_s)
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=protocol, lifespan="off", log_config=None))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    served = Serving(server.servers[0].sockets[0].getsockname()[1])
    try:
        yield served
    finally:
        for _, writer in served.opened:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in served.opened), return_exceptions=True)
        server.should_exit = True
        await server.shutdown()


async def answer_of(connection: Connection) -> bytes:
    """The answer that came on it, whole; empty where it was closed without one."""
    reader, _ = connection
    try:
        async with asyncio.timeout(LIMIT_S):
            head = await reader.readuntil(b"\r\n\r\n")
            return head + await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r")[0]))
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


@pytest.mark.parametrize("half", [b"", HALF_A_HEAD, HALF_A_BODY])
def test_connections_that_send_no_whole_request_make_room_for_those_that_do(half, caplog):
    """The oldest goes first, and what has sent a whole request never does; it is logged once and not for each."""

    async def scenario() -> None:
        async with serving(timeout_s=3600) as server:
            held = [await server.sent(half) for _ in range(3 * MOST)]
            assert b"whole" in await answer_of(await server.sent(WHOLE))
            assert await answer_of(held[0]) == b""

    with caplog.at_level(logging.WARNING, "deployments"):
        asyncio.run(scenario())
    assert len(caplog.records) == 1


@pytest.mark.parametrize("half", [b"", HALF_A_HEAD, HALF_A_BODY])
def test_a_request_that_never_ends_is_given_up(half):
    """Whoever sends half of it and no more is not waited for."""

    async def scenario() -> None:
        async with serving(timeout_s=900) as server:
            held = await server.sent(half)
            other = await server.sent(WHOLE)
            assert b"whole" in await answer_of(other), "the server has seen the half that was sent before"
            pass_time(901)
            assert await answer_of(held) == b""

    asyncio.run(scenario())


def test_a_connection_may_be_used_again():
    """Also where the next request comes in pieces, or before the answer."""

    async def scenario() -> None:
        async with serving(timeout_s=3600) as server:
            connection = await server.sent(WHOLE)
            assert b"whole" in await answer_of(connection)
            connection[1].write(HALF_A_BODY)
            await connection[1].drain()
            connection[1].write(b"-done" + WHOLE)
            assert b"half-done" in await answer_of(connection)
            assert b"whole" in await answer_of(connection)

    asyncio.run(scenario())


def test_there_is_room_for_all_else_that_is_open():
    """Connections alone never use up the descriptors of this process."""
    import resource  # noqa: PLC0415  not there on every system

    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert 1 <= connections_max() < descriptors
