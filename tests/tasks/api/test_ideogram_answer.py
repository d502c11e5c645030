"""Every answer of the API becomes an image or a named error."""

import json
from contextlib import suppress

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks import errors
from tasks.api.dialects.refusals import WORK_BEGINS_AFTER_S
from tasks.api.read_answer import parse_answer
from tasks.records.answer import ImageObject
from tests.contract import fixtures_with_images, needs_fixtures
from tests.tasks.api.api_answers import IMAGE, STOPPED, answered


def test_an_image_is_read_and_extra_keys_are_passed_over():
    """Keys that we do not know stand in the answer, on top and in the image, and change nothing."""
    body = json.dumps({"notice": "moved", "data": [IMAGE | {"object_type": "image", "style_type": "AUTO"}]}).encode()
    image = parse_answer(200, {}, body)
    assert (image.seed, image.url, image.prompt) == (12345, IMAGE["url"], IMAGE["prompt"])


def test_any_success_with_an_image_counts():
    """A server that speaks the same routes may answer 201."""
    assert parse_answer(201, {}, answered()).url == IMAGE["url"]


@pytest.mark.parametrize(
    ("body", "prompt"),
    [
        (answered(prompt="A lamp \ud83d"), "A lamp ?"),
        (answered(prompt="A lamp \ud83d\ude00 and \udead"), "A lamp \U0001f600 and ?"),
        (b"\xef\xbb\xbf" + answered(), IMAGE["prompt"]),
        (answered(prompt=r"C:\ud83d"), r"C:\ud83d"),
        (answered(prompt="A lamp é").replace(b"\\u00e9", b"\xc3"), "A lamp \ufffd"),
    ],
    ids=["half a character", "a whole one and half", "byte order mark", "no escape", "half a byte sequence"],
)
def test_no_oddity_of_its_text_costs_an_image(body, prompt):
    """It is paid, and its link is there."""
    image = parse_answer(200, {}, body)
    assert (image.prompt, image.url) == (prompt, IMAGE["url"])


ODD = (..., None, [], {}, [1], {"a": None}, "", "many", -7, 2.5, 1e300, float("nan"), 2**63, True, "\ud800")


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", ["prompt", "resolution", "seed", "is_image_safe", "style_type", "notes", "created"])
def test_a_link_is_all_that_an_answer_must_have(field, odd):
    """Whatever else is missing, null or of another kind costs no image that is paid."""
    image = parse_answer(200, {}, answered(**{field: odd}))
    assert image.url == IMAGE["url"]
    assert image.prompt == IMAGE["prompt"] or field == "prompt"
    assert image.seed == IMAGE["seed"] or field == "seed"
    assert ImageObject.model_validate_json(image.model_dump_json()) == image, "it is noted in the ledger"


@pytest.mark.parametrize(
    ("told", "seed"),
    [
        (0, 0),
        (-7, -7),
        (7.0, 7),
        ("12345", 12345),
        (" 7 ", 7),
        (2**63 - 1, 2**63 - 1),
        *((odd, None) for odd in (2**63, -(2**63) - 1, 2.5, 1e300, float("inf"), True, "many", [], {"a": 1})),
    ],
)
def test_a_seed_is_a_whole_number_of_63_bits_or_a_note(told, seed):
    """A number that no column holds is none; what was told instead is kept in words."""
    image = parse_answer(200, {}, answered(seed=told))
    assert image.seed == seed
    assert len(image.notes) == (seed is None)
    assert all("seed" in note and len(note) < 200 for note in image.notes)


def test_a_number_longer_than_python_reads_costs_no_image():
    """Thousands of digits are no seed, wherever they stand."""
    body = answered(seed="HUGE", style_type="HUGE", prompt=["HUGE"]).replace(b'"HUGE"', b"9" * 5000)
    image = parse_answer(200, {}, body)
    assert (image.url, image.seed, len(image.notes)) == (IMAGE["url"], None, 1)


def test_text_of_another_kind_is_kept_as_it_came():
    """Newer routes answer a prompt that has parts."""
    image = parse_answer(200, {}, answered(prompt=["A lamp", "é"], resolution={"width": 1024}))
    assert (image.prompt, image.resolution) == ('["A lamp", "é"]', '{"width": 1024}')


@pytest.mark.parametrize(
    "data",
    [
        IMAGE,
        [None, 7, "x", [], IMAGE],
        [IMAGE | {"url": None}, IMAGE],
        [IMAGE | {"url": 7}, IMAGE],
        [IMAGE | {"is_image_safe": False}, IMAGE],
        [IMAGE | {"url": f"\n {IMAGE['url']}\t"}],
    ],
)
def test_the_link_is_found_wherever_it_stands(data):
    """An object instead of a list, gaps before the image, an image that was withheld beside one that was not."""
    image = parse_answer(200, {}, json.dumps({"data": data}).encode())
    assert (image.url, image.seed, image.notes) == (IMAGE["url"], IMAGE["seed"], ())


@pytest.mark.parametrize("answer", [IMAGE, [IMAGE], [None, IMAGE]])
def test_an_answer_without_its_frame_is_an_image_all_the_same(answer):
    """A link is there."""
    assert parse_answer(200, {}, json.dumps(answer).encode()).url == IMAGE["url"]


def test_of_several_images_the_first_is_kept_and_the_others_are_told():
    """One was asked for, and each may be on the bill."""
    other = IMAGE | {"url": "https://ideogram.ai/y.png", "seed": 1}
    image = parse_answer(200, {}, json.dumps({"data": [IMAGE, other, other]}).encode())
    assert (image.url, image.seed) == (IMAGE["url"], IMAGE["seed"])
    assert "3 images" in image.notes[0]


@needs_fixtures
@pytest.mark.parametrize("fixture", fixtures_with_images(), ids=lambda fixture: fixture["name"])
def test_real_answers_of_every_route_are_understood(fixture):
    """What clients were answered, also where the document says otherwise."""
    images = fixture["body"]["data"]
    body = json.dumps(fixture["body"]).encode()
    if images[0]["url"] is None:
        with pytest.raises(errors.ImageRefused):
            parse_answer(200, {}, body)
        return
    image = parse_answer(200, {}, body)
    assert (image.url, image.seed, image.prompt) == (images[0]["url"], images[0]["seed"], images[0]["prompt"])


@pytest.mark.parametrize("url", [None, "", " ", ...], ids=["null", "empty", "blank", "absent"])
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
        b'{"data": "https://ideogram.ai/x.png"}',
        b'{"images": [{"url": "https://ideogram.ai/x.png"}]}',
        b'{"generation_id": "gen-1", "seed": 7}',
        b'{"data": [{"prompt": "A lamp", "seed": 7}]}',
        b'{"error": "worker lost", "status_code": 500}',
        answered(url=7),
        answered(url=None, is_image_safe=None),
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
        (503, errors.OutcomeUnknown, False, True),
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


OWN_503 = b'{"error": "The service is temporarily unavailable."}'


@pytest.mark.parametrize("body", [OWN_503, b'{"title": "Unavailable", "status": 503, "detail": "Try again later"}'])
def test_an_api_that_says_at_once_that_it_is_not_available_has_done_nothing(body):
    """It may be asked again; how long to wait is read as of any other answer."""
    with pytest.raises(errors.ApiUnavailable) as error:
        parse_answer(503, {"retry-after": "7"}, body, took_s=WORK_BEGINS_AFTER_S / 2)
    assert (error.value.retryable, error.value.is_billed, error.value.retry_after_s) == (True, False, 7)


@pytest.mark.parametrize(
    ("body", "took_s"),
    [
        (OWN_503, WORK_BEGINS_AFTER_S),
        (OWN_503, 25.0),
        (b"", 0.1),
        (b"{}", 0.1),
        (b"[]", 0.1),
        (b'"error"', 0.1),
        (b'{"error": ""}', 0.1),
        (b"<html><h1>503 Service Temporarily Unavailable</h1></html>", 0.1),
        (b"upstream connect error or disconnect/reset before headers", 0.1),
        (b'{"message": "Service Unavailable"}', 0.1),
    ],
)
def test_a_503_that_may_come_after_work_is_not_asked_again(body, took_s):
    """What stands before the API says nothing about what the API was doing, and neither does the API seconds later."""
    with pytest.raises(errors.OutcomeUnknown, match=r"\(503\) and may have billed") as error:
        parse_answer(503, {}, body, took_s)
    assert (error.value.retryable, error.value.is_billed) == (False, True)


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


def test_what_stops_a_campaign_names_the_request_and_the_reason():
    """For a question to the API's makers: no cell is told of with it. A sentence of theirs ends behind its reason."""
    body = b'{"error": "Add a payment method.", "reject_reason": "insufficient_funds"}'
    with pytest.raises(errors.CreditsExhausted) as stopped:
        parse_answer(402, {"x-request-id": "r-7"}, body)
    assert str(stopped.value).endswith("Add a payment method, insufficient_funds (API request r-7)")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": "Prompt  failed\\nthe check"}', "Prompt failed the check"),
        (b'{"message": "no"}', "no"),
        (b'{"detail": [{"msg": "too long"}]}', "[{'msg': 'too long'}]"),
        (b'{"error": {"message": "nested"}}', "nested"),
        (b'{"error": "\\u001b[31mred\\u0007"}', r"\x1b[31mred\x07"),
        (b'{"error": ""}', "The prompt failed the safety check"),
        (b'{"error": "not so \\ud800"}', "not so ?"),
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
