"""What leaves for the API is what its document says, and every answer becomes an image or a named error."""

import asyncio
import gzip
import json
import logging
import traceback
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks import errors
from tasks.clients.ideogram import ANSWER_MAX_BYTES, IdeogramClient, build_body, parse_answer
from tasks.models import vocabulary as words
from tasks.models.answer import ImageObject
from tasks.models.columns import parse_value
from tasks.models.request import GenerationRequest, Palette, PaletteMember
from tasks.models.request_rules import build_request, misfits
from tasks.settings import Settings
from tests.contract import needs_document, schemas, validator
from tests.factories import a_request
from tests.tasks.clients.raw_server import Answer, endless, hangs, http, raw_server, resets, says, unused_port

KEY = "canary-key-0123456789"
IMAGE = {
    "prompt": "A lamp, in soft light",
    "resolution": "1024x1024",
    "is_image_safe": True,
    "seed": 12345,
    "url": "https://ideogram.ai/api/images/ephemeral/x.png?exp=1&sig=2",
}
STOPPED = (errors.CampaignFault, errors.CellError)


def answered(**fields: Any) -> bytes:
    """The body of a 200 for one image; a field that is `...` is left out."""
    image = {name: value for name, value in (IMAGE | fields).items() if value is not ...}
    return json.dumps({"created": "2026-08-05T10:42:07Z", "data": [image]}).encode()


GOOD = http(200, answered())


CELLS = {
    "prompt": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    "product": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    "format": st.sampled_from(["social-square", "hero"]),
    "aspect_ratio": st.sampled_from([*words.ASPECT_RATIOS, "16:9", "9x16"]),
    "resolution": st.sampled_from([*words.RESOLUTIONS, "1344x704"]),
    "style_type": st.sampled_from([*words.STYLE_TYPES, "render 3d"]),
    "magic_prompt": st.sampled_from([*words.MAGIC_PROMPTS, "on"]),
    "magic_prompt_version": st.sampled_from(words.MAGIC_PROMPT_VERSIONS),
    "negative_prompt": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    "seed": st.integers(0, words.SEED_MAX).map(str),
    "rendering": st.sampled_from(["default", "turbo"]),
    "color_palette": st.sampled_from(words.PALETTE_NAMES)
    | st.lists(
        st.builds("#{:06x}{}".format, st.integers(0, 0xFFFFFF), st.sampled_from(["", ":0.05", ":1", ":0.333"])),
        min_size=1,
        max_size=8,
    ).map(", ".join),
}


@st.composite
def planned_requests(draw: st.DrawFn) -> GenerationRequest:
    """Any request that a plan can hold: rows of texts, read as a matrix's are, less those that planning refuses."""
    names = draw(st.sets(st.sampled_from(sorted(CELLS))))
    row = {name: draw(CELLS[name]) for name in names | {"product"}}
    wishes = {name: parse_value(name, text) for name, text in row.items()}
    model = draw(st.sampled_from(words.MODELS))
    for column, *_ in list(misfits(wishes, model)):
        wishes.pop(column, None)
    return build_request(wishes, model, copy=draw(st.integers(0, 7)))


# The body


def test_the_default_body_is_the_reference_designs():
    """A prompt alone is sent with the model, style, ratio and magic prompt that the reference design sends."""
    request = build_request({"prompt": "A lamp"}, "V_2", copy=0)
    assert build_body(request) == {
        "image_request": {
            "prompt": "A lamp",
            "model": "V_2",
            "style_type": "AUTO",
            "aspect_ratio": "ASPECT_1_1",
            "magic_prompt_option": "AUTO",
        }
    }


def test_every_field_of_the_endpoint_is_sent_in_its_words():
    """Each field that a request can hold arrives under the API's name."""
    palette = Palette(members=(PaletteMember(color_hex="#0a3d62", color_weight=0.6), PaletteMember(color_hex="#fff")))
    request = GenerationRequest(
        prompt="A lamp",
        model="V_2_TURBO",
        resolution="RESOLUTION_1344_704",
        style_type="DESIGN",
        magic_prompt="OFF",
        magic_prompt_version="V_0_3",
        negative_prompt="people",
        seed=0,
        color_palette=palette,
    )
    assert build_body(request)["image_request"] == {
        "prompt": "A lamp",
        "model": "V_2_TURBO",
        "resolution": "RESOLUTION_1344_704",
        "style_type": "DESIGN",
        "magic_prompt_option": "OFF",
        "magic_prompt_version": "V_0_3",
        "negative_prompt": "people",
        "seed": 0,
        "color_palette": {"members": [{"color_hex": "#0a3d62", "color_weight": 0.6}, {"color_hex": "#fff"}]},
    }


def test_a_named_palette_is_sent_by_its_name_alone():
    """The two kinds of palette exclude each other, so no empty list of colours goes along."""
    request = a_request(color_palette={"name": "EMBER"})
    assert build_body(request)["image_request"]["color_palette"] == {"name": "EMBER"}


@needs_document
@given(planned_requests())
def test_every_planned_request_is_one_that_the_document_knows(request):
    """Whatever planning lets through validates, and no field has a name that the document does not list."""
    body = build_body(request)
    validator("GenerateImageRequest").validate(body)
    assert set(body["image_request"]) <= set(schemas()["ImageRequest"]["properties"])


@needs_document
def test_no_field_of_the_document_is_out_of_reach():
    """Every field that the endpoint takes can be asked for; copies are cells, so `num_images` stays one."""
    ours = (set(GenerationRequest.model_fields) - {"magic_prompt"}) | {"magic_prompt_option", "num_images"}
    assert ours == set(schemas()["ImageRequest"]["properties"])


# The answer


def test_an_image_is_read_and_extra_keys_are_passed_over():
    """Keys that we do not know stand in the answer, on top and in the image, and change nothing."""
    body = json.dumps({"notice": "moved", "data": [IMAGE | {"object_type": "image", "style_type": "AUTO"}]}).encode()
    image = parse_answer(200, {}, body)
    assert (image.seed, image.url, image.prompt) == (12345, IMAGE["url"], IMAGE["prompt"])


def test_any_success_with_an_image_counts():
    """A server that speaks the same routes may answer 201."""
    assert parse_answer(201, {}, answered()).url == IMAGE["url"]


@pytest.mark.parametrize("url", [None, "", ...], ids=["null", "empty", "absent"])
@pytest.mark.parametrize("is_safe", [True, False])
def test_an_image_without_a_link_is_blocked_and_billed(url, is_safe):
    """A withheld image is a result for a person to look at; it is taken as paid."""
    with pytest.raises(errors.ImageRefused) as refused:
        parse_answer(200, {}, answered(url=url, is_image_safe=is_safe))
    assert (refused.value.status, refused.value.is_billed, refused.value.retryable) == ("blocked", True, False)


def test_an_unsafe_image_is_blocked_even_with_a_link():
    """What the API calls unsafe is not downloaded."""
    with pytest.raises(errors.ImageRefused, match="unsafe"):
        parse_answer(200, {}, answered(is_image_safe=False))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"<html>Sign in</html>",
        b'{"data": []}',
        b'{"data": null}',
        b'{"data": [null]}',
        b'{"data": {"url": "x"}}',
        b'{"data": [{"url": "https://ideogram.ai/x.png"}]}',
        b'{"error": "worker lost", "status_code": 500}',
        answered(seed="many"),
        answered(url=7),
        answered()[:-9],
        b"\xff\xfe",
        b"[" * 50_000,
    ],
    ids=lambda body: body[:24],
)
def test_a_success_that_holds_no_image_leaves_the_outcome_unknown(body):
    """It was accepted, so it may be billed, and is not sent again by itself."""
    with pytest.raises(errors.OutcomeUnknown) as unknown:
        parse_answer(200, {}, body)
    assert (unknown.value.status, unknown.value.is_billed, unknown.value.retryable) == ("unknown", True, False)


def test_a_success_that_carries_an_error_repeats_it():
    """The person who decides what to do about an unknown cell reads what the API said."""
    with pytest.raises(errors.OutcomeUnknown, match="worker lost"):
        parse_answer(200, {}, b'{"error": "worker lost", "status_code": 500}')


@pytest.mark.parametrize(
    ("status", "kind", "retryable", "is_billed"),
    [
        (301, errors.RequestRejected, False, False),
        (307, errors.RequestRejected, False, False),
        (400, errors.RequestRejected, False, False),
        (404, errors.RequestRejected, False, False),
        (405, errors.RequestRejected, False, False),
        (408, errors.OutcomeUnknown, False, True),
        (413, errors.RequestRejected, False, False),
        (422, errors.ImageRefused, False, False),
        (429, errors.RateLimited, True, False),
        (500, errors.OutcomeUnknown, False, True),
        (502, errors.OutcomeUnknown, False, True),
        (503, errors.NotAccepted, True, False),
        (504, errors.OutcomeUnknown, False, True),
        (599, errors.OutcomeUnknown, False, True),
        (600, errors.OutcomeUnknown, False, True),
        (101, errors.OutcomeUnknown, False, True),
    ],
)
def test_each_status_has_a_name_that_says_what_happens_next(status, kind, retryable, is_billed):
    """Only what was turned away before any work is tried again; only what may have been done counts as paid."""
    with pytest.raises(errors.CellError) as error:
        parse_answer(status, {}, b"")
    assert (type(error.value), error.value.retryable, error.value.is_billed) == (kind, retryable, is_billed)


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        (401, errors.CredentialsRejected, "IDEOGRAM_API_KEY"),
        (402, errors.CreditsExhausted, "top it up"),
        (403, errors.CredentialsRejected, "does not let this key"),
    ],
)
def test_a_key_or_a_balance_that_will_not_do_stops_the_campaign(status, kind, advice):
    """The next cell would fare no better, and the sentence says what to mend."""
    with pytest.raises(kind, match=advice) as stopped:
        parse_answer(status, {}, b'{"error": "no", "reject_reason": "insufficient_funds"}')
    assert isinstance(stopped.value, errors.CampaignStopped)
    assert "no, insufficient_funds" in str(stopped.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": "Prompt  failed\\nthe check"}', "Prompt failed the check"),
        (b'{"message": "no"}', "no"),
        (b'{"detail": [{"msg": "too long"}]}', "[{'msg': 'too long'}]"),
        (b'{"error": {"message": "nested"}}', "nested"),
        (b'{"error": "\\u001b[31mred\\u0007"}', "[31mred"),
        (b'{"error": ""}', "The prompt failed the safety check"),
        (b'{"error": "\\ud800"}', "The prompt failed the safety check"),
        (b"<html>", "The prompt failed the safety check"),
        (b'"words"', "The prompt failed the safety check"),
    ],
)
def test_a_refusal_says_what_the_api_said_on_one_clean_line(body, said):
    """Typed, untyped and unreadable bodies give a sentence without control characters."""
    with pytest.raises(errors.ImageRefused) as refused:
        parse_answer(422, {}, body)
    assert str(refused.value).strip() == said


def test_a_long_message_is_cut():
    """A page of text does not become a cell of the manifest."""
    with pytest.raises(errors.RequestRejected) as rejected:
        parse_answer(400, {}, json.dumps({"error": "x" * 100_000}).encode())
    assert len(str(rejected.value)) < 500


@given(
    st.integers(100, 999),
    st.dictionaries(st.just("retry-after"), st.text()),
    st.binary()
    | st.recursive(
        st.none() | st.text() | st.integers(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(
                    ["data", "error", "url", "seed", "is_image_safe", "message", "detail", "reject_reason"]
                ),
                x,
            )
        ),
    ).map(lambda value: json.dumps(value).encode()),
)
@example(500, {}, b"[" * 100_000)
@example(429, {"retry-after": "1 Jan 99999999999 00:00:00 GMT"}, b"")
def test_no_answer_whatever_raises_anything_but_a_named_error(status, headers, body):
    """Any status with any bytes is an image or an error of ours."""
    with suppress(*STOPPED):
        assert isinstance(parse_answer(status, headers, body), ImageObject)


def test_a_429_carries_the_wait():
    """Header names are matched in any case, as httpx hands them on."""
    with pytest.raises(errors.RateLimited) as limited:
        parse_answer(429, httpx.Headers({"Retry-After": "3"}), b"")
    assert limited.value.retry_after_s == 3


# The network


def settings(url: str, **fields: float) -> Settings:
    """Settings for the server at `url`; nothing takes longer than a moment."""
    patience = {"connect_timeout_s": 0.1, "answer_timeout_s": 0.3} | fields
    return Settings.for_api(url, KEY).model_copy(update=patience)


def generate(base_url: str, transport: httpx.AsyncBaseTransport | None = None, **fields: float) -> ImageObject:
    """What one paid call comes to."""

    async def scenario() -> ImageObject:
        async with IdeogramClient.open(settings(base_url, **fields), transport) as client:
            return await client.generate(a_request())

    return asyncio.run(scenario())


def generate_from(*answers: Answer, **fields: float) -> tuple[ImageObject | Exception, list[bytes]]:
    """What one paid call to a server that answers so comes to, and what the server was sent."""

    async def scenario() -> tuple[ImageObject | Exception, list[bytes]]:
        async with (
            raw_server(*answers) as server,
            IdeogramClient.open(settings(server.url, **fields)) as client,
        ):
            try:
                return await client.generate(a_request("A lamp: ä")), server.requests
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
        (says(*(GOOD[n : n + 1] for n in range(len(GOOD))), pause_s=0.1), "took too long"),
        (endless(http(200, b"", f"Content-Length: {10**9}")), "larger than 1 MB"),
        (endless(http(200, b"", "Transfer-Encoding: chunked"), b"10000\r\n" + bytes(65_536) + b"\r\n"), "larger than"),
        (says(http(200, gzip.compress(bytes(3 * ANSWER_MAX_BYTES)), "Content-Encoding: gzip")), "larger than"),
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
        generate("http://api.invalid", connect_timeout_s=5)


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


@pytest.mark.parametrize(("status", "kind"), [(429, errors.RateLimited), (503, errors.NotAccepted)])
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


def test_a_redirect_of_the_paid_call_is_not_followed():
    """The key and the request go nowhere but to the address that was set."""
    error, requests = generate_from(says(http(307, b"", "Location: /elsewhere")), says(GOOD))
    assert isinstance(error, errors.RequestRejected)
    assert "IDEOGRAM_BASE_URL" in str(error)
    assert len(requests) == 1


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
    texts = ["".join(traceback.format_exception(error)), caplog.text, repr(settings("http://x")), repr(error.args)]
    assert not [text for text in texts if KEY in text]
    assert "HTTP Request: POST" in caplog.text


def test_a_cancelled_call_is_cancelled():
    """Stopping the program is no fault of a cell."""

    async def scenario() -> None:
        async with raw_server(hangs) as server, IdeogramClient.open(settings(server.url)) as client:
            call = asyncio.create_task(client.generate(a_request()))
            await asyncio.sleep(0.05)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    asyncio.run(scenario())
