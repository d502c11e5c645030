"""Every body that clients were really given is read to the right end, those that the document refuses as well."""

import json
from typing import Any

import pytest

from tasks import errors
from tasks.api.dialects.generations import read_accepted, read_poll
from tasks.api.dialects.refusals import refusal
from tasks.api.read_answer import parse_answer
from tasks.errors import CampaignFault, CellError
from tasks.records.answer import Accepted, ImageObject, Pending
from tests.contract import fixtures, needs_fixtures

pytestmark = needs_fixtures

ENDS: dict[str, tuple[int, type]] = {
    "4.5 sync": (200, ImageObject),
    "4.5 sync, two images": (200, ImageObject),
    "4.5 sync, withheld image": (200, errors.ImageRefused),
    "withheld image, empty text": (200, errors.ImageRefused),
    "withheld image, no url at all": (200, errors.ImageRefused),
    "precise edit without generation_id": (200, ImageObject),
    "same answer against the generate schema": (200, ImageObject),
    "async accepted, 4.0": (200, Accepted),
    "async accepted, 4.5 as observed": (200, Accepted),
    "v4 async accepted": (200, Accepted),
    "poll pending": (200, Pending),
    "poll completed, no object_type": (200, ImageObject),
    "poll completed, object_type given": (200, ImageObject),
    "poll failed": (200, errors.ImageRefused),
    "402": (402, errors.CreditsExhausted),
    "429 short": (429, errors.RateLimited),
    "429 with limit": (429, errors.RateLimited),
    "400 problem": (400, errors.RequestRejected),
    "400 error": (400, errors.RequestRejected),
    "401": (401, errors.CredentialsRejected),
    "403": (403, errors.CredentialsRejected),
    "422 without a body": (422, errors.ImageRefused),
    "legacy answer": (200, ImageObject),
    "v3 answer, 16x9": (200, ImageObject),
    "v3 answer with the notice of old routes": (200, ImageObject),
    "v4 answer": (200, ImageObject),
    "v4 transparent answer": (200, ImageObject),
    "webhook body": (200, ImageObject),
}
NOT_OF_A_GENERATION = {
    "PriceQuote", "GetAccountUsageResponse", "WebhookSigningJwks", "ProvenanceVerifyResponse", "V4JsonPrompt",
    "GenerateImageIdeogram45Request", "GenerateImageRequestV4",
}  # fmt: skip
"""What is sent, and the answers of quotes, usage, keys and provenance."""


def end_of(fixture: dict[str, Any], status: int) -> object:
    """What the body comes to: a record, or the error that it raises."""
    body, headers = json.dumps(fixture["body"]).encode(), {"x-request-id": "req-1"}
    try:
        if status != 200:
            return refusal(status, headers, body)
        if fixture["schema"] == "GenerationResponse":
            return read_poll(status, headers, body)
        return read_accepted(status, headers, body)
    except (CellError, CampaignFault) as error:
        return error


def test_no_body_is_passed_over():
    """Each has its end here, or belongs to something else than one image."""
    assert {one["name"] for one in fixtures() if one["schema"] not in NOT_OF_A_GENERATION} == set(ENDS)


@pytest.mark.parametrize("fixture", [one for one in fixtures() if one["name"] in ENDS], ids=lambda one: one["name"])
def test_each_body_comes_to_its_end(fixture):
    """Whatever the document says of it; the API's request id comes along."""
    status, kind = ENDS[fixture["name"]]
    end = end_of(fixture, status)
    assert type(end) is kind
    assert isinstance(end, Pending) or getattr(end, "request_id", None) == "req-1"


def ended(name: str) -> Any:
    """What the body of this name comes to."""
    return end_of(next(one for one in fixtures() if one["name"] == name), ENDS[name][0])


def test_what_was_seen_is_told():
    """In the API's words, behind what to do about it."""
    assert "'upscale_factor'" in str(ended("400 problem"))
    assert "Could not read a source image." in str(ended("400 error"))
    assert "balance is zero" in str(ended("401"))
    assert "add a payment method" in str(ended("402"))
    assert "(429); the account allows 10. It said: m" in str(ended("429 with limit"))
    assert (ended("429 short").max_in_flight, ended("429 with limit").max_in_flight) == (None, 10)
    assert ended("poll failed").is_billed is False
    assert ended("4.5 sync").generation_id == "g"
    assert ended("4.5 sync, two images").notes


def test_an_answer_is_the_same_by_either_reader():
    """A route that waits is read by `parse_answer`; both read its images alike."""
    for one in fixtures():
        if ENDS.get(one["name"], (0, object))[1] is ImageObject and one["schema"] != "GenerationResponse":
            assert parse_answer(200, {}, json.dumps(one["body"]).encode()).url == end_of(one, 200).url  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("insufficient_funds", "top it up"),
        ("subscription_required", "change the plan"),
        ("feature_limit", "change the plan"),
        ("daily_limit", "go on tomorrow"),
        ("priority_credit_required", "priority credits"),
        ("inflight_limit", "402"),
        (None, "top it up"),
        (7, "top it up"),
    ],
)
def test_402_says_what_to_do_by_its_reason(reason, advice):
    """The campaign stops for any of them: the status goes before the reason."""
    error = refusal(402, {}, json.dumps({"error": "no", "reject_reason": reason}).encode())
    assert isinstance(error, errors.CreditsExhausted)
    assert advice in str(error)


@pytest.mark.parametrize("limit", [0, -1, True, "10", None, 2.5])
def test_a_limit_that_is_none_is_not_believed(limit):
    """A whole number of images, one at least."""
    error = refusal(429, {}, json.dumps({"error": "m", "max_inflight_requests": limit}).encode())
    assert isinstance(error, errors.RateLimited)
    assert error.max_in_flight is None
