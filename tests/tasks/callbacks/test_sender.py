"""One attempt to deliver an event ends as one word, within its time, at an address that was checked."""

import asyncio
import json
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.callbacks.attempt import Attempt
from tasks.callbacks.callback_settings import CallbackSettings
from tasks.callbacks.dialling import resolve
from tasks.callbacks.sender import RETRY_AFTER_MAX_S, CallbackSender, EndpointAnswer, attempt_of
from tasks.callbacks.signature import Secrets, verify
from tasks.records.endpoint import parse_endpoint
from tasks.records.fault import one_line
from tests.tasks.api.raw_server import (
    RawServer,
    endless,
    hangs,
    http,
    raw_server,
    read_request,
    resets,
    says,
    unused_port,
)
from tests.waiting import stop_time

SECRETS = Secrets.parse("whsec_" + "Y2FuYXJ5" * 4)
LOCAL = CallbackSettings(secrets=SECRETS, allow_private=True)
PUBLIC = CallbackSettings()
EVENT_ID = "teapot-hero-4cc9bec7.1.done"
BODY = json.dumps({"event": "generation.completed"}).encode()

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


def answers(*addresses: str) -> Resolve:
    """A resolver that knows one answer."""

    async def known(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return known


def send(url: str, settings: CallbackSettings = LOCAL, resolve: Resolve = resolve) -> Attempt:
    """What one attempt comes to, at a server that runs already or is not needed."""

    async def scenario() -> Attempt:
        async with CallbackSender.open(settings, resolve) as sender:
            return await sender.send(url, EVENT_ID, BODY)

    return asyncio.run(scenario())


def send_to(*served, settings: CallbackSettings = LOCAL, path: str = "/hook?token=canary") -> tuple[Attempt, RawServer]:
    """What one attempt comes to at a server that answers as it is told, and what that was sent."""

    async def scenario() -> tuple[Attempt, RawServer]:
        stop_time()
        async with raw_server(*served) as server, CallbackSender.open(settings) as sender:
            return await sender.send(server.url + path, EVENT_ID, BODY), server

    return asyncio.run(scenario())


def headers_of(request: bytes) -> dict[str, str]:
    """The headers of a request as they stood on the wire, names in lower case."""
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


@pytest.mark.parametrize("status", [200, 204])
def test_a_success_is_delivered(status):
    """With or without a body."""
    attempt, server = send_to(says(http(status)))
    assert attempt == Attempt(result="delivered", message=f"Its endpoint answered {status}", status_code=status)
    assert server.targets == ["/hook?token=canary"]


def test_what_is_sent_can_be_verified():
    """The body byte for byte, the time of this attempt, the signature of both."""
    before = int(time.time())
    _, server = send_to(says(http(200)))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    headers = headers_of(head)
    assert body == BODY
    assert headers["host"] == server.url.removeprefix("http://")
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("ideogram-campaigns/")
    assert before <= int(headers["webhook-timestamp"]) <= time.time()
    assert verify(SECRETS, headers, body, time.time()) == EVENT_ID


def test_without_a_secret_an_event_is_sent_unsigned():
    """Its id and time are there all the same."""
    _, server = send_to(says(http(200)), settings=LOCAL.model_copy(update={"secrets": None}))
    assert {"webhook-id", "webhook-timestamp"} <= headers_of(server.requests[0]).keys()
    assert "webhook-signature" not in headers_of(server.requests[0])


def test_a_redirect_is_a_failure_and_is_not_followed():
    """Least of all to this machine's neighbours."""
    attempt, server = send_to(says(http(301, b"", "Location: http://169.254.169.254/latest")), says(http(200)))
    assert (attempt.result, attempt.status_code) == ("failed", 301)
    assert "redirect" in attempt.message
    assert len(server.requests) == 1


def test_410_ends_all_deliveries():
    """And asks for nothing slower."""
    attempt, _ = send_to(says(http(410, b"closed", "Retry-After: 9")))
    assert (attempt.result, attempt.status_code, attempt.is_slowed) == ("gone", 410, False)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_endpoint_asks_for_fewer(status):
    """Also where it names no wait."""
    attempt, _ = send_to(says(http(status)))
    assert (attempt.result, attempt.is_slowed, attempt.retry_after_s) == ("failed", True, None)


@pytest.mark.parametrize(
    ("header", "shortest_s", "longest_s"),
    [
        ("30", 30, 30),
        ("0", 1, 1),
        ("999999", RETRY_AFTER_MAX_S, RETRY_AFTER_MAX_S),
        ("in an hour", 3500, 3600),
    ],
)
def test_the_wait_that_is_asked_for_is_told(header, shortest_s, longest_s):
    """In seconds, between one second and a day."""
    header = header.replace("in an hour", format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True))
    attempt, _ = send_to(says(http(429, b"", f"Retry-After: {header}")))
    assert attempt.is_slowed
    assert shortest_s <= attempt.retry_after_s <= longest_s


def test_garbage_becomes_a_short_line():
    """Control characters and bytes that are no text reach no terminal."""
    attempt, _ = send_to(says(http(500, b"\x00\x1b[31mno\xff\r\nway " + b"x" * 1500)))
    assert (attempt.result, attempt.status_code, attempt.is_slowed) == ("failed", 500, False)
    assert attempt.message == one_line(attempt.message)
    assert "no" in attempt.message
    assert len(attempt.message) < 250


@pytest.mark.parametrize(("status", "result"), [(200, "delivered"), (500, "failed")])
def test_a_body_without_end_changes_nothing(status, result):
    """The status has come; as much as is needed is read."""
    attempt, _ = send_to(endless(b"HTTP/1.1 %d Words\r\n\r\n" % status))
    assert (attempt.result, attempt.status_code) == (result, status)


@pytest.mark.parametrize(
    ("server", "result"),
    [
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"), "delivered"),
        (says(b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\nnonsense"), "failed"),
    ],
)
def test_a_body_that_breaks_off_changes_nothing(server, result):
    """Nor one that breaks the rules."""
    attempt, _ = send_to(server)
    assert attempt.result == result
    assert attempt.status_code is not None


@pytest.mark.parametrize(
    "times", [{"timeout_s": 90.0, "body_timeout_s": 20.0}, {"timeout_s": 30.0, "body_timeout_s": 90.0}]
)
def test_a_body_that_trickles_is_left(times):
    """The status is known: whichever time is over first, the event is delivered."""
    read_to_the_end: list[bool] = []

    async def trickle(writer: asyncio.StreamWriter) -> None:
        await says(b"HTTP/1.1 200 OK\r\n\r\n")(writer)
        await says(*[b"x"] * 1000, pause_s=2.0)(writer)
        read_to_the_end.append(True)

    attempt, _ = send_to(trickle, settings=LOCAL.model_copy(update=times))
    assert attempt.result == "delivered"
    assert not read_to_the_end


@pytest.mark.parametrize(
    "server", [hangs, says(*[bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\nX-Slow: 1\r\n\r\n"], pause_s=4.0)]
)
def test_an_endpoint_that_is_slow_to_answer_fails_in_time(server):
    """Whether it says nothing or one letter now and then."""
    attempt, _ = send_to(server)
    assert (attempt.result, attempt.status_code) == ("failed", None)
    assert "nothing came within 15 s" in attempt.message


@pytest.mark.parametrize("server", [resets, says(), says(b"SMTP ready\r\n"), says(b"HTTP/1.1 abc\r\n\r\n")])
def test_an_endpoint_that_speaks_no_http_fails(server):
    """Cut off, closed without a word, or another protocol."""
    attempt, _ = send_to(server)
    assert (attempt.result, attempt.status_code) == ("failed", None)
    assert "canary" not in attempt.message


def test_a_port_that_is_closed_fails():
    """It may open again."""
    attempt = send(f"http://127.0.0.1:{unused_port()}/")
    assert attempt.result == "failed"


def test_encryption_with_a_plain_port_fails():
    """The name of the host is what a certificate is asked for."""
    heard: list[bytes] = []

    async def answer_in_plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65_536))
        writer.write(http(400))
        writer.close()

    async def scenario() -> Attempt:
        listener = await asyncio.start_server(answer_in_plain, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        async with listener, CallbackSender.open(LOCAL, answers("127.0.0.1")) as sender:
            return await sender.send(f"https://hooks.example.com:{port}/", EVENT_ID, BODY)

    assert asyncio.run(scenario()).result == "failed"
    assert b"POST" not in heard[0]


def test_encryption_names_the_host_of_the_url():
    """And not the address that is dialled: a certificate is asked for, and judged, by that name."""
    named: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda _connection, name, _context: named.append(name)

    async def scenario() -> Attempt:
        listener = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
        port = listener.sockets[0].getsockname()[1]
        async with listener, CallbackSender.open(LOCAL, answers("127.0.0.1")) as sender:
            return await sender.send(f"https://hooks.example.com:{port}/", EVENT_ID, BODY)

    assert asyncio.run(scenario()).result == "failed"
    assert named == ["hooks.example.com"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://127.1:1/",
        "http://2130706433:1/",
        "http://0x7f.1:1/",
        "http://0.0.0.0:1/",
        "http://[::1]:1/",
        "http://[::ffff:127.0.0.1]:1/",
        "http://[64:ff9b::7f00:1]:1/",
        "http://169.254.169.254/latest/meta-data",
        "https://10.0.0.7/",
    ],
)
def test_private_addresses_are_refused_however_they_are_spelt(url):
    """Nothing is dialled; the sentence says how to allow it."""
    attempt = send(url, PUBLIC)
    assert attempt.result == "refused"
    assert "CALLBACK_ALLOW_PRIVATE" in attempt.message


@pytest.mark.parametrize(
    "url",
    [
        "http://user@example.com/canary",
        "http://user:canary@example.com/",
        "ftp://example.com/canary",
        "file:///canary",
        "http:///canary",
        "canary",
        "",
        "http://[::1/canary",
        "http://example.com:0/canary",
        "http://example.com:99999/canary",
        "http://exa mple.com/canary",
        "http://example.com/\ncanary",
        "http://☃☃/canary",
        "http://" + "x" * 70_000 + "/canary",
    ],
)
def test_what_is_no_address_for_events_is_refused_or_fails_without_being_repeated(url):
    """Its path may hold a token."""
    attempt = send(url, PUBLIC, answers())
    assert attempt.result in {"refused", "failed"}
    assert "canary" not in attempt.message


@given(st.text() | st.from_regex(r"\Ahttps?://[^/]*\Z"))
def test_any_url_is_read_or_refused_by_name(url):
    """Parsing raises nothing but ValueError."""
    try:
        target = parse_endpoint(url)
    except ValueError:
        return
    assert target.scheme in {"http", "https"}
    assert target.raw_host
    assert not target.userinfo


def test_a_name_that_leads_to_private_addresses_only_is_refused():
    """Whichever of them it is."""
    attempt = send("http://intranet.example.com/", PUBLIC, answers("10.0.0.7", "fd00::1", "::ffff:192.168.0.1"))
    assert attempt.result == "refused"


def test_a_name_that_is_not_found_fails():
    """It may be found tomorrow; and it may be no name at all."""

    async def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError(-2, "Name or service not known")

    attempt = send("http://nowhere.example.com/", PUBLIC, unknown)
    assert attempt.result == "failed"
    assert "Name or service not known" in attempt.message
    assert send("http://nowhere.example.com/", PUBLIC, answers()).result == "failed"


def test_the_next_address_of_a_name_is_tried():
    """Where the first does not answer."""

    async def scenario() -> Attempt:
        async with raw_server(says(http(200))) as server:
            port = server.url.rpartition(":")[2]
            async with CallbackSender.open(LOCAL, answers("127.0.0.2", "127.0.0.1")) as sender:
                return await sender.send(f"http://hooks.example.com:{port}/", EVENT_ID, BODY)

    assert asyncio.run(scenario()).result == "delivered"


def test_an_id_that_cannot_stand_in_a_header_is_refused():
    """Nothing of it reaches the wire."""

    async def scenario() -> Attempt:
        async with CallbackSender.open(LOCAL) as sender:
            return await sender.send("http://127.0.0.1:1/", "x\r\nevil: 1", BODY)

    assert asyncio.run(scenario()).result == "refused"


def test_an_answer_too_many_is_not_the_next_events():
    """As of a proxy that once sends one twice: an event that was refused would count as delivered."""

    async def scenario() -> list[str]:
        answers, conversations = iter([http(200) + http(200), *[http(500)] * 2]), []

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            conversations.append(asyncio.current_task())
            with suppress(asyncio.IncompleteReadError):
                while await read_request(reader):
                    writer.write(next(answers))
            writer.close()

        listener = await asyncio.start_server(converse, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
        async with listener:
            async with CallbackSender.open(LOCAL) as sender:
                came = [(await sender.send(url, EVENT_ID, BODY)).result for _ in range(3)]
            await asyncio.gather(*conversations)
        return came

    assert asyncio.run(scenario()) == ["delivered", "failed", "failed"]


def test_cancelling_is_passed_on():
    """A sender that is stopped stops."""
    sending: list[asyncio.Task[Attempt]] = []

    async def stop(_: asyncio.StreamWriter) -> None:
        sending[0].cancel()

    async def scenario() -> None:
        async with raw_server(stop) as server, CallbackSender.open(LOCAL) as sender:
            sending.append(asyncio.create_task(sender.send(server.url, EVENT_ID, BODY)))
            await sending[0]

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(scenario())


@settings(max_examples=50)
@given(
    st.integers(100, 999),
    st.dictionaries(st.sampled_from(["retry-after", "location"]), st.text(st.characters(max_codepoint=127))),
    st.binary(max_size=300),
    st.floats(0, 4e9),
)
def test_any_answer_is_one_attempt(status, headers, body, now):
    """With a message that can be shown, and a wait within bounds."""
    attempt = attempt_of(EndpointAnswer(status, httpx.Headers(headers), body), now)
    assert (attempt.result == "delivered") == (200 <= status < 300)
    assert attempt.message == one_line(attempt.message)
    assert len(attempt.message) < 300
    assert attempt.retry_after_s is None or 1 <= attempt.retry_after_s <= RETRY_AFTER_MAX_S
