"""What a campaign came to, from how its cells ended."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Final

from tasks.errors import CampaignStopped
from tasks.records.campaign import Campaign
from tasks.records.cell import Cell
from tasks.records.fault import shortened
from tasks.records.outcome import STATUSES, Outcome
from tasks.records.result import CampaignResult

TROUBLES_TOLD: Final = 5


def sum_up(  # noqa: PLR0913  all that is told of a campaign
    campaign: Campaign,
    folder: str,
    cells: Sequence[Cell],
    outcomes: Mapping[str, Outcome],
    *,
    cost_usd: Decimal,
    spent_usd: Decimal = Decimal(0),
    stopped_by: CampaignStopped | None = None,
) -> CampaignResult:
    """The campaign as it stands; cells that were never started are `pending`. `spent_usd`: of the cost, in this run."""
    counts = Counter(outcome.status for cell in cells if (outcome := outcomes.get(cell.cell_id)))
    counts["pending"] += len(cells) - counts.total()
    return CampaignResult(
        name=campaign.title,
        folder=folder,
        cells=len(cells),
        by_status={status: counts[status] for status in STATUSES if counts[status]},
        cost_usd=cost_usd,
        spent_usd=spent_usd,
        troubles=troubles(cells, outcomes),
        stopped_because=str(stopped_by) if stopped_by else None,
        is_sandbox=campaign.sandbox,
    )


def troubles(cells: Sequence[Cell], outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    """The first cells that somebody must look at, such as `row 3, Green tea: blocked: ...`."""
    ended = ((cell, outcomes.get(cell.cell_id)) for cell in cells)
    sentences = (
        f"row {cell.row}, {shortened(cell.product or cell.request.prompt, 40)}: {outcome.status}: {outcome.error}"
        for cell, outcome in ended
        if outcome is not None and outcome.error
    )
    return tuple(islice(sentences, TROUBLES_TOLD))
