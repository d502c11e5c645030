"""An event is read from what a sender makes, or refused with the names of the fields that are wrong."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.models.received_event import ReceivedEvent, parse_event
from tests.deployments.events import event_body


def test_an_event_is_read_with_all_that_it_tells():
    """Keys that are not known are passed over."""
    event = parse_event("evt_1", event_body(width_px=1312))
    assert event is not None
    told = event.model_dump()
    assert (told["id"], told["job_id"], told["seed"]) == ("evt_1", "teapot-hero-4cc9bec7", 12345)
    assert told["variants"] == {"og": "variants/teapot-hero-4cc9bec7-og.webp"}
    assert ReceivedEvent.model_validate(told) == event


def test_an_id_in_the_body_is_not_the_events():
    """The signed header says which event it is."""
    assert parse_event("evt_1", event_body(id="evt_2")).id == "evt_1"


def test_an_event_of_another_kind_is_none():
    """Whatever else it holds."""
    assert parse_event("evt_1", b'{"event": "variant.completed", "seed": []}') is None


def test_wrong_fields_are_named_without_their_values():
    """All of them."""
    with pytest.raises(ValueError, match="missing or wrong: metadata, seed, timestamp") as malformed:
        parse_event("evt_1", event_body(seed="canary", metadata=["canary"], timestamp=...))
    assert "canary" not in str(malformed.value)


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_an_event_or_a_value_error(body):
    """Nothing else is raised."""
    with suppress(ValueError):
        parse_event("evt_1", body)
