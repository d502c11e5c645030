"""An event is read from what a sender makes, or refused with the names of the fields that are wrong."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.receiving.received_event import ReceivedEvent, parse_event
from tasks.records.campaign_event import CampaignEnd, campaign_event
from tasks.records.event import cell_event
from tests.deployments.events import event_body
from tests.factories import PRICE_USD, STARTED_AT, a_cell, an_outcome


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


@pytest.mark.parametrize("status", ["done", "failed", "blocked", "unknown"])
def test_what_our_sender_makes_is_read_whole(status):
    """Every field that both sides know arrives as it left."""
    cell = a_cell()
    sent = cell_event("Q1 Launch", "s3://bucket/q1-launch", cell, an_outcome(cell, status))
    received = parse_event("evt_1", sent.body())
    assert received is not None
    assert received.model_dump(exclude={"id"}) == sent.model_dump()


def test_what_our_sender_makes_of_a_campaign_is_read():
    """Its counts and pages are further keys, which are passed over."""
    end = CampaignEnd(counts={"done": 2}, cost_usd=PRICE_USD)
    sent = campaign_event("Q1 Launch", "q1-launch", "s3://bucket/q1-launch", end, STARTED_AT)
    received = parse_event("evt_1", sent.body())
    assert received is not None
    assert (received.event, received.job_id, received.campaign) == ("campaign.completed", "q1-launch", "Q1 Launch")
