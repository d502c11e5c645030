"""A campaign in which nothing is left to do: told from its ledger alone, without Prefect, which takes long to start."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from tasks.callbacks.outbox import Outbox
from tasks.callbacks.queue_events import Announcer, hold_of
from tasks.callbacks.queue_reviews import Reviewed, missing_of
from tasks.ledger.hold import note_hold, read_hold
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.ledger.put_aside import taken_back
from tasks.ledger.records import Known
from tasks.ledger.resume import standing
from tasks.ledger.reviews import read_reviews
from tasks.ledger.variant_set import change_variants, read_variants
from tasks.publishing.campaign_files import publish
from tasks.publishing.former import among_files
from tasks.records.campaign import Campaign
from tasks.records.keys import ENDS
from tasks.records.outcome import Outcome
from tasks.records.plan import Plan
from tasks.records.result import CampaignResult
from tasks.reporting.summarize import sum_up
from tasks.rescue.refuge import Refuge
from tasks.reviewing.takes import with_takes
from tasks.running.plan_retry import stored_files
from tasks.signing.settings import signed_over_px
from tasks.storage.storage import CampaignStore


def was_run_before(campaign: Campaign) -> bool:
    """Whether any cell of the campaign has ended. Raises StorageFailed."""
    return bool(CampaignStore.open(campaign.output, campaign.slug).names(ENDS))


def finished_result(plan: Plan) -> CampaignResult | None:
    """What the campaign came to, published anew; None where anything is left to do, or somebody to be told.

    Raises StorageFailed.
    """
    return publish_finished(plan, is_all_told)


def is_all_told(plan: Plan, store: CampaignStore, outcomes: Mapping[str, Outcome]) -> bool:
    """Whether nobody wants to be called back, or everybody was, and no person has to be. Raises StorageFailed."""
    if read_hold(store).is_held and not plan.campaign.hold:
        return False  # the run says that the campaign is not held any more
    if not plan.has_callbacks:
        return True
    announcer, urls = Announcer.open(plan.campaign, Outbox(store)), plan.campaign.callback_urls
    if not announcer.is_all_told(urls, plan.cells, outcomes):
        return False
    reviews = read_reviews(store)
    return not missing_of(announcer, Reviewed(reviews.shown(plan.cells), outcomes, reviews), urls)


Heed = Callable[[Plan, CampaignStore, Mapping[str, Outcome]], bool]


def publish_finished(plan: Plan, is_over: Heed = lambda *_: True) -> CampaignResult | None:
    """Write manifest and page of a campaign whose cells have all ended, and of which `is_over` holds.

    `plan` is that of its matrix. None, and nothing written, for any other. Raises StorageFailed.
    """
    campaign = plan.campaign
    store = CampaignStore.open(campaign.output, campaign.slug)
    ledger = Ledger.to_look(store, is_sandbox=campaign.sandbox)
    plan = with_takes(plan, store)
    known = ledger.load(plan.cells)
    plan = plan.model_copy(update={"cells": known.cells})
    outcomes = None if Refuge.of(store).holds_any() else all_ended(plan, ledger, known)
    if outcomes is None or not is_over(plan, store, outcomes):
        return None
    listed = change_variants(store, lambda held: held.as_planned(plan)).listed
    note_hold(store, hold_of(campaign))
    published = Published(title=campaign.title, is_sandbox=campaign.sandbox, variants=listed, cells=plan.cells)
    publish(ledger, published, outcomes, [*outcomes.values(), *known.orphaned])
    cost_usd = sum((outcome.cost_usd for outcome in outcomes.values()), Decimal(0))
    result = sum_up(campaign, store.root, plan.cells, outcomes, cost_usd=cost_usd)
    former = {"former_images": len(among_files(store, known.orphaned)), "former_usd": known.orphaned_usd}
    return result.model_copy(update=former)


def all_ended(plan: Plan, ledger: Ledger, known: Known) -> dict[str, Outcome] | None:
    """How every cell has ended, by its id; None where anything is left to do. Raises StorageFailed."""
    if known.open or len(known.outcomes) < len(known.cells) or ledger.is_sandbox() != plan.campaign.sandbox:
        return None
    held = read_variants(ledger.store)
    wanted = held.as_planned(plan)
    listed = wanted.listed
    if listed != held.listed or wanted.label != held.label or held.redefined(listed) or not ledger.is_published():
        return None
    stored = taken_back(ledger.store, known, stored_files(ledger.store))
    said = wanted.said.signed(signed_over_px())
    now = standing(known.cells, known, frozenset(plan.campaign.retry), stored, listed, said)
    outcomes = {outcome.cell_id: outcome for outcome in now.ended}
    return outcomes if len(outcomes) == len(known.cells) else None
