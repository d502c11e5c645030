"""What images cost."""

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from tasks.records.record import Record
from tasks.records.reference import PricedReference
from tasks.records.vocabulary import Model, Quality


class Price(Record):
    """What one image of a model costs in a quality, and how long it takes; `data/prices.csv` names the sources."""

    model: Model
    quality: Quality
    usd_per_image: Decimal
    latency_min_s: float
    latency_max_s: float
    source: str
    read_on: str
    usd_of_custom_model: Annotated[Decimal | None, BeforeValidator(lambda told: told or None)] = None
    """What it costs with a model of one's own, where it takes one."""
    beside: Annotated[PricedReference | None, BeforeValidator(lambda told: told or None)] = None
    """The column whose pictures it is made with, where those change the price."""
