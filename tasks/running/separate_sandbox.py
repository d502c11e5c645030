"""Keeps what the sandbox drew apart from what was paid: neither must ever pass for the other."""

from collections.abc import Iterator
from typing import Final

from tasks.callbacks.names import FOLDERS as CALLBACK_FOLDERS
from tasks.errors import InputInvalid
from tasks.images.preview import PREVIEWS
from tasks.ledger.wait_for_runs import PATIENCE_S, wait_for_runs
from tasks.publishing.page_names import is_page
from tasks.records.keys import ANSWERS, ENDS, INTENTS, REVIEWS, SANDBOX_BOOKS, SANDBOX_MARK
from tasks.records.plan import Plan
from tasks.run_state.toolbox import Toolbox
from tasks.running.claim_folder import Claimed, claim_folder, holding, occupant_of, put
from tasks.storage.storage import CampaignStore

CLEARED: Final = "the sandbox's images of this campaign were removed; its cells are asked for, and paid, anew"
IMAGES: Final = ("variants", PREVIEWS, "originals", "removed/originals", "removed")
MADE: Final = (REVIEWS, INTENTS, ANSWERS, ENDS, SANDBOX_BOOKS, *CALLBACK_FOLDERS, "callbacks", *IMAGES)
"""Where a run leaves files, in the order in which they are removed: after each, a cell is done or was never begun."""
MANIFESTS: Final = {"manifest.csv", "manifest.parquet", "manifest.xlsx"}
KEPT: Final = ("ledger/campaign.", "ledger/variants.")
"""What the records begin with of whose the folder is, and of the variants that the campaign has."""


def keep_apart(store: CampaignStore, plan: Plan, patience_s: float = PATIENCE_S) -> tuple[str, ...]:
    """Take the folder for the campaign, and make way for it where the sandbox has tried it before it is paid.

    Returns notes for the person who watches. Raises InputInvalid where the folder is not to be had, also since the
    sandbox is at work in it.
    """
    held = claim_folder(store, plan)
    notes: tuple[str, ...] = ()
    if plan.campaign.sandbox:
        store.write(SANDBOX_MARK, b"{}")
        return ()
    while held.occupant.kind != "paid":
        make_way(store, plan, held, patience_s)
        held, notes = claim_folder(store, plan), (CLEARED,)
    return notes


def make_way(store: CampaignStore, plan: Plan, held: Claimed, patience_s: float) -> None:
    """Take the next step from a trial to a paid campaign; whoever else takes it at the same time, once.

    Any run may go on where another was killed. Each removes only what it has listed, as it was then, while the folder
    was no paid campaign's yet: so one that was frozen meanwhile takes nothing away that is paid.
    """
    if held.occupant.kind == "trial":
        put(store, held.number + 1, occupant_of(plan, "clearing"))
        return
    wait_for_runs(store, patience_s)
    found = list(made_by_the_sandbox(store))
    if holding(store).number != held.number:
        return
    for tags in found:
        store.remove(tags)
    put(store, held.number + 1, occupant_of(plan, "paid"))


def made_by_the_sandbox(store: CampaignStore) -> Iterator[dict[str, str]]:
    """All files of a trial with their tags, folder by folder; the mark comes last."""
    for folder in MADE:
        yield store.tags(folder)
    yield {key: tag for key, tag in store.tags("").items() if key in MANIFESTS or is_page(key)}
    yield {key: tag for key, tag in store.tags("ledger").items() if not key.startswith(KEPT)}


async def stay_apart(tools: Toolbox) -> None:
    """Raise InputInvalid in a run of the sandbox whose folder a paid run has begun to clear since it was claimed.

    Called once this run is shown alive: either the paid run sees it, or it sees the paid run.
    """
    occupant = (await tools.on_storage_thread(holding, tools.store)).occupant
    if occupant is None or occupant.kind != "trial":
        problem = f"was taken by a paid run; give the trial another --name, or leave {tools.store.root} alone"
        raise InputInvalid.of(source="--sandbox", problem=problem)
