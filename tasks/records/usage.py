"""What the API says that an account has used: `GET /v2/account/usage`."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from tasks.records.record import Answer

SPEEDS: Final = ("quality", "rendering_speed")
"""The dimensions by which images of one endpoint have different prices."""


def _or_empty(told: object) -> object:
    return told if told is not None else {}


class UsageKey(Answer):
    """The key by which something was used; `label` is what its owner calls it."""

    id: str
    label: str | None = None


class UsageUnits(Answer):
    """What is counted: `quantity` of `unit`."""

    quantity: Decimal
    unit: str


class UsageLine(Answer):
    """All that one key has used of one product at one price, in one bucket. Sums are decimal texts in the answer."""

    endpoint: str = ""
    product: str = ""
    dimensions: Annotated[dict[str, str], BeforeValidator(_or_empty)] = Field(default_factory=dict)
    api_key: UsageKey | None = None
    billed_units: UsageUnits | None = None
    cost_total: Decimal
    source: str = "api"
    """The document's own example has none."""

    @property
    def word(self) -> str:
        """The quality or speed, in lower case; empty where the line tells none."""
        return next((self.dimensions[name].lower() for name in SPEEDS if name in self.dimensions), "")

    @property
    def images(self) -> Decimal | None:
        """How many images it counts; None where it counts something else, or takes some back."""
        units = self.billed_units
        return units.quantity if units is not None and units.unit == "image" and units.quantity >= 0 else None

    @property
    def is_attributed(self) -> bool:
        """Whether it is known what the charge was for."""
        return bool(self.endpoint) and self.product != "unknown"


class UsageBucket(Answer):
    """An hour or a day; `end_time` is the first moment after it."""

    start_time: datetime
    end_time: datetime
    line_items: tuple[UsageLine, ...] = ()


class Usage(Answer):
    """Every bucket of the range that was asked for, in order."""

    buckets: tuple[UsageBucket, ...]
