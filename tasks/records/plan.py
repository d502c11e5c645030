"""The plan that is made of a campaign."""

from decimal import Decimal
from typing import Self

from pydantic import Field

from tasks.records.campaign import Campaign
from tasks.records.cell import Cell
from tasks.records.label import NOTHING_SAID, LabelSource, LabelStyle
from tasks.records.plan_group import Drawn, Left, PlanGroup
from tasks.records.record import Record
from tasks.records.reference import FoundReference
from tasks.records.variant import Variant


class Plan(Record):
    """Everything a campaign would make, checked and priced; nothing has been sent."""

    campaign: Campaign
    cells: tuple[Cell, ...]
    """In matrix order; only the first few where the plan was made to be looked at."""
    row_count: int
    cell_count: int
    groups: tuple[PlanGroup, ...]
    notes: tuple[str, ...]
    """What the person should know before paying, such as rows dropped as duplicates."""
    cost_usd: Decimal
    prices_read_on: str
    duration_min_s: float
    duration_max_s: float
    variants: tuple[Variant, ...] = ()
    """What would be cut, as far as that is known."""
    drawn: tuple[tuple[Drawn, ...], ...] = ()
    """For each kind of row, the formats that it is made in."""
    references: tuple[FoundReference, ...] = ()
    """The pictures that go along with its requests, each of them once."""
    sizes: dict[str, str] = Field(default_factory=dict)
    """Those that were chosen for it, as `tasks/planning/choose_sizes.py` names formats."""
    label: LabelStyle = NOTHING_SAID
    """What is asked for of labels."""
    label_files: tuple[LabelSource, ...] = ()
    """Where what they are drawn with was found."""
    left: Left | None = None
    """Where it was looked up what is there already; None of a campaign that nobody has run."""

    def without_empty_shards(self) -> Self:
        """The plan with no more shards than it has images."""
        shards = max(1, min(self.campaign.shards, self.cell_count))
        return self.model_copy(update={"campaign": self.campaign.model_copy(update={"shards": shards})})

    @property
    def has_callbacks(self) -> bool:
        """Whether anybody is to be told of anything."""
        return bool(self.campaign.callback_url) or any(cell.endpoints for cell in self.cells)
