"""What the tasks of one campaign run work with: the clients, the pools, and the cells that they share.

A task is given its job, or records; it finds everything else by `toolbox()`, since Prefect would look into whatever
else a task was given.
"""

import asyncio
import os
import sys
import threading
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeVar

from tasks.api.ideogram import IdeogramClient
from tasks.api.poller import Poller
from tasks.api.settings import Settings
from tasks.callbacks.queue_events import Announcements
from tasks.errors import BudgetReached
from tasks.ledger.heartbeats import Watcher
from tasks.ledger.ledger import Ledger
from tasks.records.cell import Cell
from tasks.records.says import USUAL, Says
from tasks.records.variant import Variant
from tasks.rescue.refuge import Refuge
from tasks.rescue.rescues import Rescues
from tasks.run_state.api_health import ApiHealth
from tasks.run_state.carried import Carried
from tasks.run_state.cells import Cells
from tasks.run_state.held_slots import HeldSlots
from tasks.run_state.job import Job
from tasks.run_state.others import Others
from tasks.run_state.paid_images import PaidImages
from tasks.run_state.pause import Pause
from tasks.run_state.purse import Purse
from tasks.run_state.stop import Stop
from tasks.run_state.tally import Tally
from tasks.signing.variant_signer import VariantSigner
from tasks.storage.storage import CampaignStore

STORAGE_THREADS: Final = 32
NICER: Final = 10
NICEST: Final = 19
DOWNLOADS_MAX: Final = 24
"""More at a time would not be faster on any line, and each would come nearer to its time-out."""
CUTS_MAX: Final = (os.cpu_count() or 1) + 2
"""While one stores what it has cut, another computes."""
RECOVERIES_MAX: Final = 16
"""So many images that earlier runs have paid for are in hand at a time: each is held as it came until it is cut."""

T = TypeVar("T")


@dataclass
class Toolbox:
    """The tools of one run, and who owns what changes while it lasts."""

    ideogram: IdeogramClient
    store: CampaignStore
    ledger: Ledger
    watcher: Watcher
    variants: tuple[Variant, ...]
    cells: Cells
    """Where each cell stands."""
    image_pool: ThreadPoolExecutor
    storage_pool: ThreadPoolExecutor
    rescues: Rescues
    """What the storage did not take."""
    poller: Poller = field(init=False)
    """Waits for what the API has accepted."""
    stop: Stop = field(default_factory=Stop)
    api: ApiHealth = field(default_factory=ApiHealth)
    paid: PaidImages = field(default_factory=PaidImages)
    slots: HeldSlots = field(default_factory=HeldSlots)
    others: Others = field(default_factory=Others)
    pause: Pause = field(default_factory=Pause)
    carried: Carried = field(default_factory=Carried)
    downloads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(DOWNLOADS_MAX))
    recoveries: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(RECOVERIES_MAX))
    jobs: asyncio.TaskGroup = field(default_factory=asyncio.TaskGroup)
    """The jobs at work; it is entered anew for each round of lanes."""
    cuts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CUTS_MAX))
    said: Says = USUAL
    signer: VariantSigner | None = None
    """What variants are signed with, if they are."""
    """What the variants say of how they were made."""
    announcements: Announcements | None = None
    """Where the ends of cells are announced, if anybody wants to be told of them."""
    outside: Context = field(default_factory=copy_context)
    """The flow's own context. Images run in it and not in their lane's, where Prefect would take them for parts of one
    transaction: the first that is refused would have the others shown as rolled back."""

    def __post_init__(self) -> None:
        """Whoever waits for a generation asks this run's API."""
        own = self.ideogram.settings
        self.poller = Poller(
            lambda one: self.ideogram.look(one.generation_id), own.polls_max, own.pending_max_s, own.first_look_s
        )

    @property
    def purse(self) -> Purse:
        """The money of the campaign."""
        return self.cells.purse

    @property
    def tally(self) -> Tally:
        """What is shown while it runs."""
        return self.cells.tally

    @property
    def has_cells_waiting(self) -> bool:
        """Whether a lane that asked for a slot would have something to do with it."""
        return bool(self.cells.waiting) and self.stop.reason is None

    def next_job(self) -> Job | None:
        """Start the next cell that the budget allows; None when none is left, or none is to be started any more."""
        if not self.has_cells_waiting:
            return None
        try:
            self.purse.raise_if_short(self.cells.waiting[0].cell.price_usd, is_reserved=False)
        except BudgetReached as fault:
            self.stop.because(fault)
            return None
        return self.cells.start_next()

    def heard(self) -> None:
        """The API has worked on a request, whatever came of it."""
        self.api.heard()
        self.tally.tell("")

    def not_heard(self) -> None:
        """A request was sent and got no answer."""
        if away := self.api.not_heard():
            self.stop.because(away)

    async def on_image_thread(self, work: Callable[..., T], *args: object) -> T:
        """Run `work`, which computes on pixels, on one of as many threads as there are cores."""
        return await asyncio.get_running_loop().run_in_executor(self.image_pool, work, *args)

    async def on_storage_thread(self, work: Callable[..., T], *args: object) -> T:
        """Run `work`, which waits for the storage, on a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.storage_pool, work, *args)


def give_way() -> None:
    """Have this thread give way to those that keep the slots full: a cut can wait, an idle slot is lost."""
    if sys.platform == "linux":  # elsewhere a thread has no niceness of its own
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, min(NICEST, os.getpriority(os.PRIO_PROCESS, thread) + NICER))


_TOOLBOX: ContextVar[Toolbox] = ContextVar("toolbox")


def toolbox() -> Toolbox:
    """The tools of the campaign that this task belongs to. LookupError outside of one."""
    return _TOOLBOX.get()


@asynccontextmanager
async def open_toolbox(
    settings: Settings,
    store: CampaignStore,
    cells: tuple[Cell, ...],
    variants: tuple[Variant, ...],
    budget_usd: Decimal | None = None,
) -> AsyncIterator[Toolbox]:
    """The tools for `cells`, all of which wait to be asked for; every task started inside the context finds them."""
    cores = os.cpu_count() or 1
    ledger = Ledger(store, uuid.uuid4().hex, made_by=settings.made_by)
    with (
        ThreadPoolExecutor(cores, "images", give_way) as image_pool,
        ThreadPoolExecutor(STORAGE_THREADS, "storage") as storage_pool,
    ):
        async with IdeogramClient.open(settings) as ideogram:
            state = Cells(cells, Purse(budget_usd), Tally(len(cells)), settings.made_by)
            rescues = Rescues(Refuge.of(store), is_sandbox=not ledger.is_paid)
            watcher = Watcher(store)
            tools = Toolbox(ideogram, store, ledger, watcher, variants, state, image_pool, storage_pool, rescues)
            token = _TOOLBOX.set(tools)
            tools.outside = copy_context()
            try:
                yield tools
            finally:
                _TOOLBOX.reset(token)
