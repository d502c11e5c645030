"""A price is told from an image that was drawn instead, and from everything else."""

import json
from decimal import Decimal

import pytest

from tasks import errors
from tasks.api.dialects.quotes import read_quote
from tasks.records.answer import Accepted, ImageObject

EXACT = {
    "object": "price_quote",
    "billing_identifier": "ideogram_4_5_generate",
    "quantity": 1,
    "usd_micros": 60000,
    "credit_millis": 6000,
    "qualifier": "exact",
}
IMAGE = {"prompt": "p", "resolution": "1024x1024", "is_image_safe": True, "seed": 7, "url": "https://ideogram.ai/x.png"}


def read(body: object, status: int = 200) -> object:
    """What an answer with this body comes to."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_quote(status, {"x-request-id": "Ab_3x"}, content)


@pytest.mark.parametrize(
    ("fields", "usd"),
    [
        ({}, "0.06"),
        ({"usd_micros": 8_300}, "0.0083"),
        ({"usd_micros": 0}, "0"),
        ({"data": [IMAGE]}, "0.06"),
        ({"qualifier": "estimate", "upper_bound_usd_micros": 90_000}, "0.09"),
        ({"qualifier": "estimate"}, "0.06"),
        ({"qualifier": "estimate", "upper_bound_usd_micros": 10_000}, "0.06"),
        ({"qualifier": "exact", "upper_bound_usd_micros": 90_000}, "0.06"),
    ],
)
def test_a_price_is_what_would_be_billed_at_most(fields, usd):
    """The upper bound of an estimate, and of an exact one the sum."""
    quote = read(EXACT | fields)
    assert (quote.usd, quote.is_estimate) == (Decimal(usd), fields.get("qualifier") == "estimate")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"generation_id": "gen-1", "seed": 7}, Accepted(generation_id="gen-1", seed=7, request_id="Ab_3x")),
        ({"generation_id": "gen-1"}, Accepted(generation_id="gen-1", request_id="Ab_3x")),
        (
            {"generation_id": "gen-1", "seed": 7, "data": [IMAGE]},
            ImageObject(**IMAGE, generation_id="gen-1", request_id="Ab_3x"),
        ),
        ({"created": "2026-11-28T00:00:00Z", "data": [IMAGE]}, ImageObject(**IMAGE, request_id="Ab_3x")),
        ({"data": [IMAGE | {"url": None, "is_image_safe": False}]}, None),
    ],
)
def test_an_image_in_the_place_of_a_price_is_an_alarm_that_keeps_what_was_paid(body, told):
    """Begun, drawn, or drawn and withheld."""
    with pytest.raises(errors.QuoteIgnored) as raised:
        read(body)
    assert (raised.value.told, raised.value.request_id) == (told, "Ab_3x")
    assert "gen-1" in str(raised.value) or "generation_id" not in body


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", {}, [], {"object": "price_quote"}, {"data": []}, EXACT | {"usd_micros": "60000"}]
    + [EXACT | {"usd_micros": odd} for odd in (-1, True, None, 6e4)],
)
def test_what_is_neither_is_no_price(body):
    """And nothing is booked on a guess."""
    with pytest.raises(errors.QuoteFailed):
        read(body)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.CredentialsRejected),
        (402, errors.CreditsExhausted),
        (403, errors.CredentialsRejected),
        (400, errors.RequestRejected),
        (404, errors.RequestRejected),
        (422, errors.ImageRefused),
        (429, errors.RateLimited),
        (500, errors.NotAccepted),
        (503, errors.NotAccepted),
    ],
)
def test_a_refusal_says_what_happens_next(status, kind):
    """As for an image, save that nothing can have been billed: a server's fault is asked again."""
    with pytest.raises(kind) as raised:
        read({"error": "no"}, status)
    assert raised.value.request_id == "Ab_3x"
    assert "billed" not in str(raised.value)
