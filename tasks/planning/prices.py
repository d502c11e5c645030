"""Reads the price list."""

import csv
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from tasks.records.campaign import Price
from tasks.records.models import OFFERS, Model
from tasks.records.request import GenerationRequest
from tasks.records.vocabulary import Quality

PRICE_LIST: Final = Path(__file__).parents[2] / "data" / "prices.csv"


class Priced(NamedTuple):
    """What the price of an image depends on."""

    model: Model
    quality: Quality
    is_custom: bool = False
    """Whether it is drawn by a model of one's own."""


@cache
def read_prices(path: Path = PRICE_LIST) -> dict[Priced, Price]:
    """The price of one image by model and quality. Each that a model offers has one; a test checks it."""
    prices: dict[Priced, Price] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for price in map(Price.model_validate, csv.DictReader(file)):
            prices[Priced(price.model, price.quality)] = price
            if price.usd_of_custom_model is not None:
                own = price.model_copy(update={"usd_per_image": price.usd_of_custom_model})
                prices[Priced(price.model, price.quality, is_custom=True)] = own
    return prices


def priced(request: GenerationRequest) -> Priced:
    """What the price of a request's image depends on; on the legacy route the model says the quality."""
    quality = request.quality or OFFERS[request.model].default_quality
    return Priced(request.model, quality, is_custom=request.custom_model_uri is not None)
