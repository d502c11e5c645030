"""When a delivery is tried again: ten times over some three days, never sooner than the endpoint asks."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.callbacks.attempt import Attempt
from tasks.callbacks.retry import ATTEMPTS_MAX, DELAYS_S, JITTER, LATE_FROM, LIFETIME, next_due, verdict
from tests.factories import STARTED_AT as NOW

chances = st.floats(0, 1)
FAILED = Attempt(result="failed", message="500")


def test_ten_attempts_take_some_three_days():
    """0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h: 75 h 35 min."""
    assert ATTEMPTS_MAX == 10
    assert sum(DELAYS_S) == (75 * 60 + 35) * 60 + 5
    assert timedelta(seconds=sum(DELAYS_S) * (1 + JITTER)) < LIFETIME


@given(st.integers(1, 9), chances, st.none() | st.floats(0, 86_400))
def test_the_next_attempt_is_near_its_time_and_never_before_what_was_asked_for(attempts, chance, retry_after_s):
    """A tenth off at most, unless the endpoint asks for more."""
    due = next_due(attempts, NOW, chance, retry_after_s)
    assert due is not None
    delay_s = (due - NOW).total_seconds()
    asked_s = retry_after_s or 0
    assert delay_s >= asked_s - 1e-6
    assert 0.9 * DELAYS_S[attempts] - 1e-6 <= delay_s <= max(1.1 * DELAYS_S[attempts], asked_s) + 1e-6


@given(chances)
def test_after_the_last_attempt_it_is_dead(chance):
    """With the reason."""
    follows = verdict(FAILED, ATTEMPTS_MAX, NOW, NOW, chance)
    assert (follows.state, follows.due) == ("dead", None)
    assert "Given up after 10 attempts; the last: 500" in follows.why


def test_an_event_that_is_too_old_gets_no_further_attempt():
    """Where the attempts come late, since the endpoint was shut off."""
    assert verdict(FAILED, LATE_FROM, NOW - LIFETIME, NOW, 0.5).state == "dead"
    assert verdict(FAILED, LATE_FROM, NOW - LIFETIME + timedelta(seconds=1), NOW, 0.5).state == "waiting"


def test_an_endpoint_that_hears_of_an_old_campaign_has_its_chances_too():
    """Its URL was named long after the images were made."""
    assert verdict(FAILED, LATE_FROM - 1, NOW - 9 * LIFETIME, NOW, 0.5).state == "waiting"


@pytest.mark.parametrize(
    ("result", "state", "why"),
    [("delivered", "delivered", "said"), ("gone", "dead", "is gone (410)"), ("refused", "dead", "do not send there")],
)
def test_an_answer_that_settles_it(result, state, why):
    """At the first attempt already."""
    follows = verdict(Attempt(result=result, message="said"), 1, NOW, NOW, 0.5)
    assert (follows.state, follows.due) == (state, None)
    assert why in follows.why
