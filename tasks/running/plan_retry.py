"""What trying cells again would cost: told with the plan, from what the ledger knows, before anything is paid."""

from collections.abc import Set as AbstractSet

from tasks.errors import InputInvalid, StorageFailed
from tasks.ledger.ledger import Ledger
from tasks.ledger.names import parse_name
from tasks.ledger.records import Known
from tasks.ledger.resume import Standing, retried, standing
from tasks.planning.plan_campaign import CELLS_SHOWN, plan_campaign
from tasks.records.campaign import Campaign, Plan
from tasks.records.keys import ANSWERS
from tasks.records.outcome import Status
from tasks.storage.storage import CampaignStore


def plan_dry_run(campaign: Campaign) -> Plan:
    """The plan of a dry run, with the first cells only, and a note of what its retry would cost.

    Writes nothing. Raises InputInvalid with every fault, also where the output that is to be retried cannot be read.
    """
    if not campaign.retry:
        return plan_campaign(campaign, look=True)
    plan = plan_campaign(campaign)
    try:
        note = dry_retry_note(plan)
    except StorageFailed as error:
        raise InputInvalid.of(source="--output", problem=str(error)) from error
    return plan.model_copy(update={"cells": plan.cells[:CELLS_SHOWN], "notes": (*plan.notes, note)})


def dry_retry_note(plan: Plan) -> str:
    """What the retry of `plan` would come to, from what lies in its output. Raises StorageFailed."""
    campaign = plan.campaign
    store = CampaignStore.open(campaign.output, campaign.slug)
    ledger = Ledger.to_look(store, is_sandbox=campaign.sandbox)
    known = ledger.load(plan.cells)
    if ledger.is_sandbox() != campaign.sandbox:  # what the one has made is nothing to the other
        known = Known(cells=plan.cells, outcomes={}, open={})
    stored = stored_files(store)
    retry: frozenset[Status] = frozenset(campaign.retry)
    return retry_note(store, standing(known.cells, known, retry, stored, campaign.variants), retry, stored)


def retry_note(store: CampaignStore, now: Standing, retry: AbstractSet[Status], stored: AbstractSet[str]) -> str:
    """What the retry comes to; one listing where there is any. Raises StorageFailed."""
    names = store.names(ANSWERS) if now.earlier else []
    answered = (named.turn for named in map(parse_name, names) if named is not None)
    words = ", ".join(sorted(retry))
    return f"--retry {words}: {retried(now, retry, stored, answered).sentence()}"


def stored_files(store: CampaignStore) -> frozenset[str]:
    """The keys of the originals and variants that are there. Raises StorageFailed."""
    return frozenset(f"{folder}/{name}" for folder in ("originals", "variants") for name in store.names(folder))
