"""Downloads from servers that answer as they are told."""

import asyncio

import httpx

from tasks.api.download import download
from tasks.api.ideogram import IdeogramClient
from tasks.api.settings import Settings
from tasks.errors import LinkFailed
from tests.tasks.api.raw_server import Answer, RawServer, http, raw_server, says
from tests.waiting import stop_time

SIGNED = "?exp=1790000000&sig=c0ffee%2Bc0ffee"
AT_ONCE = (0.0, 0.0, 0.0)
IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
GOOD = says(http(200, IMAGE))

PUBLIC = Settings.for_api("https://api.ideogram.ai", "key")
OWN = Settings.for_api("http://localhost:8000/ideogram", "key", frozenset({"cdn.example.com", "xn--bcher-kva.de"}))


def settings(url: str, **fields: float) -> Settings:
    """Settings for an API at `url` whose images lie beside it."""
    return Settings.for_api(url, "key").model_copy(update=fields)


def fetched(*answers: Answer, path: str = "/x.png" + SIGNED, **fields: float) -> tuple[bytes | LinkFailed, RawServer]:
    """What the download from a server that answers so comes to, and what the server was asked."""

    async def scenario() -> tuple[bytes | LinkFailed, RawServer]:
        stop_time()
        async with (
            raw_server(*answers) as server,
            IdeogramClient.open(settings(server.url, **fields)) as client,
        ):
            try:
                return await download(client, server.url + path, AT_ONCE), server
            except LinkFailed as error:
                return error, server

    return asyncio.run(scenario())


def fetched_from(url: str, handler: httpx.MockTransport, allowed: Settings = PUBLIC) -> bytes:
    """The download of `url` where `handler` is the network."""

    async def scenario() -> bytes:
        async with IdeogramClient.open(allowed, handler) as client:
            return await download(client, url, AT_ONCE)

    return asyncio.run(scenario())


def redirecting(location: str) -> httpx.MockTransport:
    """A network that redirects the first request and serves an image to the next."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return (
            httpx.Response(302, headers={"location": location}) if len(seen) == 1 else httpx.Response(200, content=b"i")
        )

    return httpx.MockTransport(answer)
