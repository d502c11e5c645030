"""What a callback tells of a campaign as a whole."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from tasks.records.event import Event
from tasks.records.outcome import Outcome, Status
from tasks.records.record import Record
from tasks.records.verdicts import Verdicts


class CampaignEvent(Event):
    """What a campaign has come to, or that a run of it was stopped."""

    counts: dict[Status, int]
    """Its cells by their status."""
    cost_usd: float
    """In all its runs."""
    manifest: str
    page: str
    manifest_url: str | None = None
    page_url: str | None = None
    """Their web addresses, where they are known."""
    reviews: dict[str, int] | None = None
    """Of an approved campaign: how many of its images are kept, rejected, and replaced by another take."""


class CampaignEnd(Record):
    """What is known of a campaign when a run of it is over."""

    counts: dict[Status, int]
    cost_usd: Decimal
    error: str | None = None
    """Why it ended early, if it did."""
    is_awaited: bool = False
    """Whether it is held, and somebody has still to decide."""


def campaign_event(  # noqa: PLR0913  all that is told
    name: str, slug: str, folder: str, end: CampaignEnd, at: datetime, public_url: str | None = None
) -> CampaignEvent:
    """What is told of a campaign when a run of it is over; folder and web address as of a cell."""
    return CampaignEvent(
        event="campaign.completed" if end.error is None else "campaign.failed",
        job_id=slug,
        campaign=name,
        metadata={"campaign": name},
        error=end.error,
        timestamp=at,
        counts=end.counts,
        cost_usd=float(end.cost_usd),
        manifest=f"{folder}/manifest.csv",
        page=f"{folder}/index.html",
        manifest_url=f"{public_url}/manifest.csv" if public_url else None,
        page_url=f"{public_url}/index.html" if public_url else None,
    )


def approved_event(event: CampaignEvent, approval: Verdicts) -> CampaignEvent:
    """What is told of a campaign, of which `event` tells, once all is decided."""
    reviews = {"kept": approval.kept, "rejected": approval.rejected, "replaced": approval.replaced}
    return event.model_copy(update={"event": "campaign.approved", "reviews": reviews})


def counted(outcomes: Collection[Outcome]) -> CampaignEnd:
    """The counts and the cost of these cells."""
    counts: dict[Status, int] = {}
    for outcome in outcomes:
        counts[outcome.status] = counts.get(outcome.status, 0) + 1
    return CampaignEnd(counts=counts, cost_usd=sum((one.cost_usd for one in outcomes), Decimal(0)))
