"""Where a delivery stands, read off names."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.callbacks.names import (
    CLAIMS,
    ENDS,
    FAILURES,
    Delivery,
    DeliveryStanding,
    due_text,
    endpoint_of,
    shown_url,
    standings,
)
from tasks.records.keys import EVENTS
from tests.tasks.receivers import an_event

ONE = Delivery("evt_1", "0a")
DUE = datetime(2026, 11, 22, 12, tzinfo=UTC)


def name(folder: str, *parts: int | str) -> str:
    """The name of a record of the one delivery."""
    return ONE.key(folder, *parts).rpartition("/")[2]


@pytest.mark.parametrize(
    ("claims", "failures", "ends", "expected"),
    [
        ([], [], [], DeliveryStanding(ONE, "waiting")),
        ([1], [], [], DeliveryStanding(ONE, "claimed", 1)),
        ([1], [1], [], DeliveryStanding(ONE, "waiting", 1, DUE)),
        ([1, 2], [1], [], DeliveryStanding(ONE, "claimed", 2)),
        ([1, 2], [2, 1], [], DeliveryStanding(ONE, "waiting", 2, DUE)),
        ([1, 2], [1], [(2, "delivered")], DeliveryStanding(ONE, "delivered", 2, ended_by=2)),
        ([*range(1, 11)], [*range(1, 10)], [(10, "dead")], DeliveryStanding(ONE, "dead", 10, ended_by=10)),
        ([1, 2], [], [(1, "dead")], DeliveryStanding(ONE, "dead", 2, ended_by=1)),
        ([1, 2], [], [(1, "dead"), (2, "delivered")], DeliveryStanding(ONE, "delivered", 2, ended_by=2)),
        ([1, 2], [], [(1, "delivered"), (2, "dead")], DeliveryStanding(ONE, "delivered", 2, ended_by=1)),
        ([], [], [(0, "dead")], DeliveryStanding(ONE, "dead", 0, ended_by=0)),
    ],
)
def test_where_a_delivery_stands(claims, failures, ends, expected):
    """The newest attempt tells, and a delivery that was made once stays made."""
    assert standings(
        [name(EVENTS)],
        [name(ENDS, *end) for end in ends],
        [name(CLAIMS, number) for number in claims],
        [name(FAILURES, number, due_text(DUE)) for number in failures],
    ) == [expected]


@given(st.lists(st.text()), st.sampled_from(["a.b.json", "evt_1.0a.1.later.json", "evt_1.0a.json.part", ""]))
def test_files_of_others_are_passed_over(texts, text):
    """In each of the folders."""
    others = [*texts, text]
    assert standings([name(EVENTS), *others], others, others, others)[0] == DeliveryStanding(ONE, "waiting")


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  made aware
def test_a_time_in_a_name_is_never_early_and_a_second_late_at_most(due):
    """Names hold whole seconds."""
    [standing] = standings([name(EVENTS)], [], [], [name(FAILURES, 1, due_text(due))])
    assert standing.due is not None
    assert timedelta(0) <= standing.due - due < timedelta(seconds=1)


def test_an_endpoint_is_shown_without_what_may_hold_a_token():
    """Its name in files tells nothing, and people see its host."""
    url = "https://example.com:8443/hooks/s3cret?token=t0ken"
    assert shown_url(url) == "https://example.com:8443/…"
    assert shown_url("https://me:pass@example.com/x") == "https://example.com/…"
    assert endpoint_of(url) != endpoint_of(url + "1")
    assert len(endpoint_of(url)) == 12


@pytest.mark.parametrize("url", ["http://[127.0.0.1:9/hook", "http://]x"])
def test_an_address_that_is_none_can_be_shown(url):
    """An outbox of an earlier version may hold one: it ends as a dead letter, and stops nobody."""
    event = an_event(url=url)
    assert (event.host, shown_url(url)) == ("?", "?/…")
