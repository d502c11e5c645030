"""What a plan consists of, by format and model, and what of it is left to be paid."""

from decimal import Decimal
from typing import NamedTuple

from tasks.records.record import Record
from tasks.records.vocabulary import Model, Quality


class PlanGroup(Record):
    """The cells of one format and model."""

    format: str
    model: Model
    quality: Quality | None = None
    beside: str = ""
    """What they are made with that has a price of its own, such as `source image`."""
    aspect: str
    """The aspect ratio or resolution asked for, as people write it, such as `16:9` or `1344x704`."""
    cells: int
    cost_usd: Decimal


class Drawn(NamedTuple):
    """What the images of some rows are asked for as, in one of their formats."""

    format: str
    model: Model
    aspect: str
    """As a group has it."""
    is_chosen: bool = False
    """Whether it was chosen for the variants."""

    @property
    def source(self) -> tuple[str, str]:
        """Its format, as `tasks/images/sources.py` has them."""
        return self.format, self.aspect


class Left(Record):
    """What of a plan was made before, and what a run of it asks for and pays."""

    made: int
    """Their original is stored."""
    groups: tuple[PlanGroup, ...]
    """The rest, as far as it is to be paid; none where nothing is."""
    duration_min_s: float
    duration_max_s: float
    doubt_usd: Decimal = Decimal(0)
    """Of images that are fetched again: what is to be paid besides, where what is stored and linked gives none."""

    @property
    def cost_usd(self) -> Decimal:
        """What is to be paid."""
        return sum((group.cost_usd for group in self.groups), Decimal(0))

    @property
    def most_usd(self) -> Decimal:
        """What may have to be paid."""
        return self.cost_usd + self.doubt_usd
