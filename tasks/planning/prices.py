"""Reads the price list."""

import csv
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from tasks.records.models import OFFERS, Model
from tasks.records.price import Price
from tasks.records.reference import PricedReference
from tasks.records.request import GenerationRequest
from tasks.records.vocabulary import Quality

PRICE_LIST: Final = Path(__file__).parents[2] / "data" / "prices.csv"


class Priced(NamedTuple):
    """What the price of an image depends on."""

    model: Model
    quality: Quality
    is_custom: bool = False
    """Whether it is drawn by a model of one's own."""
    reference: PricedReference | None = None
    """The column whose pictures go along, where those change the price."""

    @property
    def beside(self) -> str:
        """What it is made with beside its model, as people read it."""
        return "own model" if self.is_custom else (self.reference or "").replace("_", " ")


@cache
def read_prices(path: Path = PRICE_LIST) -> dict[Priced, Price]:
    """The price of one image by model and quality. Each that a model offers has one; a test checks it."""
    prices: dict[Priced, Price] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for price in map(Price.model_validate, csv.DictReader(file)):
            prices[Priced(price.model, price.quality, reference=price.beside)] = price
            if price.usd_of_custom_model is not None:
                own = price.model_copy(update={"usd_per_image": price.usd_of_custom_model})
                prices[Priced(price.model, price.quality, is_custom=True)] = own
    return prices


def priced(request: GenerationRequest) -> Priced:
    """What the price of a request's image depends on; on the legacy route the model says the quality."""
    quality = request.quality or OFFERS[request.model].default_quality
    reference: PricedReference | None = None
    if request.source_image:
        reference = "source_image"
    elif request.character_reference:
        reference = "character_reference"
    return Priced(request.model, quality, request.custom_model_uri is not None, reference)
