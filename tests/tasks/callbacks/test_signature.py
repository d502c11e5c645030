"""A message is believed if one of the secrets has signed it, just now, byte for byte; anything else is named."""

import base64
import json
import traceback
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from tasks.callbacks.signature import SECRET_PREFIX, Secrets, SignatureInvalid, sign, verify

NOW = 1_790_000_000
ID = "msg_2b8c41"
BODY = '{"event": "generation.completed", "prompt": "Müsli, 50 %"}'.encode()

keys = st.binary(min_size=24, max_size=64)
ids = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=256)


def secret(key: bytes) -> str:
    """A key as it is written in a setting."""
    return SECRET_PREFIX + base64.b64encode(key).decode()


OLD, NEW = secret(b"old" * 8), secret(b"new" * 20)


def signed(secrets: str = NEW, event_id: str = ID, timestamp: int = NOW, body: bytes = BODY) -> dict[str, str]:
    """The headers of a message."""
    signature = sign(Secrets.parse(secrets), event_id, timestamp, body)
    return {"webhook-id": event_id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}


def reason(headers: dict[str, str], body: bytes = BODY, secrets: str = NEW, now: float = NOW) -> str:
    """Why the message is not believed."""
    with pytest.raises(SignatureInvalid) as invalid:
        verify(Secrets.parse(secrets), headers, body, now)
    assert str(invalid.value) == f"The signature is {invalid.value.reason}"
    return invalid.value.reason


@settings(max_examples=40)
@given(keys, ids, st.text())
def test_what_we_sign_the_reference_library_believes(key, event_id, text):
    """And reads: it takes JSON only."""
    body = json.dumps(text, ensure_ascii=False).encode()
    now = int(datetime.now(UTC).timestamp())
    assert Webhook(secret(key)).verify(body, signed(secret(key), event_id, now, body)) == text


@settings(max_examples=40)
@given(keys, ids, st.text(), st.integers(0, 253_402_300_799))
def test_what_the_reference_library_signs_we_believe(key, event_id, text, timestamp):
    """At any time, to the second."""
    headers = {
        "Webhook-Id": event_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": Webhook(secret(key)).sign(event_id, datetime.fromtimestamp(timestamp, UTC), text),
    }
    assert verify(Secrets.parse(secret(key)), headers, text.encode(), timestamp) == event_id


@settings(max_examples=40)
@given(keys)
def test_a_secret_may_be_written_without_padding(key):
    """As other tools write it, and as the reference library takes it."""
    written = secret(key).rstrip("=")
    assert Secrets.parse(written) == Secrets.parse(secret(key))
    assert Webhook(written)._whsecret == key


def test_the_reference_library_refuses_what_we_refuse():
    """The oracle is awake: one changed byte, and neither believes it."""
    now = int(datetime.now(UTC).timestamp())
    headers = signed(timestamp=now)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY + b" ", headers)
    assert reason(headers, BODY + b" ", now=now) == "mismatched"


def test_a_signature_is_the_one_of_the_specification():
    """Its own example, so that both sides cannot be wrong together."""
    secrets = Secrets.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = sign(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_secrets_are_exchanged_either_side_may_be_first():
    """Two secrets sign twice; a receiver believes the old one, the new one, or both."""
    assert signed(f"{NEW} {OLD}")["webhook-signature"].count("v1,") == 2
    for ours, theirs in [(f"{NEW}\n{OLD}", OLD), (f"{NEW} {OLD}", NEW), (OLD, f"{NEW} {OLD}"), (NEW, f"{NEW} {OLD}")]:
        assert verify(Secrets.parse(theirs), signed(ours), BODY, NOW) == ID
    assert reason(signed(OLD)) == "mismatched"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"webhook-id": ""}, "missing"),
        ({"webhook-timestamp": ""}, "missing"),
        ({"webhook-signature": ""}, "missing"),
        ({"webhook-id": "two words"}, "malformed"),
        ({"webhook-id": "é"}, "malformed"),
        ({"webhook-id": "x" * 257}, "malformed"),
        ({"webhook-timestamp": f"{NOW}.5"}, "malformed"),
        ({"webhook-timestamp": f"-{NOW}"}, "malformed"),
        ({"webhook-timestamp": f" {NOW}"}, "malformed"),
        ({"webhook-timestamp": "9" * 5000}, "malformed"),
        ({"webhook-timestamp": "١٧٩"}, "malformed"),
        ({"webhook-signature": "garbage"}, "malformed"),
        ({"webhook-signature": "v1 v1,"}, "mismatched"),
        ({"webhook-signature": "v1a,AAAA"}, "malformed"),
        ({"webhook-signature": "v1,!!!"}, "mismatched"),
        ({"webhook-signature": "v1,é\ud800"}, "mismatched"),
        ({"webhook-timestamp": str(NOW + 1)}, "mismatched"),
        ({"webhook-timestamp": f"0{NOW}"}, "mismatched"),
        ({"webhook-id": "another"}, "mismatched"),
    ],
)
def test_what_is_wrong_is_named(change, why):
    """Each header absent, misshapen, or of another message."""
    assert reason(signed() | change) == why


def test_a_header_that_is_not_there_is_missing():
    """Whichever it is."""
    for name in signed():
        assert reason({key: value for key, value in signed().items() if key != name}) == "missing"


@pytest.mark.parametrize(("offset_s", "is_fresh"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_message_is_believed_for_five_minutes(offset_s, is_fresh):
    """And for as long before its time, since clocks differ."""
    if is_fresh:
        assert verify(Secrets.parse(NEW), signed(), BODY, NOW + offset_s) == ID
    else:
        assert reason(signed(), now=NOW + offset_s) == "stale"


any_header = st.text() | st.sampled_from(["v1,", "v1,AAAA v1a,BBBB", "v1, v1,=", str(NOW), "-1", ID])
names = st.sampled_from(["webhook-id", "Webhook-Timestamp", "webhook-signature", "WEBHOOK-ID"]) | st.text()


@given(st.dictionaries(names, any_header), st.binary(), st.floats())
def test_any_message_at_all_is_refused_by_name(headers, body, now):
    """Whatever stands in it, at whatever time: SignatureInvalid, and no other error."""
    with pytest.raises(SignatureInvalid):
        verify(Secrets.parse(NEW), headers, body, now)


@given(any_header, st.lists(any_header, max_size=3).map(" ".join))
def test_noise_beside_a_good_signature_changes_nothing(before, after):
    """Signatures of other kinds, other keys or no sense stand beside ours."""
    headers = signed()
    headers["webhook-signature"] = f"{before} {headers['webhook-signature']} {after}"
    assert verify(Secrets.parse(NEW), headers, BODY, NOW) == ID


@pytest.mark.parametrize(
    "text",
    [
        "canary",
        base64.b64encode(b"canary" * 4).decode(),
        secret(b"canary" * 3),
        secret(b"canary" * 11),
        secret(b"canary" * 4 + b"\xff\xfe").replace("/", "_").replace("+", "-"),
        secret(b"canary" * 4) + "A",
        f"{OLD}canary!",
        f"{NEW},{OLD}",
        f"whsec_{'canary' * 8}é",
        f"{OLD} {NEW} {OLD}",
        f"{OLD} canary",
        "",
    ],
)
def test_a_secret_that_is_none_is_not_repeated(text):
    """Neither in the sentence nor in anything that led to it."""
    with pytest.raises(ValueError, match=r"is not a secret|holds \d secrets") as malformed:
        Secrets.parse(text)
    told = "".join(traceback.format_exception(malformed.value))
    assert "canary" not in told
    assert OLD not in told


def test_secrets_show_in_no_text():
    """Neither printed nor written as JSON, as text or as bytes."""
    secrets = Secrets.parse(f"{NEW} {OLD}")
    told = f"{secrets} {secrets!r} {secrets.model_dump_json()} {secrets.model_dump()}"
    assert not any(part in told for part in ("newnew", "oldold", NEW, OLD))
