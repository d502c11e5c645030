"""Waiting times are a pure function of the prompt."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.dialects.v2_models import MODELS as V2_MODELS
from sandbox.tariff import (
    CHARACTER_PRICE_USD_MICROS,
    EDIT_PRICE_USD_MICROS,
    LATENCY_RANGE_S,
    PRICE_USD_MICROS,
    V1_PRICE_USD_MICROS,
    V2_PRICE_USD_MICROS,
    latency_s,
)
from tasks.planning.prices import read_prices
from tasks.records.models import MODELS, OFFERS, Model, models_of

OF_REFERENCES = {"character_reference": CHARACTER_PRICE_USD_MICROS, "source_image": EDIT_PRICE_USD_MICROS}
"""What it costs with pictures, by the column that names them."""


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(models_of("legacy")))
def test_latency_stays_in_the_models_range(prompt: str, model: Model) -> None:
    """Whatever the prompt, the wait lies in the range and is the same each time."""
    shortest_s, longest_s = LATENCY_RANGE_S[model]
    assert shortest_s <= latency_s(prompt, model) <= longest_s
    assert latency_s(prompt, model) == latency_s(prompt, model)


def test_scale_and_range_apply_to_every_model() -> None:
    """The scale multiplies, the range replaces the model's own."""
    assert latency_s("a", "V_2", scale=0.0) == 0.0
    assert latency_s("a", "V_1", 2.0, (3.0, 3.0)) == latency_s("b", "V_2", 2.0, (3.0, 3.0)) == 6.0


def test_every_model_has_a_price_and_a_range() -> None:
    """A model of the vocabulary cannot be forgotten."""
    assert set(PRICE_USD_MICROS) == set(models_of("legacy"))
    assert {*models_of("legacy"), *V2_MODELS} <= set(LATENCY_RANGE_S)


def test_the_sandbox_bills_what_the_price_list_says() -> None:
    """Both were read off the same pages, each for itself: whichever is wrong is found by the other."""
    billed = {}
    for (model, quality, is_custom, reference), price in read_prices().items():
        if is_custom:
            continue
        word = OFFERS[model].qualities[quality]
        of_model = V1_PRICE_USD_MICROS if model == "V_3" else V2_PRICE_USD_MICROS.get(model, PRICE_USD_MICROS)
        of_model = OF_REFERENCES.get(reference or "", of_model)
        billed[model, quality, reference] = (
            of_model[model if of_model is PRICE_USD_MICROS else word],
            price.usd_per_image,
        )
    assert [name for name, (micros, usd) in billed.items() if micros != usd * 1_000_000] == []
    assert {*V2_MODELS, *PRICE_USD_MICROS, "V_3"} == set(MODELS) == {model for model, *_ in billed}
