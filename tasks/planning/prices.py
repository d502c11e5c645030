"""Reads the price list."""

import csv
from functools import cache
from pathlib import Path
from typing import Final

from tasks.records.campaign import Price
from tasks.records.vocabulary import Model

PRICE_LIST: Final = Path(__file__).parents[2] / "data" / "prices.csv"


@cache
def read_prices(path: Path = PRICE_LIST) -> dict[Model, Price]:
    """The price of one image by model. Every model of the vocabulary has one; a test checks it."""
    with path.open(encoding="utf-8", newline="") as file:
        prices = [Price.model_validate(row) for row in csv.DictReader(file)]
    return {price.model: price for price in prices}
