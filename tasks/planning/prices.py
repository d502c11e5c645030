"""Reads the price list."""

import csv
from functools import cache
from pathlib import Path
from typing import Final

from tasks.records.campaign import Price
from tasks.records.models import OFFERS, Model
from tasks.records.request import GenerationRequest
from tasks.records.vocabulary import Quality

PRICE_LIST: Final = Path(__file__).parents[2] / "data" / "prices.csv"
Priced = tuple[Model, Quality]


@cache
def read_prices(path: Path = PRICE_LIST) -> dict[Priced, Price]:
    """The price of one image by model and quality. Each that a model offers has one; a test checks it."""
    with path.open(encoding="utf-8", newline="") as file:
        prices = [Price.model_validate(row) for row in csv.DictReader(file)]
    return {(price.model, price.quality): price for price in prices}


def priced(request: GenerationRequest) -> Priced:
    """What the price of a request's image depends on; on the legacy route the model says the quality."""
    return request.model, request.quality or OFFERS[request.model].default_quality
