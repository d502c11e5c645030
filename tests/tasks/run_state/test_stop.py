"""Why a campaign stops, and what may still leave then."""

from decimal import Decimal

import pytest

from tasks.errors import BudgetReached, Interrupted, StorageFailed
from tasks.run_state.stop import Stop

SPENT = BudgetReached(Decimal(1), Decimal(1), Decimal(1))


def test_the_first_reason_to_stop_is_the_one_that_is_told():
    """What comes of it later is not the cause."""
    stop = Stop()
    stop.raise_if_halted()
    stop.because(StorageFailed("full"))
    stop.because(Interrupted("Ctrl-C"))
    assert str(stop.reason) == "full"
    assert stop.stopping.is_set()
    assert stop.halting.is_set()
    with pytest.raises(StorageFailed, match="full"):
        stop.raise_if_halted()


def test_at_the_budgets_limit_what_was_started_goes_on():
    """Its price is set aside; whatever else stops the campaign, also after it, holds every request back."""
    stop = Stop()
    stop.because(SPENT)
    stop.raise_if_halted()
    assert not stop.halting.is_set()
    stop.because(Interrupted("Ctrl-C"))
    assert stop.reason is SPENT
    with pytest.raises(Interrupted):
        stop.raise_if_halted()
