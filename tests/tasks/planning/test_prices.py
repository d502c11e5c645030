"""Every image has a price, with its source and its date."""

from datetime import date
from decimal import Decimal
from typing import get_args
from urllib.parse import urlsplit

import pytest

from tasks.planning.prices import Priced, read_prices
from tasks.records.models import MODELS, OFFERS, Model, Offer, takers
from tasks.records.reference import PricedReference
from tasks.records.vocabulary import Quality


def test_every_model_has_a_price_in_each_quality_that_it_offers() -> None:
    """And no price is of what cannot be asked for; a legacy model has a price as it is, its fast sister another."""
    offered = {(offer.model, quality) for offer in OFFERS.values() for quality in offer.qualities}
    alone = {(model, quality) for model, quality in offered if quality not in OFFERS[model].with_source_only}
    slow = {(model, "low") for model in ("V_1", "V_2", "V_2A")}
    known = read_prices()
    assert {which[:2] for which in known if not which.beside} == alone - slow
    own = {which[:2] for which in known if which.is_custom}
    assert own == {(model, quality) for model, quality in offered if model in takers("custom_model_uri")}
    for column in get_args(PricedReference):
        beside = {which[:2] for which in known if which.reference == column}
        assert beside == {(model, quality) for model, quality in offered if model in takers(column)}


@pytest.mark.parametrize("priced", read_prices())
def test_each_price_is_one(priced: Priced) -> None:
    """Above nothing and below a dollar, read on a day from a page, and with a time that can be."""
    price = read_prices()[priced]
    assert Decimal(0) < price.usd_per_image < 1
    assert 0 < price.latency_min_s <= price.latency_max_s
    assert urlsplit(price.source).hostname == "ideogram.ai"
    assert date.fromisoformat(price.read_on) >= date(2026, 1, 1)


def test_prices_are_exact() -> None:
    """A tenth of a cent is a tenth of a cent, a thousand images on."""
    assert read_prices()[Priced("V_2A_TURBO", "low")].usd_per_image * 1000 == Decimal("25.000")


def test_more_quality_never_costs_less() -> None:
    """The price list has not been mixed up."""
    prices = read_prices()
    for offer in OFFERS.values():
        alone = [quality for quality in offer.qualities if quality not in offer.with_source_only]
        of_each = [prices[Priced(model_of(offer, quality), quality)].usd_per_image for quality in alone]
        assert of_each == sorted(of_each), offer.model


def model_of(offer: Offer, quality: Quality) -> Model:
    """Where the price of a quality stands: on the legacy route it is a model."""
    return next((name for name in MODELS if name == offer.qualities[quality]), offer.model)
