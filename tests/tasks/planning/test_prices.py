"""Every image has a price, with its source and its date."""

from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from tasks.planning.prices import read_prices
from tasks.records.vocabulary import MODELS, Model


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_a_price(model: Model) -> None:
    """Above nothing and below a dollar, read on a day from a page, and with a time that can be."""
    price = read_prices()[model]
    assert Decimal(0) < price.usd_per_image < 1
    assert 0 < price.latency_min_s <= price.latency_max_s
    assert urlsplit(price.source).hostname == "ideogram.ai"
    assert date.fromisoformat(price.read_on) >= date(2026, 1, 1)


def test_prices_are_exact() -> None:
    """A tenth of a cent is a tenth of a cent, a thousand images on."""
    assert read_prices()["V_2A_TURBO"].usd_per_image * 1000 == Decimal("25.000")


def test_a_turbo_costs_less() -> None:
    """The price list has not been mixed up."""
    prices = read_prices()
    assert all(prices[m].usd_per_image > prices[f"{m}_TURBO"].usd_per_image for m in ("V_1", "V_2", "V_2A"))
