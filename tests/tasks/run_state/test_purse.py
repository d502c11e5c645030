"""The money of a campaign: what is set aside counts like what is spent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import BudgetReached
from tasks.ledger.names import Turn
from tasks.run_state.purse import Amounts, Purse
from tests.factories import PRICE_USD


@given(st.lists(st.tuples(st.integers(0, 4), st.decimals(0, 9, places=2))))
def test_a_sum_is_what_adding_up_would_give(puts):
    """In whatever order amounts change."""
    amounts = Amounts()
    last: dict[int, Decimal] = {}
    for key, usd in puts:
        amounts.put(key, usd)
        last[key] = usd
    assert amounts.total == sum(last.values())


def test_the_budget_is_never_overshot_by_what_is_in_flight():
    """What is set aside counts like what is spent; the sentence names the sums and the option."""
    purse = Purse(2 * PRICE_USD)
    for cell_id in ("a", "b"):
        purse.raise_if_short(PRICE_USD, is_reserved=False)
        purse.reserve(cell_id, PRICE_USD)
        purse.raise_if_short(PRICE_USD)
    with pytest.raises(BudgetReached, match=r"\$0\.16 is reached: \$0\.16 spent.*--budget-usd"):
        purse.raise_if_short(PRICE_USD, is_reserved=False)


def test_what_turned_out_free_can_be_spent_on_others():
    """A refused prompt gives back what was set aside for it."""
    purse = Purse(PRICE_USD)
    purse.reserve("a", PRICE_USD)
    purse.reserve("a", Decimal(0))
    purse.raise_if_short(PRICE_USD, is_reserved=False)


def test_what_others_have_promised_counts():
    """And what attempts may have cost that were turned away."""
    purse = Purse(3 * PRICE_USD)
    purse.reserve("a", PRICE_USD)
    purse.doubt(PRICE_USD)
    purse.raise_if_short(PRICE_USD, promised_usd=PRICE_USD, is_shared=True)
    with pytest.raises(BudgetReached, match="other runs"):
        purse.raise_if_short(PRICE_USD, promised_usd=2 * PRICE_USD, is_shared=True)


def test_what_a_turn_has_spent_is_counted_once():
    """However often it is said."""
    purse = Purse()
    purse.spend(Turn("a", 1), PRICE_USD)
    purse.spend(Turn("a", 1), PRICE_USD)
    purse.spend(Turn("a", 2), PRICE_USD)
    assert purse.spent_usd == 2 * PRICE_USD
