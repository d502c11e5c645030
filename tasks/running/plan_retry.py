"""What the rest of a campaign would cost, and a retry: told with the plan, from what the ledger knows."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Final

from tasks.errors import InputInvalid, StorageFailed
from tasks.ledger.complete import kept_key
from tasks.ledger.ledger import Ledger
from tasks.ledger.names import Turn
from tasks.ledger.put_aside import former_notes, taken_back
from tasks.ledger.records import Known
from tasks.ledger.rest import rest_of
from tasks.ledger.resume import Standing, retried, standing
from tasks.ledger.variant_set import read_variants
from tasks.planning.plan_campaign import CELLS_SHOWN, plan_campaign
from tasks.planning.price_cells import left_of
from tasks.records.campaign import Campaign
from tasks.records.keys import ENDS, INTENTS
from tasks.records.outcome import Status
from tasks.records.plan import Plan
from tasks.records.plan_group import Left
from tasks.rescue.refuge import Refuge
from tasks.reviewing.takes import with_takes
from tasks.running.brand_change import brand_notes
from tasks.running.marks_notes import marks_notes
from tasks.signing.settings import signed_over_px
from tasks.storage.storage import CampaignStore

TRIED: Final = "the sandbox has tried this campaign here; a paid run removes what it drew, and makes every image"


def plan_dry_run(campaign: Campaign, price: Callable[[Plan], Plan] = lambda plan: plan) -> Plan:
    """The plan of a dry run, with the first cells only, and notes of what is left to pay and what its retry would cost.

    `price` has the images quoted where that is asked for. Writes nothing. Raises InputInvalid with every fault, also
    where the output that is to be retried cannot be read.
    """
    was_run, fault = False, None
    try:
        was_run = is_anything_there(campaign)
    except InputInvalid:
        pass  # told with all other faults of the plan
    except StorageFailed as error:
        fault = error
    is_whole = was_run or bool(campaign.retry) or campaign.budget_usd is not None
    plan, notes = price(plan_campaign(campaign, look=not is_whole and not campaign.quote)), list[str]()
    try:
        plan, notes = looked_up(with_takes(plan, store_of(plan))) if is_whole else (plan, notes)
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


def store_of(plan: Plan) -> CampaignStore:
    """Where the campaign of a plan lies."""
    return CampaignStore.open(plan.campaign.output, plan.campaign.slug)


def looked_up(plan: Plan) -> tuple[Plan, list[str]]:
    """The plan and notes of what it comes to with what lies in its output. Raises StorageFailed."""
    campaign, notes = plan.campaign, list[str]()
    store = store_of(plan)
    ledger = Ledger.to_look(store, is_sandbox=campaign.sandbox)
    known = ledger.load(plan.cells)
    if ledger.is_sandbox() != campaign.sandbox:  # what the one has made is nothing to the other
        known = Known(cells=plan.cells, outcomes={}, open={})
        notes = [TRIED] if ledger.is_sandbox() else []
    stored, held = taken_back(store, known, stored_files(store), is_look=True), read_variants(store)
    notes += brand_notes(ledger, known.cells, has_former=bool(known.orphaned))
    wanted = held.as_planned(plan)
    notes += held.come_along(campaign.variants, campaign.marks)
    plan = plan.model_copy(update={"variants": wanted.listed})
    retry: frozenset[Status] = frozenset(campaign.retry)
    said = wanted.said.signed(signed_over_px())
    now = standing(known.cells, known, retry, stored, wanted.listed, said)
    notes += marks_notes(now, stored, wanted.listed, said)
    found = (one.rescued for one in Refuge.of(store).found())
    kept = {one.intent.cell_id for one in found if one.answered is not None and one.is_sandbox == campaign.sandbox}
    answered = answered_turns(ledger, now)
    notes += [retry_note(now, retry, stored, answered)] if retry else []
    notes += former_notes(sum(kept_key(one, stored) is not None for one in known.orphaned), store.root)
    rest = rest_of(now, kept, known.orphaned_usd)
    if was_run(now):
        plan = plan.model_copy(update={"left": left_now(now, answered, campaign.max_in_flight, kept)})
    return plan, [*notes, *rest.sentences(campaign.budget_usd)]


def was_run(now: Standing) -> bool:
    """Whether a run has left anything of these cells."""
    return bool(now.ended or now.to_cut or now.earlier or now.begun)


def left_now(now: Standing, answered: AbstractSet[Turn], slots: int, kept: AbstractSet[str] = frozenset()) -> Left:
    """What is made, and what a run would pay: not for what was paid and can be fetched again by its link.

    An answer may tell of what was accepted, and then failed for nothing.

    `kept`: the cells of which this machine keeps what was paid.
    """
    rest = rest_of(now, kept, Decimal(0))
    fetched = {turn.cell_id for turn in answered} & {outcome.cell_id for outcome in now.earlier if outcome.cost_usd}
    left = left_of(rest.done, (cell for cell in rest.cells if cell.cell_id not in fetched), slots)
    return left.model_copy(update={"doubt_usd": sum(rest.prices, Decimal(0)) - left.cost_usd})


def answered_turns(ledger: Ledger, now: Standing) -> frozenset[Turn]:
    """The turns whose answer was noted, if any cell is tried again: one listing then. Raises StorageFailed."""
    return ledger.answered() if now.earlier else frozenset()


def retry_note(now: Standing, retry: AbstractSet[Status], stored: AbstractSet[str], answered: AbstractSet[Turn]) -> str:
    """What the retry comes to."""
    words = ", ".join(sorted(retry))
    return f"--retry {words}: {retried(now, retry, stored, answered).sentence()}"


def stored_files(store: CampaignStore) -> frozenset[str]:
    """The keys of the originals and variants that are there. Raises StorageFailed."""
    return frozenset(f"{folder}/{name}" for folder in ("originals", "variants") for name in store.names(folder))
