"""A breaker opens for a dead endpoint, asks it one thing at a time, and never stays open for good."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tasks.callbacks.attempt import Attempt
from tasks.callbacks.breaker import FAILURES_MAX, PAUSE_MAX_S, PAUSE_MIN_S, Breaker
from tests.factories import STARTED_AT as NOW

DELIVERED = Attempt(result="delivered", message="")
FAILED = Attempt(result="failed", message="")
SLOWED = Attempt(result="failed", message="", is_slowed=True)
attempts = st.builds(
    Attempt,
    result=st.sampled_from(["delivered", "failed", "gone", "refused"]),
    message=st.just(""),
    is_slowed=st.booleans(),
    retry_after_s=st.none() | st.floats(0, 86_400),
)


def after_failures(count: int) -> Breaker:
    """A breaker after so many failures in a row, one after the other."""
    breaker = Breaker()
    for _ in range(count):
        breaker = breaker.after(FAILED, NOW, NOW)
    return breaker


def test_some_failures_in_a_row_open_it():
    """Not fewer; then nothing goes through until its pause is over, and one thing at a time after it."""
    assert after_failures(FAILURES_MAX - 1).at_once(NOW, 16) == 16
    shut = after_failures(FAILURES_MAX)
    assert shut.at_once(NOW, 16) == 0
    later = NOW + timedelta(seconds=PAUSE_MIN_S)
    assert shut.at_once(later, 16) == 1
    assert shut.after(DELIVERED, later, later) == Breaker()
    again = shut.after(FAILED, later, later)
    assert again.open_until == later + timedelta(seconds=2 * PAUSE_MIN_S)


def test_many_that_were_under_way_open_it_once():
    """Sixteen time-outs at one moment are one piece of news."""
    breaker = after_failures(FAILURES_MAX)
    before = NOW - timedelta(seconds=15)
    for _ in range(11):
        breaker = breaker.after(FAILED, before, NOW)
    assert breaker.open_until == NOW + timedelta(seconds=PAUSE_MIN_S)


def test_an_endpoint_that_asks_for_it_is_slowed_at_once():
    """For as long as it names."""
    assert Breaker().after(SLOWED, NOW, NOW).at_once(NOW, 16) == 0
    asked = SLOWED.model_copy(update={"retry_after_s": 600.0})
    assert Breaker().after(asked, NOW, NOW).open_until == NOW + timedelta(seconds=600)


@given(st.lists(st.tuples(attempts, st.floats(0, 20), st.floats(0, 400)), max_size=40))
def test_it_is_never_open_for_longer_than_its_pause_or_what_was_asked(history):
    """Whatever has happened; and what is delivered closes it."""
    breaker, now, longest_s = Breaker(), NOW, PAUSE_MAX_S
    for attempt, took_s, then_s in history:
        now += timedelta(seconds=then_s)
        breaker = breaker.after(attempt, now - timedelta(seconds=took_s), now)
        longest_s = max(longest_s, attempt.retry_after_s or 0)
        assert breaker.open_until is None or breaker.open_until <= now + timedelta(seconds=longest_s + 1e-3)
        assert breaker.at_once(now + timedelta(seconds=longest_s + 1), 16) >= 1
    assert breaker.after(DELIVERED, now, now).at_once(now, 16) == 16
