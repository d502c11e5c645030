"""The paid call over real sockets: only what proves that nothing was sent is told as such."""

import asyncio
import gzip
import json
import logging
import traceback
from collections.abc import Mapping
from typing import Any, Final

import httpx
import pytest

from tasks import errors
from tasks.api.dialects.refusals import WORK_BEGINS_AFTER_S
from tasks.api.ideogram import ANSWER_MAX_BYTES, IdeogramClient
from tasks.api.settings import Settings
from tasks.records.answer import ImageObject
from tasks.records.reference import Reference
from tasks.records.request import GenerationRequest
from tests.factories import a_request
from tests.tasks.api.api_answers import GOOD, KEY, STOPPED, answered
from tests.tasks.api.raw_server import (
    Answer,
    endless,
    hangs,
    http,
    raw_server,
    read_request,
    resets,
    says,
    unused_port,
)
from tests.waiting import pass_time, stop_time


def settings(url: str, **fields: float) -> Settings:
    """Settings for the server at `url`, which is waited for as long as in earnest: only its silence takes so long."""
    return Settings.for_api(url, KEY).model_copy(update=fields)


def generate(
    base_url: str,
    transport: httpx.AsyncBaseTransport | None = None,
    asked: Mapping[str, Any] | None = None,
    **fields: float,
) -> ImageObject:
    """What one paid call comes to."""

    async def scenario() -> ImageObject:
        async with IdeogramClient.open(settings(base_url, **fields), transport) as client:
            return await client.generate(a_request(**(asked or {})))

    return asyncio.run(scenario())


LAMP: Final = a_request("A lamp: ä")


def generate_from(
    *answers: Answer, request: GenerationRequest = LAMP, **fields: float
) -> tuple[ImageObject | Exception, list[bytes]]:
    """What one paid call to a server that answers so comes to, and what the server was sent."""

    async def scenario() -> tuple[ImageObject | Exception, list[bytes]]:
        stop_time()
        async with (
            raw_server(*answers) as server,
            IdeogramClient.open(settings(server.url, **fields)) as client,
        ):
            try:
                return await client.generate(request), server.requests
            except STOPPED as error:
                return error, server.requests

    return asyncio.run(scenario())


def test_the_request_on_the_wire_is_the_documented_one():
    """POST to /generate, the key in its header, JSON in UTF-8; no cookie, and nothing asks for packing."""
    image, (request,) = generate_from(says(GOOD))
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert head.startswith(b"POST /generate HTTP/1.1\r\n")
    assert (headers[b"api-key"], headers[b"content-type"]) == (KEY.encode(), b"application/json")
    assert headers[b"accept-encoding"] == b"identity"
    assert not {b"cookie", b"authorization"} & set(headers)
    assert json.loads(body)["image_request"]["prompt"] == "A lamp: ä"
    assert isinstance(image, ImageObject)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (resets, "no answer came"),
        (says(), "no answer came"),
        (hangs, "took too long"),
        (says(GOOD[:40]), "no answer came"),
        (says(GOOD[:-20]), "no answer came"),
        (says(b"SSH-2.0-OpenSSH_9.6\r\n"), "no answer came"),
        (says(*(GOOD[n : n + 1] for n in range(len(GOOD))), pause_s=30.0), "took too long"),
        (endless(http(200, b"", f"Content-Length: {10**9}")), "larger than 1 MB"),
        (endless(http(200, b"", "Transfer-Encoding: chunked"), b"10000\r\n" + bytes(65_536) + b"\r\n"), "larger than"),
        (says(http(200, gzip.compress(bytes(3 * ANSWER_MAX_BYTES), mtime=0), "Content-Encoding: gzip")), "larger than"),
        (says(http(200, b"", "Content-Encoding: gzip, gzip")), "packed more than once"),
        (says(http(200, b"no gzip", "Content-Encoding: gzip")), "no answer came"),
        (says(http(500, b'{"error": "lost"}')), "lost"),
    ],
    ids=[
        "reset",
        "closed",
        "hang",
        "half a head",
        "half a body",
        "no http",
        "drip",
        "giant",
        "endless",
        "bomb",
        "bomb in a bomb",
        "broken gzip",
        "500",
    ],
)
def test_whatever_goes_wrong_after_the_request_left_is_unknown(answer, words):
    """It may have been billed: the cell is unknown, and the request was sent exactly once."""
    error, requests = generate_from(answer)
    assert isinstance(error, errors.OutcomeUnknown)
    assert words in str(error)
    assert len(requests) == 1


@pytest.mark.parametrize(("status", "body"), [(400, b"{}"), (200, answered(seed=7))])
def test_an_error_says_what_the_api_calls_the_request(status, body):
    """Refused, or answered with what somebody else has asked for."""
    error, _ = generate_from(says(http(status, body, "X-Request-Id: r-7")), request=a_request(seed=8))
    assert isinstance(error, errors.CellError)
    assert error.request_id == "r-7"


def test_an_answer_that_came_while_the_process_stood_still_is_read():
    """A container that was paused for an hour has its paid answers in the system's buffers."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        await says(GOOD)(writer)
        pass_time(3600)

    image, _ = generate_from(answer)
    assert isinstance(image, ImageObject)


@pytest.mark.parametrize("fault", [errors.TakenOver("gone"), errors.StorageFailed("away"), None])
def test_what_holds_a_request_is_asked_last(fault):
    """When the connection is there, and before the first byte: what it raises is raised, and nothing was sent."""
    held: list[int] = []

    async def scenario() -> list[bytes]:
        async def hold() -> None:
            held.append(len(server.requests))
            if fault is not None:
                raise fault

        async with raw_server(says(GOOD)) as server, IdeogramClient.open(settings(server.url)) as client:
            if fault is None:
                await client.generate(a_request(), hold)
            else:
                with pytest.raises(type(fault)) as raised:
                    await client.generate(a_request(), hold)
                assert raised.value is fault
        return server.requests

    requests = asyncio.run(scenario())
    assert (held, len(requests)) == ([0], 0 if fault else 1)


def test_a_refused_connection_is_not_accepted():
    """Nothing was sent, so trying again pays nothing twice."""
    with pytest.raises(errors.NotAccepted, match="cannot be reached"):
        generate(f"http://127.0.0.1:{unused_port()}")


def test_a_failed_handshake_is_not_accepted():
    """Encryption is agreed on before the request: a server that speaks none has not seen it."""

    async def answer_in_plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"this is not TLS\r\n")
        writer.close()

    async def scenario() -> None:
        listener = await asyncio.start_server(answer_in_plain, "127.0.0.1", 0)
        url = f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        async with listener, IdeogramClient.open(settings(url)) as client:
            with pytest.raises(errors.NotAccepted):
                await client.generate(a_request())

    asyncio.run(scenario())


def test_a_host_that_has_no_address_is_not_accepted(monkeypatch):
    """The look-up of a name comes before any byte."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(errors.NotAccepted):
        generate("https://api.invalid")


def test_a_tunnel_that_the_proxy_does_not_grant_is_not_accepted(monkeypatch):
    """The proxy was spoken to; the API was not."""

    async def scenario() -> None:
        async with raw_server(says(http(407, b"who are you?"))) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            monkeypatch.setenv("NO_PROXY", "")
            async with IdeogramClient.open(settings("https://api.example.com")) as client:
                with pytest.raises(errors.NotAccepted, match="407"):
                    await client.generate(a_request())
            assert proxy.requests[0].startswith(b"CONNECT api.example.com:443 ")
            assert KEY.encode() not in proxy.requests[0]

    asyncio.run(scenario())


def test_this_machine_is_reached_without_the_proxy_of_the_environment(monkeypatch):
    """The stand-in API runs here; a proxy elsewhere cannot reach it."""
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("NO_PROXY", "")
    image, _ = generate_from(says(GOOD))
    assert isinstance(image, ImageObject)


@pytest.mark.parametrize("proxy", ["gopher://user:secret@proxy:70", "http://[::secret"])
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(monkeypatch, proxy):
    """It is the environment's fault, told before anything is sent."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(errors.InputInvalid, match="HTTPS_PROXY") as invalid:
        generate("https://api.example.com")
    assert "secret" not in "".join(traceback.format_exception(invalid.value))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (httpx.ConnectError, errors.NotAccepted),
        (httpx.ConnectTimeout, errors.NotAccepted),
        (httpx.PoolTimeout, errors.NotAccepted),
        (httpx.ProxyError, errors.NotAccepted),
        (httpx.ReadTimeout, errors.OutcomeUnknown),
        (httpx.WriteTimeout, errors.OutcomeUnknown),
        (httpx.ReadError, errors.OutcomeUnknown),
        (httpx.WriteError, errors.OutcomeUnknown),
        (httpx.CloseError, errors.OutcomeUnknown),
        (httpx.LocalProtocolError, errors.OutcomeUnknown),
        (httpx.RemoteProtocolError, errors.OutcomeUnknown),
        (httpx.DecodingError, errors.OutcomeUnknown),
        (httpx.StreamError, errors.OutcomeUnknown),
        (OSError, errors.OutcomeUnknown),
    ],
)
def test_only_what_proves_that_nothing_was_sent_may_be_tried_again(fault, kind):
    """Every other fault of the network, foreseen or not, leaves the outcome unknown."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise fault("it broke")

    with pytest.raises(kind, match=r"it broke|too long") as error:
        generate("https://api.example.com", httpx.MockTransport(fail))
    assert type(error.value) is kind


@pytest.mark.parametrize(("status", "kind"), [(429, errors.RateLimited), (422, errors.ImageRefused)])
@pytest.mark.parametrize("ending", ["cut", "giant", "bomb"])
def test_a_refusal_counts_even_if_its_body_does_not_come(status, kind, ending):
    """The status says that no work was done; only the reason is lost."""
    answer = {
        "cut": says(http(status, b'{"err', "Content-Length: 99")),
        "giant": endless(http(status, b"", f"Content-Length: {10**9}")),
        "bomb": says(http(status, b"", "Content-Encoding: gzip, gzip")),
    }[ending]
    error, _ = generate_from(answer)
    assert type(error) is kind


def test_a_503_that_comes_late_is_told_from_one_that_comes_at_once():
    """Work may have begun once the request was there: how long it took to get there does not count."""
    unavailable = b'{"error": "The service is temporarily unavailable."}'
    error, _ = generate_from(says(http(503, unavailable), pause_s=WORK_BEGINS_AFTER_S))
    assert isinstance(error, errors.OutcomeUnknown)
    with pytest.raises(errors.ApiUnavailable):
        generate("https://api.example.com", httpx.MockTransport(lambda _: httpx.Response(503, content=unavailable)))


def test_a_redirect_of_the_paid_call_is_not_followed():
    """The key and the request go nowhere but to the address that was set."""
    error, requests = generate_from(says(http(307, b"", "Location: /elsewhere")), says(GOOD))
    assert isinstance(error, errors.RequestRejected)
    assert "IDEOGRAM_BASE_URL" in str(error)
    assert len(requests) == 1


def test_an_answer_too_many_is_nobodys():
    """A proxy that once sends one would be an answer ahead: each later request would get the image before its own."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer each request with its own prompt, the first one twice."""
        try:
            while request := await read_request(reader):
                prompt = json.loads(request.partition(b"\r\n\r\n")[2])["image_request"]["prompt"]
                answer = http(200, answered(prompt=prompt))
                writer.write(answer * (1 + (prompt == "Lamp 0")))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def scenario() -> list[str]:
        async with await asyncio.start_server(converse, "127.0.0.1", 0) as listener:
            url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
            async with IdeogramClient.open(settings(url)) as client:
                return [(await client.generate(a_request(f"Lamp {number}"))).prompt for number in range(4)]

    assert asyncio.run(scenario()) == [f"Lamp {number}" for number in range(4)]


@pytest.mark.parametrize(
    ("asked", "told"),
    [({"seed": 7}, {"seed": 8}), ({"seed": 0}, {"seed": 12345}), ({"resolution": "RESOLUTION_1344_704"}, {})],
)
def test_an_answer_to_another_request_is_not_taken(asked, told):
    """Where the API repeats what was asked for, it must be what was: the image is another's, and ours may be paid."""
    answer = httpx.MockTransport(lambda _: httpx.Response(200, content=answered(**told)))
    with pytest.raises(errors.OutcomeUnknown, match="another request"):
        generate("https://api.example.com", answer, asked=asked)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"seed": 7}, {"seed": 7}),
        ({"seed": 7}, {"seed": None}),
        ({"seed": 7}, {"seed": "many"}),
        ({}, {"seed": 8}),
        ({"resolution": "RESOLUTION_1344_704"}, {"resolution": "1344x704"}),
        ({"resolution": "RESOLUTION_1344_704"}, {"resolution": "RESOLUTION_1344_704"}),
        ({"resolution": "RESOLUTION_1344_704"}, {"resolution": None}),
        ({"resolution": "RESOLUTION_1344_704"}, {"resolution": "as asked"}),
    ],
)
def test_an_answer_that_repeats_nothing_is_believed(asked, told):
    """A field that is missing or odd costs no image."""
    answer = httpx.MockTransport(lambda _: httpx.Response(200, content=answered(**told)))
    assert generate("https://api.example.com", answer, asked=asked).url


def test_cookies_are_not_kept():
    """Nothing that one answer sets travels with the next request."""

    async def scenario() -> None:
        async with raw_server(says(http(200, answered(), "Set-Cookie: id=7; Path=/"))) as server:
            async with IdeogramClient.open(settings(server.url)) as client:
                for _ in range(2):
                    await client.generate(a_request())
            assert len(server.requests) == 2
            assert not any(b"cookie" in request.lower() for request in server.requests)

    asyncio.run(scenario())


@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 422, 429, 500, 503])
def test_the_key_is_in_no_text_even_if_the_api_repeats_it(status, caplog):
    """Not in the error, its causes, the client, the settings, or a log of httpx and httpcore at DEBUG."""
    caplog.set_level(logging.DEBUG)
    body = json.dumps({"error": f"the key {KEY} is odd"}).encode()
    error, requests = generate_from(says(http(status, body)))
    assert KEY.encode() in requests[0]
    texts = ["".join(traceback.format_exception(error)), caplog.text, repr(settings("https://x")), repr(error.args)]
    assert not [text for text in texts if KEY in text]
    assert "HTTP Request: POST" in caplog.text


def test_a_cancelled_call_is_cancelled():
    """Stopping the program is no fault of a cell."""
    calls: list[asyncio.Task[ImageObject]] = []

    async def stop(_: asyncio.StreamWriter) -> None:
        calls[0].cancel()

    async def scenario() -> None:
        async with raw_server(stop) as server, IdeogramClient.open(settings(server.url)) as client:
            calls.append(asyncio.create_task(client.generate(a_request())))
            with pytest.raises(asyncio.CancelledError):
                await calls[0]

    asyncio.run(scenario())


def test_what_v2_accepts_is_told_to_the_webhook_where_one_is_set():
    """No other route has the field, and where none is set there is none."""
    sent: list[dict[str, Any]] = []

    def hear(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        drawn = {"data": [{"url": "https://ideogram.ai/x.png", "is_image_safe": True}]}
        return httpx.Response(200, json=drawn if "image_request" in sent[-1] else {"generation_id": "g1"})

    hook = "https://hooks.example.com/webhooks/ideogram"

    async def scenario() -> None:
        for webhook_url in (hook, None):
            own = Settings.for_api("https://api.example.com", KEY).model_copy(update={"webhook_url": webhook_url})
            async with IdeogramClient.open(own, httpx.MockTransport(hear)) as client:
                await client.generate(GenerationRequest(prompt="A lamp", model="ideogram-4-5", quality="medium"))
                await client.generate(LAMP)

    asyncio.run(scenario())
    assert [body.get("webhook_url") for body in sent] == [hook, None, None, None]
    assert [body.get("async") for body in sent] == [True, None, True, None]
    assert "webhook_url" not in json.dumps(sent[1])


@pytest.mark.parametrize(("kept_bytes", "kind"), [(200_000, errors.NotAccepted), (None, errors.OutcomeUnknown)])
def test_a_form_that_broke_off_on_its_way_may_be_sent_again(kept_bytes, kind):
    """A line that breaks while megabytes leave is no doubt about money: nobody has the whole. After that it is one."""
    logo = Reference(sha256="ab12", media_type="image/png")
    request = a_request(model="ideogram-4-5", aspect_ratio=None, style_type=None, quality="low", source_image=[logo])

    async def scenario() -> None:
        async def cut_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if kept_bytes is None:
                await read_request(reader)
            else:
                await reader.readexactly(kept_bytes)
            await resets(writer)

        server = await asyncio.start_server(cut_off, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, IdeogramClient.open(settings(url)) as client:
            await client.generate(request, contents={"ab12": bytes(24_000_000)})

    with pytest.raises(kind) as told:
        asyncio.run(scenario())
    assert told.value.is_billed is (kept_bytes is None)


def test_an_address_for_webhooks_that_is_refused_is_not_repeated():
    """It may hold a token; the campaign stops, since every image would be refused for it."""
    hook = "https://hooks.example.com/webhooks/ideogram?token=canary"
    own = Settings.for_api("https://api.example.com", KEY).model_copy(update={"webhook_url": hook})
    refused = httpx.Response(400, json={"error": f"Invalid webhook_url: {hook} is no public address"})

    async def scenario() -> None:
        async with IdeogramClient.open(own, httpx.MockTransport(lambda _: refused)) as client:
            await client.generate(GenerationRequest(prompt="A lamp", model="ideogram-4-5", quality="medium"))

    with pytest.raises(errors.WebhookRefused) as stopped:
        asyncio.run(scenario())
    assert "is no public address" in str(stopped.value)
    assert "canary" not in str(stopped.value)
