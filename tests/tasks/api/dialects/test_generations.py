"""What v2 answers about images that are still being made."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import errors
from tasks.api.dialects.generations import read_accepted, read_poll
from tasks.records.answer import Accepted, ImageObject, Pending
from tests.tasks.api.api_answers import IMAGE, STOPPED

ID = {"x-request-id": "req-1"}


def body(**fields: Any) -> bytes:
    """A JSON object."""
    return json.dumps(fields).encode()


def test_an_accepted_request_has_an_id_and_its_seed():
    """The answer's seed is the one that the image will have; its request id is kept."""
    accepted = read_accepted(200, ID, body(generation_id="gen-1", seed=7))
    assert accepted == Accepted(generation_id="gen-1", seed=7, request_id="req-1")
    assert read_accepted(200, {}, body(generation_id="gen-1", seed="seven")) == Accepted(generation_id="gen-1")


def test_an_answer_that_holds_the_image_already_is_the_image():
    """A route that does not wait all the same is as good."""
    image = read_accepted(200, ID, body(generation_id="gen-1", data=[IMAGE]))
    assert isinstance(image, ImageObject)
    assert (image.url, image.generation_id, image.request_id) == (IMAGE["url"], "gen-1", "req-1")


@pytest.mark.parametrize(
    "answer", [b"", b"{}", body(seed=7), body(generation_id=" "), body(generation_id=7), b"<html>"]
)
def test_a_success_without_an_id_leaves_the_outcome_unknown(answer):
    """It may have begun, and nobody can ask for it."""
    with pytest.raises(errors.OutcomeUnknown):
        read_accepted(200, ID, answer)


def test_a_refused_submit_is_any_refusal():
    """Nothing has begun."""
    with pytest.raises(errors.CreditsExhausted):
        read_accepted(402, {}, body(error="no", reject_reason="insufficient_funds"))


def test_a_pending_generation_is_nothing_yet():
    """Asked again later."""
    assert (
        read_poll(200, {}, body(generation_id="gen-1", status="pending", created="2026-10-02T00:00:00Z")) == Pending()
    )


@pytest.mark.parametrize("status", ["completed", "Completed", None])
def test_a_completed_generation_is_its_image(status):
    """Whatever case it is said in; where nothing is said, the image says it."""
    image = read_poll(200, ID, body(generation_id="gen-1", status=status, data=[IMAGE]))
    assert isinstance(image, ImageObject)
    assert (image.url, image.generation_id, image.request_id) == (IMAGE["url"], "gen-1", "req-1")


def test_a_completed_generation_may_be_withheld():
    """Drawn, and billed."""
    with pytest.raises(errors.ImageRefused) as refused:
        read_poll(200, ID, body(status="completed", data=[IMAGE | {"is_image_safe": False, "url": None}]))
    assert (refused.value.is_billed, refused.value.request_id) == (True, "req-1")


@pytest.mark.parametrize(
    ("reason", "kind", "said"),
    [
        ("content_policy_violation", errors.ImageRefused, "content policy violation"),
        ("COPYRIGHT_DETECTED", errors.ImageRefused, "COPYRIGHT DETECTED"),
        ("unsafe_prompt", errors.ImageRefused, "unsafe prompt"),
        ("worker_lost", errors.GenerationFailed, "worker lost"),
        (None, errors.GenerationFailed, "no reason"),
        ({"a": 1}, errors.GenerationFailed, "no reason"),
    ],
)
def test_a_failed_generation_has_a_name_and_is_not_billed(reason, kind, said):
    """Blocked when it is a policy's, for a person to look at; failed otherwise."""
    with pytest.raises(kind, match=said) as failed:
        read_poll(200, ID, body(status="failed", failure_reason=reason))
    assert (failed.value.is_billed, failed.value.request_id) == (False, "req-1")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.CredentialsRejected),
        (402, errors.CreditsExhausted),
        (404, errors.OutcomeUnknown),
        (400, errors.OutcomeUnknown),
    ],
)
def test_a_poll_that_is_refused_ends_what_cannot_be_asked_for(status, kind):
    """A key that will not do stops the campaign; a generation that is not known any more may have been billed."""
    with pytest.raises(kind) as failed:
        read_poll(status, ID, b"")
    assert failed.value.request_id == "req-1"


@pytest.mark.parametrize("status", [408, 422, 429, 500, 502, 503, 504])
def test_a_poll_that_fails_says_nothing_of_the_generation(status):
    """It is asked for again, not before the API wants."""
    pending = read_poll(status, {"retry-after": "3"}, b"")
    assert isinstance(pending, Pending)
    assert f"({status})" in pending.note
    assert pending.retry_after_s == (3 if status == 429 else None)


@pytest.mark.parametrize("answer", [b"", b"{}", b"<html>", body(status="resting"), b"[]", body(status=7)])
def test_a_success_that_says_nothing_is_asked_again(answer):
    """A page of a gateway with status 200 gives no image up."""
    pending = read_poll(200, ID, answer)
    assert isinstance(pending, Pending)
    assert "does not say" in pending.note


@given(
    st.integers(100, 999),
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["data", "status", "failure_reason", "url", "seed", "generation_id", "error"]), x
            )
        ),
    ).map(lambda value: json.dumps(value).encode())
    | st.binary(),
)
def test_no_answer_raises_anything_but_a_named_error(status, answer):
    """Any status with any bytes."""
    for read in (read_poll, read_accepted):
        try:
            read(status, {}, answer)
        except STOPPED:
            continue


@pytest.mark.parametrize("status", [400, 422])
def test_an_address_for_webhooks_that_is_refused_stops_the_campaign(status):
    """A name may lead to a private address, which only the API finds: every image would be refused for it."""
    refused = body(error="Invalid webhook_url: must be a public HTTPS address")
    with pytest.raises(errors.WebhookRefused, match="IDEOGRAM_WEBHOOK_URL, or unset it") as stopped:
        read_accepted(status, {}, refused)
    assert "must be a public HTTPS address" in str(stopped.value)
