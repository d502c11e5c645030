"""Which variants a run cuts: those that the campaign has, and those that are asked for.

What lies under a name that stands for another cut now is removed, and cut again.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from tasks.errors import InputInvalid
from tasks.ledger.label_files import keep_label_files, pen_of
from tasks.ledger.ledger import Ledger
from tasks.ledger.names import parse_name
from tasks.ledger.published import Published
from tasks.ledger.variant_set import VariantSet, change_variants, keys_of, names_of, read_variants
from tasks.ledger.wait_for_runs import PATIENCE_S, wait_for_runs
from tasks.planning.choose_sizes import held_by
from tasks.planning.label_rules import read_again
from tasks.planning.variant_notes import crop_notes
from tasks.records.campaign import Campaign
from tasks.records.keys import ENDS
from tasks.records.plan import Plan
from tasks.run_state.toolbox import Toolbox
from tasks.signing.variant_signer import VariantSigner, open_signer
from tasks.storage.storage import CampaignStore

IN_USE: Final = (
    "stands for another cut in a run that is at work at this moment; wait for its end, or give the new one another name"
)

CHOSEN_OTHERWISE: Final = (
    "is another size in a run that began meanwhile, with other variants; run the same command again, which goes on in "
    "that size"
)


async def settle_variants(tools: Toolbox, plan: Plan) -> tuple[str, ...]:
    """Give the run the campaign's variants, those asked for among them. Returns notes for the person who watches.

    Raises InputInvalid where a name is to stand for another cut while another run makes the one before, or where what
    is to sign them does not, and StorageFailed.
    """
    signer = await tools.on_storage_thread(open_signer)
    held, notes = await tools.on_storage_thread(settle, tools.ledger, plan)
    use_variants(tools, held, signer)
    return (*notes, *crop_notes(tools.variants, plan.drawn))


def use_variants(tools: Toolbox, held: VariantSet, signer: VariantSigner | None) -> None:
    """Have the run cut these variants, and sign them where there is what signs."""
    tools.variants, tools.signer = held.listed, signer
    tools.said = held.said.signed(signer.over_px if signer is not None else None)


def settle(ledger: Ledger, plan: Plan, patience_s: float = PATIENCE_S) -> tuple[VariantSet, tuple[str, ...]]:
    """Note what the campaign has from now on, once nothing else lies under its names; that, and notes.

    In this order, so that whoever goes on after an interruption removes the rest.
    """
    store, campaign = ledger.store, plan.campaign
    held = read_variants(store)
    if plan.sizes and plan.sizes != {**plan.sizes, **held_by(campaign).sizes}:
        raise InputInvalid.of(source="size", value="auto", problem=CHOSEN_OTHERWISE)
    if changed := redefined(held, campaign):
        make_way(store, plan, changed, patience_s)
    keep_label_files(store, plan.label_files, read_again)
    now = change_variants(store, lambda before: before.as_planned(plan).with_sizes(plan.sizes))
    pen_of(store, now.label)  # which says before anything is paid if a copy is gone
    if not ledger.is_published():
        is_sandbox = campaign.sandbox
        first = Published(title=campaign.title, is_sandbox=is_sandbox, variants=now.listed, cells=plan.cells)
        ledger.keep_published(first)
    return now, tuple(held.come_along(campaign.variants, campaign.marks))


def redefined(held: VariantSet, campaign: Campaign) -> set[str]:
    """The names under which other cuts may lie than those that they stand for in this run."""
    return names_of(held.redefined(held.with_asked(campaign.variants).listed))


def make_way(store: CampaignStore, plan: Plan, changed: AbstractSet[str], patience_s: float) -> None:
    """Remove the cuts under the names that have `changed`, of rows that the matrix no longer has as well."""
    try:
        wait_for_runs(store, patience_s)  # or both kinds would lie there
    except InputInvalid:
        if changed := redefined(read_variants(store), plan.campaign):
            raise InputInvalid.of(source="--variant", value=", ".join(sorted(changed)), problem=IN_USE) from None
        return
    held = read_variants(store)
    found = store.tags("variants")
    ended = (named.turn.cell_id for named in map(parse_name, store.names(ENDS)) if named is not None)
    cell_ids = {*ended, *(cell.cell_id for cell in plan.cells)}
    dropped = [one for one in (*held.cut, *plan.campaign.variants) if one.name in changed]
    keys = keys_of(dropped, cell_ids)
    store.remove({key: tag for key, tag in found.items() if key in keys})
