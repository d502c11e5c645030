"""A paid image is fetched from where it may lie, whole or not at all, and its link's signature shows up nowhere."""

import asyncio
import gzip
import logging
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.clients.download import check_link, download
from tasks.clients.ideogram import IdeogramClient
from tasks.errors import LinkFailed
from tasks.settings import Settings
from tests.tasks.clients.raw_server import Answer, RawServer, endless, hangs, http, raw_server, resets, says

SIGNED = "?exp=1790000000&sig=c0ffee%2Bc0ffee"
AT_ONCE = (0.0, 0.0, 0.0)
IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
GOOD = says(http(200, IMAGE))

PUBLIC = Settings.for_api("https://api.ideogram.ai", "key")
OWN = Settings.for_api("http://gateway.test:8000/ideogram", "key", frozenset({"cdn.example.com", "xn--bcher-kva.de"}))


def settings(url: str, **fields: float) -> Settings:
    """Settings for an API at `url` whose images lie beside it."""
    patience = {"connect_timeout_s": 0.2, "answer_timeout_s": 0.2, "download_timeout_s": 2.0}
    return Settings.for_api(url, "key").model_copy(update=patience | fields)


def fetched(*answers: Answer, path: str = "/x.png" + SIGNED, **fields: float) -> tuple[bytes | LinkFailed, RawServer]:
    """What the download from a server that answers so comes to, and what the server was asked."""

    async def scenario() -> tuple[bytes | LinkFailed, RawServer]:
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


# Which links are followed


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://ideogram.ai/api/images/ephemeral/x.png?exp=1&sig=2", PUBLIC),
        ("https://IDEOGRAM.AI/x.png", PUBLIC),
        ("https://ideogram.ai./x.png", PUBLIC),
        ("https://ideogram.ai:8443/x.png", PUBLIC),
        ("https://img.cdn.ideogram.ai/x.png", PUBLIC),
        ("https://d2gu96o5zk2m7w.cloudfront.net/x.png", PUBLIC),
        ("https://ideogram.ai/x.png", OWN),
        ("http://gateway.test:9000/x.png", OWN),
        ("https://gateway.test/x.png", OWN),
        ("http://a.cdn.example.com/x.png", OWN),
        ("https://bücher.de/x.png", OWN),
        ("http://[::1]:9000/x.png", Settings.for_api("http://[::1]:8000", "key")),
    ],
)
def test_a_link_to_an_allowed_host_may_be_fetched(url, allowed):
    """The hosts of the public API, the API's own, those of the settings, and what lies below them."""
    check_link(httpx.URL(url), allowed)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.com/ideogram.ai/x.png",
        "https://evilideogram.ai/x.png",
        "https://ideogram.ai.evil.com/x.png",
        "https://ideogram.ai@evil.com/x.png",
        "https://ideogram.ai\\@evil.com/x.png",
        "https://ideogram.ai%2eevil.com/x.png",
        "https://evil.com%2f.ideogram.ai/x.png",
        "https://evil.com\\.ideogram.ai/x.png",
        "https://user:secret@ideogram.ai/x.png",
        "https://:secret@ideogram.ai/x.png",
        "https://a..ideogram.ai/x.png",
        "https://.ideogram.ai/x.png",
        f"https://{'a' * 64}.ideogram.ai/x.png",
        "https://\u0456deogram.ai/x.png",
        "https://169.254.169.254/latest/meta-data",
        "https://2852039166/latest/meta-data",
        "https://127.0.0.1/x.png",
        "https://[::ffff:169.254.169.254]/x.png",
        "https://[::1/x.png",
        "https://ideogram.ai:99999999/x.png",
        "https://ideogram.ai:x/x.png",
        "http://ideogram.ai/x.png",
        "ftp://ideogram.ai/x.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "//ideogram.ai/x.png",
        "/x.png",
        "https:///x.png",
        "https:ideogram.ai/x.png",
        "https://ideogram.ai\t.evil.com/x.png",
        "https://ideogram.ai\r\nHost: evil.com/x.png",
        "",
        "  ",
        "https://" + "a." * 60_000 + "ideogram.ai/",
    ],
)
def test_any_other_link_is_not_fetched(url):
    """No request leaves, and the message stays short and holds no password."""
    with pytest.raises(LinkFailed) as failed:
        fetched_from(url, httpx.MockTransport(lambda _: pytest.fail("a request left")))
    assert failed.value.is_billed
    assert "secret" not in str(failed.value)
    assert len(str(failed.value)) < 500


@given(st.text() | st.builds("https://{}/x.png".format, st.text()) | st.from_regex(r"https?://[^ ]*ideogram\.ai.*"))
@example("https://ideogram.ai/" + "x" * 70_000)
@example("https://xn--a.ideogram.ai/")
@example("https://ideogram.ai:0/")
def test_whatever_the_link_only_allowed_hosts_are_asked(url):
    """Any text is fetched from an allowed host by https, or refused by name."""

    def answer(request: httpx.Request) -> httpx.Response:
        host = request.url.raw_host.decode().removesuffix(".")
        assert request.url.scheme == "https"
        assert any(host == allowed or host.endswith(f".{allowed}") for allowed in PUBLIC.image_hosts)
        return httpx.Response(200, content=b"image")

    with suppress(LinkFailed):
        assert fetched_from(url, httpx.MockTransport(answer)) == b"image"


def test_a_refused_host_is_named_with_the_setting_that_allows_it():
    """Whoever points the command at another API learns how to take its images."""
    with pytest.raises(LinkFailed, match=r"'img\.example\.org'; allow it with IDEOGRAM_IMAGE_HOSTS=img\.example\.org"):
        check_link(httpx.URL("https://img.example.org/x.png"), PUBLIC)


# Redirects


@pytest.mark.parametrize(
    "location", ["/y.png?sig=3", "y.png", "https://ideogram.ai/y.png", "https://IDEOGRAM.ai:443/y"]
)
def test_a_redirect_on_the_same_host_is_followed(location):
    """Relative or whole."""
    assert fetched_from("https://ideogram.ai/x.png", redirecting(location)) == b"i"


def test_a_redirect_from_http_to_https_is_followed():
    """It leads to the same host, and to a safer road."""
    assert fetched_from("http://gateway.test/x.png", redirecting("https://gateway.test/x.png"), OWN) == b"i"


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("https://ideogram.ai/x.png", "https://evil.com/x.png"),
        ("https://ideogram.ai/x.png", "//evil.com/x.png"),
        ("https://ideogram.ai/x.png", "https://img.ideogram.ai/x.png"),
        ("https://ideogram.ai/x.png", "https://ideogram.ai@evil.com/"),
        ("https://ideogram.ai/x.png", "https://ideogram.ai:6379/x.png"),
        ("https://gateway.test/x.png", "http://gateway.test/x.png"),
        ("http://gateway.test:9000/x.png", "http://gateway.test:22/x.png"),
        ("https://ideogram.ai/x.png", "http://169.254.169.254/latest"),
        ("https://ideogram.ai/x.png", "file:///etc/passwd"),
        ("https://ideogram.ai/x.png", "https://user:pw@ideogram.ai/x.png"),
        ("https://ideogram.ai/x.png", "https://ideogram.ai:99999999/x.png"),
    ],
)
def test_a_redirect_to_anywhere_else_is_not_followed(url, location):
    """Not to another host, even an allowed one, another port, or back from https to http."""
    with pytest.raises(LinkFailed, match="link"):
        fetched_from(url, redirecting(location), OWN if "gateway" in url else PUBLIC)


@pytest.mark.parametrize("location", ["https://[::", "http://[::1]x/", "//[x/", "https://xn--a.ideogram.ai/"])
def test_a_redirect_to_something_that_is_no_address_is_a_named_failure(location):
    """However a server garbles it."""
    network = httpx.MockTransport(lambda _: httpx.Response(302, headers={"location": location}))
    with pytest.raises(LinkFailed):
        fetched_from("https://ideogram.ai/x.png", network)


def test_a_link_that_leads_around_in_circles_ends():
    """Two redirects are followed, no more, and it is not tried again."""
    failed, server = fetched(says(http(302, b"", "Location: /x.png")))
    assert "circles" in str(failed)
    assert len(server.requests) == 3


# What is served


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
        says(http(200, gzip.compress(IMAGE)[:-20] + bytes(20), "Content-Encoding: gzip")),
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


def test_nothing_waits_after_the_last_try():
    """A place is not held for a pause that leads nowhere."""

    async def scenario() -> float:
        async with raw_server(says(http(502))) as server, IdeogramClient.open(settings(server.url)) as client:
            started = time.monotonic()
            with pytest.raises(LinkFailed):
                await download(client, server.url, ())
            return time.monotonic() - started

    assert asyncio.run(scenario()) < 0.4


def test_a_slow_drip_meets_the_deadline():
    """A byte now and then does not hold a download open."""
    drip = says(http(200, IMAGE)[:200], *[b"."] * 100, pause_s=0.02)
    failed, _ = fetched(drip, download_timeout_s=0.1)
    assert "took too long" in str(failed)


@pytest.mark.parametrize(
    "answer",
    [
        says(http(200, bytes(1_000))),
        endless(http(200, b"", "Content-Length: 200000000")),
        endless(b"HTTP/1.1 200 OK\r\n\r\n"),
        endless(http(200, b"", "Transfer-Encoding: chunked"), b"400\r\n" + bytes(1_024) + b"\r\n"),
        says(http(200, gzip.compress(bytes(10_000)), "Content-Encoding: gzip")),
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
    bomb = gzip.compress(gzip.compress(bytes(100_000)))
    failed, _ = fetched(says(http(200, bomb, "Content-Encoding: gzip, gzip")))
    assert "packed more than once" in str(failed)


def test_a_packed_body_is_unpacked():
    """A server may pack although nobody asked for it."""
    assert fetched(says(http(200, gzip.compress(IMAGE), "Content-Encoding: gzip")))[0] == IMAGE


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
