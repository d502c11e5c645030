"""Whether others want the account's places, by what the tag limit's record shows between two looks."""

from datetime import UTC, datetime

import pytest
from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse

from tasks.running.slots import is_wanted


def a_limit(active: int = 10, second: int = 0) -> GlobalConcurrencyLimitResponse:
    """The limit as the server tells it, last changed at some second."""
    updated = datetime(2026, 11, 22, 12, 0, second, tzinfo=UTC)
    return GlobalConcurrencyLimitResponse(name="tag:ideogram", limit=10, active_slots=active, updated=updated)


@pytest.mark.parametrize(
    ("before", "now", "wanted"),
    [
        ((a_limit(), 10), (a_limit(), 10), False),
        ((a_limit(), 10), (a_limit(second=2), 10), True),
        ((a_limit(), 10), (a_limit(second=2), 12), False),
        ((a_limit(), 4), (a_limit(active=7, second=2), 4), False),
    ],
    ids=["nothing happened", "somebody was denied", "this run itself took a place", "there are free places"],
)
def test_who_is_denied_a_place_leaves_a_trace(before, now, wanted: bool):
    """Only a change that is not this run's own, while every place is taken, means that somebody waits."""
    assert is_wanted(before, now) is wanted
