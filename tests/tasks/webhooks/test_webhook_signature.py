"""A webhook is believed when one of the API's keys has signed it, just now, byte for byte; nothing else is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.webhooks import webhook_signature
from tasks.webhooks.webhook_signature import KEYS_MAX, WebhookInvalid, head_of, is_signed, read_keys
from tests.tasks.webhooks.signing import BODY, HEADERS, JWK, SENT_AT, a_key, jwks, webhook

KEYS = read_keys(json.dumps({"keys": [JWK]}).encode())


def is_believed(headers: dict[str, str], body: bytes = BODY) -> bool:
    """Whether the worked example's key has signed this."""
    return is_signed(head_of(headers, SENT_AT), body, KEYS)


def test_the_worked_example_is_believed():
    """Whatever the case of its headers' names and of its digits."""
    assert is_believed(HEADERS)
    assert is_believed({name.lower(): value for name, value in HEADERS.items()})
    assert head_of(HEADERS, SENT_AT).generation_id == "xtdZiqPwRxqY1Y7NExFmzB"


@pytest.mark.parametrize(
    "changed",
    [
        {"X-Ideogram-Webhook-Generation-Id": "xteZiqPwRxqY1Y7NExFmzB"},
        {"X-Ideogram-Webhook-User-Id": "another"},
        {"X-Ideogram-Webhook-Timestamp": str(SENT_AT + 1)},
        {"X-Ideogram-Webhook-Timestamp": f"0{SENT_AT}"},
        {"X-Ideogram-Webhook-Signature": "00" * 64},
    ],
)
def test_what_is_not_what_was_signed_is_not_believed(changed):
    """Every line of what is signed counts."""
    assert not is_believed(HEADERS | changed)


@pytest.mark.parametrize("body", [b"", BODY + b"\n", BODY.replace(b"12345", b"12346"), BODY.replace(b",", b", ")])
def test_the_body_is_signed_byte_for_byte(body):
    """The same JSON in another form is another body."""
    assert not is_believed(HEADERS, body)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        *(({name: ""}, "missing") for name in webhook_signature.HEADERS),
        ({"x-ideogram-webhook-signature": "ab" * 63}, "malformed"),
        ({"x-ideogram-webhook-signature": "zz" * 64}, "malformed"),
        ({"x-ideogram-webhook-timestamp": "now"}, "malformed"),
        ({"x-ideogram-webhook-timestamp": f"-{SENT_AT}"}, "malformed"),
        ({"x-ideogram-webhook-timestamp": "9" * 5000}, "malformed"),
        ({"x-ideogram-webhook-timestamp": "١٧٩"}, "malformed"),
        ({"x-ideogram-webhook-generation-id": "two words"}, "malformed"),
        ({"x-ideogram-webhook-generation-id": "two\nlines"}, "malformed"),
        ({"x-ideogram-webhook-generation-id": "x" * 257}, "malformed"),
        ({"x-ideogram-webhook-user-id": "é"}, "malformed"),
        ({"x-ideogram-webhook-timestamp": str(SENT_AT - 301)}, "stale"),
        ({"x-ideogram-webhook-timestamp": str(SENT_AT + 301)}, "stale"),
    ],
)
def test_headers_that_say_nothing_are_named(changed, reason):
    """Before a key is needed. A clock may be off by five minutes, either way."""
    with pytest.raises(WebhookInvalid) as invalid:
        head_of({name.lower(): value for name, value in HEADERS.items()} | changed, SENT_AT)
    assert (invalid.value.reason, str(invalid.value)) == (reason, f"The webhook's signature is {reason}")


@pytest.mark.parametrize("skew_s", [-300, 0, 300])
def test_clocks_may_be_off_by_five_minutes(skew_s):
    """And what was sent then is believed."""
    assert is_signed(head_of(HEADERS, SENT_AT + skew_s), BODY, KEYS)


def test_every_key_of_the_set_is_tried():
    """The key's id is a hint and no more."""
    keys = read_keys(jwks(a_key(1), a_key(2), a_key(3)))
    for number in (1, 2, 3):
        headers = webhook(key=a_key(number)) | {"X-Ideogram-Webhook-Key-Id": "v1"}
        assert is_signed(head_of(headers, int(headers["X-Ideogram-Webhook-Timestamp"])), BODY, keys)
    headers = webhook(key=a_key(4))
    assert not is_signed(head_of(headers, int(headers["X-Ideogram-Webhook-Timestamp"])), BODY, keys)


def test_keys_of_other_kinds_are_passed_over():
    """A set may hold what a later version needs; it does not make the others unusable."""
    others = [
        7,
        None,
        {},
        {"kty": "RSA", "n": "x", "e": "AQAB"},
        JWK | {"crv": "Ed448"},
        JWK | {"use": "enc"},
        JWK | {"x": 7},
        JWK | {"x": "AAAA"},
        JWK | {"x": "é"},
        {"kty": "OKP", "crv": "Ed25519"},
    ]
    bare = {name: JWK[name] for name in ("kty", "crv", "x")}
    assert read_keys(json.dumps({"keys": [*others, bare]}).encode()) == KEYS
    assert len(read_keys(json.dumps({"keys": [JWK] * 100}).encode())) == KEYS_MAX


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"keys": {}}', b'{"keys": []}', b'{"keys": [7]}', b"\xff"]
)
def test_a_set_without_a_key_is_none(body):
    """What was known before is kept then."""
    with pytest.raises(ValueError):  # noqa: PT011  whatever it says
        read_keys(body)


@given(st.dictionaries(st.sampled_from(webhook_signature.HEADERS), st.text(max_size=140)), st.binary(max_size=50))
def test_nothing_is_believed_by_chance(headers, body):
    """And nothing but WebhookInvalid is raised for any input."""
    try:
        head = head_of(headers, SENT_AT)
    except WebhookInvalid:
        return
    assert not is_signed(head, body, KEYS)
