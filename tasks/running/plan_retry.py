"""What the rest of a campaign would cost, and a retry: told with the plan, from what the ledger knows."""

from collections.abc import Set as AbstractSet
from typing import Final

from tasks.errors import InputInvalid, StorageFailed
from tasks.ledger.ledger import Ledger
from tasks.ledger.names import parse_name
from tasks.ledger.records import Known
from tasks.ledger.rest import rest_of
from tasks.ledger.resume import Standing, retried, standing
from tasks.ledger.variant_set import read_variants
from tasks.planning.plan_campaign import CELLS_SHOWN, plan_campaign
from tasks.records.campaign import Campaign, Plan
from tasks.records.keys import ANSWERS, ENDS, INTENTS
from tasks.records.outcome import Status
from tasks.rescue.refuge import Refuge
from tasks.storage.storage import CampaignStore

TRIED: Final = "the sandbox has tried this campaign here; a paid run removes what it drew, and makes every image"


def plan_dry_run(campaign: Campaign) -> Plan:
    """The plan of a dry run, with the first cells only, and notes of what is left to pay and what its retry would cost.

    Writes nothing. Raises InputInvalid with every fault, also where the output that is to be retried cannot be read.
    """
    was_run, fault = False, None
    try:
        was_run = is_anything_there(campaign)
    except InputInvalid:
        pass  # told with all other faults of the plan
    except StorageFailed as error:
        fault = error
    is_whole = was_run or bool(campaign.retry) or campaign.budget_usd is not None
    plan, notes = plan_campaign(campaign, look=not is_whole), list[str]()
    try:
        notes = dry_notes(plan) if is_whole else notes
    except StorageFailed as error:
        fault = error
    if fault is not None and campaign.retry:
        raise InputInvalid.of(source="--output", problem=str(fault)) from fault
    notes += [f"what is there already is not known: {fault}"] if fault is not None else []
    return plan.model_copy(update={"cells": plan.cells[:CELLS_SHOWN], "notes": (*plan.notes, *notes)})


def is_anything_there(campaign: Campaign) -> bool:
    """Whether a run may have paid for anything of the campaign. Raises StorageFailed, and InputInvalid."""
    store = CampaignStore.open(campaign.output, campaign.slug)
    return bool(store.names(ENDS) or store.names(INTENTS)) or Refuge.of(store).holds_any()


def dry_notes(plan: Plan) -> list[str]:
    """What `plan` comes to with what lies in its output. Raises StorageFailed."""
    campaign, notes = plan.campaign, list[str]()
    store = CampaignStore.open(campaign.output, campaign.slug)
    ledger = Ledger.to_look(store, is_sandbox=campaign.sandbox)
    known = ledger.load(plan.cells)
    if ledger.is_sandbox() != campaign.sandbox:  # what the one has made is nothing to the other
        known = Known(cells=plan.cells, outcomes={}, open={})
        notes = [TRIED] if ledger.is_sandbox() else []
    stored, held = stored_files(store), read_variants(store)
    listed = held.with_asked(campaign.variants).listed
    notes += held.come_along(campaign.variants)
    retry: frozenset[Status] = frozenset(campaign.retry)
    now = standing(known.cells, known, retry, stored, listed)
    found = (one.rescued for one in Refuge.of(store).found())
    kept = {one.intent.cell_id for one in found if one.answered is not None and one.is_sandbox == campaign.sandbox}
    notes += [retry_note(store, now, retry, stored)] if retry else []
    return [*notes, *rest_of(now, kept, known.orphaned_usd).sentences(campaign.budget_usd)]


def retry_note(store: CampaignStore, now: Standing, retry: AbstractSet[Status], stored: AbstractSet[str]) -> str:
    """What the retry comes to; one listing where there is any. Raises StorageFailed."""
    names = store.names(ANSWERS) if now.earlier else []
    answered = (named.turn for named in map(parse_name, names) if named is not None)
    words = ", ".join(sorted(retry))
    return f"--retry {words}: {retried(now, retry, stored, answered).sentence()}"


def stored_files(store: CampaignStore) -> frozenset[str]:
    """The keys of the originals and variants that are there. Raises StorageFailed."""
    return frozenset(f"{folder}/{name}" for folder in ("originals", "variants") for name in store.names(folder))
