"""Finds out whose a campaign's folder is, and takes it for this campaign, before anything is paid."""

import hashlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, NamedTuple

from tasks.errors import InputInvalid, StorageFailed
from tasks.ledger.heartbeats import is_process_alive, this_machine, this_run
from tasks.ledger.ledger import Ledger
from tasks.ledger.names import Intents
from tasks.ledger.occupant import Kind, Occupant, is_same_campaign, key_of, newest_number
from tasks.records.cell import Cell
from tasks.records.fault import shortened
from tasks.records.keys import ENDS, INTENTS, SANDBOX_MARK
from tasks.records.plan import Plan
from tasks.storage.storage import CampaignStore
from tasks.tables.table_address import table_address

TRIES: Final = 20


class Holding(NamedTuple):
    """What a folder says of itself."""

    number: int
    occupant: Occupant | None
    """None where it is nobody's."""
    is_begun: bool
    """Whether anything was asked for in it."""


class Claimed(NamedTuple):
    """The record by which a folder is this campaign's."""

    number: int
    occupant: Occupant


def claim_folder(store: CampaignStore, plan: Plan) -> Claimed:
    """Take the folder for the campaign, unless it has it. What the sandbox drew is not cleared by this.

    Raises InputInvalid where the folder is another campaign's, or holds what was paid and the sandbox is to draw there.
    """
    for _ in range(TRIES):
        held = holding(store)
        if held.occupant is not None and not is_to_be_had(store, held, plan):
            raise InputInvalid.of(source="--name", value=plan.campaign.title, problem=taken(store, held.occupant))
        now = next_occupant(store, held, plan)
        if held.number and held.occupant is not None and held.occupant.is_told_as(now) and is_known_to_run(held):
            return Claimed(held.number, held.occupant)
        put(store, held.number + 1, now)
    raise StorageFailed(f"{store.root} changes hands again and again; run again")


def put(store: CampaignStore, number: int, occupant: Occupant) -> bool:
    """Write down whose the folder is; False where another has come first."""
    return store.create(key_of(number), occupant.model_dump_json().encode())


def is_known_to_run(held: Holding) -> bool:
    """Whether whoever wants an empty folder sees that this run is at it; a ledger that holds anything tells enough."""
    return held.is_begun or (held.occupant is not None and is_by_this_process(held.occupant))


def holding(store: CampaignStore) -> Holding:
    """Whose the folder is now. Raises StorageFailed."""
    names = store.names("ledger")
    number, is_begun = newest_number(names), is_anything_begun(store, names)
    occupant = store.read_record(key_of(number), Occupant) if number else None
    if occupant is None and (is_begun or SANDBOX_MARK.removeprefix("ledger/") in names):
        occupant = former_occupant(store)
    return Holding(number, occupant, is_begun)


def is_anything_begun(store: CampaignStore, names: Collection[str]) -> bool:
    """Whether a request was made, or may have been, of the ledger with these names in it."""
    if "ends" in names and (not store.is_local or store.names(ENDS)):  # a bucket has no empty folders
        return True
    return "intents" in names and bool(Intents.of(store.names(INTENTS)).begun)


def former_occupant(store: CampaignStore) -> Occupant:
    """Whose a folder is that an earlier version has made, or whose record is damaged."""
    ledger = Ledger(store, run_id="")
    published = ledger.read_published()
    title = published.title if published is not None else ""
    return Occupant(title=title, matrix=None, kind="trial" if ledger.is_sandbox() else "paid")


def is_to_be_had(store: CampaignStore, held: Holding, plan: Plan) -> bool:
    """Whether the campaign may go on in a folder that has an occupant."""
    occupant = held.occupant
    if occupant is None or plan.campaign.same_campaign:
        return True
    if is_same_campaign(occupant, occupant_of(plan, "paid"), lambda: shares_cells(store, plan.cells)):
        return True
    return not held.is_begun and not is_at_work(occupant)


def shares_cells(store: CampaignStore, cells: Sequence[Cell]) -> bool:
    """Whether at least half of the images, of the plan or of the ledger, whichever has fewer, are in both."""
    known = Ledger(store, run_id="").load(cells)
    both = len(known.outcomes.keys() | known.open.keys())
    begun = both + len({outcome.cell_id for outcome in known.orphaned} | known.orphaned_open.keys())
    return 0 < min(begun, len(cells)) <= 2 * both


def is_at_work(occupant: Occupant) -> bool:
    """Whether the process that wrote the record may still begin; of one elsewhere nobody can tell."""
    if occupant.machine != this_machine() or occupant.pid is None:
        return bool(occupant.machine)
    return is_process_alive(occupant.pid, occupant.process_started)


def is_by_this_process(occupant: Occupant) -> bool:
    """Whether this process wrote the record."""
    own = this_run("")
    return (occupant.machine, occupant.pid, occupant.process_started) == (own.machine, own.pid, own.started)


def next_occupant(store: CampaignStore, held: Holding, plan: Plan) -> Occupant:
    """Who has the folder once this campaign has. Raises InputInvalid for a sandbox run over images that were paid."""
    is_sandbox = plan.campaign.sandbox
    if held.occupant is None:
        return occupant_of(plan, "trial" if is_sandbox else "paid")
    if is_sandbox and held.occupant.kind == "paid" and (held.is_begun or is_at_work(held.occupant)):
        problem = f"would mix with images that were paid, in {store.root}; give it another --name or --output"
        raise InputInvalid.of(source="--sandbox", problem=problem)
    return occupant_of(plan, "trial" if is_sandbox else held.occupant.kind)


def occupant_of(plan: Plan, kind: Kind) -> Occupant:
    """The campaign of a plan, as the folder's record has it."""
    campaign, own = plan.campaign, this_run("")
    asked = sorted(f"{cell.request_sha256}/{cell.copy_number}" for cell in plan.cells)
    return Occupant(
        title=campaign.title,
        matrix=table_address(campaign.matrix),
        formats=table_address(campaign.formats) if campaign.formats else None,
        plan_sha256=hashlib.sha256("\n".join(asked).encode()).hexdigest(),
        kind=kind,
        machine=own.machine,
        pid=own.pid,
        process_started=own.started,
        at=datetime.now(UTC),
    )


def taken(store: CampaignStore, occupant: Occupant) -> str:
    """Why the folder is not to be had, and what to do, as the end of a sentence."""
    whose = f" {shortened(occupant.title)!r}" if occupant.title else ""
    made_of = f", made of {occupant.matrix}" if occupant.matrix else ""
    return (
        f"leads to {store.root}, which holds another campaign{whose}{made_of}; give this one a --name or an --output "
        "of its own. Where both are one campaign, --same-campaign goes on with what is there"
    )


def told_of_folder(plan: Plan) -> Plan:
    """The plan, with a note where the folder is another campaign's, as far as the plan's first images tell.

    For a look only: it writes nothing, and says nothing where the folder cannot be looked into.
    """
    campaign = plan.campaign
    with suppress(StorageFailed):
        store = CampaignStore.open(campaign.output, campaign.slug)
        occupant = holding(store).occupant
        if occupant is None or campaign.same_campaign:
            return plan
        if not is_same_campaign(occupant, occupant_of(plan, "paid"), lambda: shares_cells(store, plan.cells)):
            note = f"a run may be refused: {campaign.title!r} {taken(store, occupant)}"
            return plan.model_copy(update={"notes": (*plan.notes, note)})
    return plan
