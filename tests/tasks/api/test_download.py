"""A paid image is fetched from where it may lie, whole or not at all, and its link's signature shows up nowhere."""

import asyncio
import gzip
import logging
import traceback
from collections.abc import AsyncIterator

import httpx
import pytest

from tasks.api.download import download
from tasks.api.ideogram import IdeogramClient
from tasks.errors import LinkFailed
from tests.tasks.api.downloads import GOOD, IMAGE, PUBLIC, SIGNED, fetched, fetched_from
from tests.tasks.api.raw_server import endless, hangs, http, resets, says


def test_the_bytes_arrive_as_they_were_sent():
    """Byte for byte, and the query with its signature leaves exactly as it stood in the answer."""
    body, server = fetched(GOOD)
    assert body == IMAGE
    assert server.targets == ["/x.png" + SIGNED]
    assert b"api-key" not in server.requests[0].lower()
    assert b"accept-encoding: identity" in server.requests[0].lower()


@pytest.mark.parametrize(
    "query",
    [
        "?exp=1&sig=2",
        "?sig=a%2Bb%2f%3D",
        "?sig=a+b/c=",
        "?a=1&a=2&&b",
        "?sig=~-._*",
        "?X-Amz-Signature=0a&X-Amz-Date=2026",
    ],
)
def test_a_signed_query_is_kept_whole(query):
    """A signature that is written anew, even with the same meaning, may not fit any more."""
    body, server = fetched(GOOD, path="/a%20b.png" + query)
    assert body == IMAGE
    assert server.targets == ["/a%20b.png" + query]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_an_expired_or_refused_link_fails_at_once(status):
    """Asking again would not bring it back."""
    failed, server = fetched(says(http(status)), GOOD)
    assert isinstance(failed, LinkFailed)
    assert str(status) in str(failed)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "fault",
    [
        says(http(500)),
        says(http(503)),
        says(http(429)),
        says(http(408)),
        says(http(204)),
        says(http(304)),
        resets,
        hangs,
        says(),
        says(http(200, IMAGE)[:-9]),
        says(http(200, gzip.compress(IMAGE, mtime=0)[:-20] + bytes(20), "Content-Encoding: gzip")),
    ],
    ids=["500", "503", "429", "408", "204", "304", "reset", "hang", "closed", "cut", "broken gzip"],
)
def test_a_passing_fault_is_tried_again(fault):
    """The image is paid, so one bad moment does not lose it."""
    body, server = fetched(fault, GOOD)
    assert body == IMAGE
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", [says(http(502)), resets, says(http(200, IMAGE)[:-9])], ids=["502", "reset", "cut"])
def test_a_lasting_fault_ends_the_cell_after_four_tries(fault):
    """It is named, and the signature is not in it."""
    failed, server = fetched(fault)
    assert isinstance(failed, LinkFailed)
    assert "in 4 tries" in str(failed)
    assert len(server.requests) == 4
    assert "c0ffee" not in "".join(traceback.format_exception(failed))


def test_nothing_waits_after_the_last_try(monkeypatch: pytest.MonkeyPatch):
    """A place is not held for a pause that leads nowhere."""
    network = httpx.MockTransport(lambda _: httpx.Response(502))

    async def waited(_: float) -> None:
        pytest.fail("it waits")

    async def scenario() -> None:
        async with IdeogramClient.open(PUBLIC, network) as client:
            monkeypatch.setattr(asyncio, "sleep", waited)
            with pytest.raises(LinkFailed):
                await download(client, "https://ideogram.ai/x.png", ())

    asyncio.run(scenario())


def test_a_slow_drip_meets_the_deadline():
    """A byte now and then does not hold a download open."""
    drip = says(http(200, IMAGE)[:200], *[b"."] * 100, pause_s=9.0)
    failed, _ = fetched(drip)
    assert "took too long" in str(failed)


@pytest.mark.parametrize(
    "answer",
    [
        says(http(200, bytes(1_000))),
        endless(http(200, b"", "Content-Length: 200000000")),
        endless(b"HTTP/1.1 200 OK\r\n\r\n"),
        endless(http(200, b"", "Transfer-Encoding: chunked"), b"400\r\n" + bytes(1_024) + b"\r\n"),
        says(http(200, gzip.compress(bytes(10_000), mtime=0), "Content-Encoding: gzip")),
    ],
    ids=["announced", "endless, announced", "endless", "endless, chunked", "bomb"],
)
def test_more_bytes_than_allowed_end_the_download_at_once(answer):
    """Announced or not, packed or not: the cap is on what would lie in memory, and it is not tried again."""
    failed, server = fetched(answer, download_max_bytes=999)
    assert "is larger than" in str(failed)
    assert len(server.requests) == 1


def test_exactly_as_many_bytes_as_allowed_are_taken():
    """The cap is the last size that fits."""
    assert fetched(says(http(200, bytes(999))), download_max_bytes=999)[0] == bytes(999)


def test_a_body_packed_more_than_once_is_not_unpacked():
    """One packet of it could hold more than the memory."""
    bomb = gzip.compress(gzip.compress(bytes(100_000), mtime=0))
    failed, _ = fetched(says(http(200, bomb, "Content-Encoding: gzip, gzip")))
    assert "packed more than once" in str(failed)


def test_a_packed_body_is_unpacked():
    """A server may pack although nobody asked for it."""
    assert fetched(says(http(200, gzip.compress(IMAGE, mtime=0), "Content-Encoding: gzip")))[0] == IMAGE


def test_no_log_shows_a_signature(caplog):
    """Not that of the link nor that of a redirect, at any level of httpx and httpcore."""
    caplog.set_level(logging.DEBUG)
    body, server = fetched(says(http(302, b"", "Location: /y.png?exp=2&sig=decaf")), GOOD)
    assert body == IMAGE
    assert server.targets == ["/x.png" + SIGNED, "/y.png?exp=2&sig=decaf"]
    assert "/x.png?…" in caplog.text
    assert "c0ffee" not in caplog.text
    assert "decaf" not in caplog.text


def test_downloads_run_side_by_side():
    """One pool serves them all, and each gets its own bytes."""

    async def serve(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        return httpx.Response(200, content=request.url.path.encode())

    async def scenario() -> list[bytes]:
        async with IdeogramClient.open(PUBLIC, httpx.MockTransport(serve)) as client:
            links = [f"https://ideogram.ai/{number}" for number in range(50)]
            return await asyncio.gather(*(download(client, link) for link in links))

    assert asyncio.run(scenario()) == [f"/{number}".encode() for number in range(50)]


def test_a_stream_that_breaks_off_in_the_middle_is_tried_again():
    """Fewer bytes than announced are not an image, however many there are."""

    async def broken() -> AsyncIterator[bytes]:
        yield IMAGE[:100]
        raise httpx.ReadError("gone")

    bodies = [broken(), IMAGE]
    handler = httpx.MockTransport(lambda _: httpx.Response(200, content=bodies.pop(0)))
    assert fetched_from("https://ideogram.ai/x.png", handler) == IMAGE
