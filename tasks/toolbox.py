"""What the tasks of one campaign run work with: clients, pools, and the line of cells that they share.

Tasks take and return records only, since Prefect stores and shows their parameters; the tools reach them through here.
"""

import asyncio
import os
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar

from PIL import Image

from tasks.clients.ideogram import IdeogramClient
from tasks.clients.storage import CampaignStore
from tasks.errors import CampaignStopped
from tasks.models.cell import Cell
from tasks.models.outcome import Outcome, StoredOriginal
from tasks.models.variant import Variant
from tasks.settings import Settings
from tasks.tally import Tally

STORAGE_THREADS: Final = 32

T = TypeVar("T")


class Gate:
    """Holds every request back while the API has asked for a pause, so that ten lanes don't ask ten times."""

    def __init__(self) -> None:
        self._opens_at = 0.0

    def close_for(self, wait_s: float) -> None:
        """No request leaves for `wait_s` seconds from now."""
        self._opens_at = max(self._opens_at, asyncio.get_running_loop().time() + wait_s)

    async def wait(self) -> None:
        """Return when the pause is over; a little later for each, so that they don't all come at once."""
        while (left := self._opens_at - asyncio.get_running_loop().time()) > 0:  # noqa: ASYNC110  it opens with time
            await asyncio.sleep(left + random.uniform(0, min(1.0, 0.1 * left)))  # noqa: S311


@dataclass
class UnderWay:
    """A cell between its start and its end: what outlives one attempt, and is no business of Prefect's database."""

    cell: Cell
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    attempts: int = 0
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the API's answer has come, and with it the place in flight is free for another."""
    image: Image.Image | None = None
    """Handed from download to cutting, so that nothing is decoded twice."""


@dataclass
class Toolbox:
    """The tools, and what the lanes have still to do and have done."""

    ideogram: IdeogramClient
    store: CampaignStore
    variants: tuple[Variant, ...]
    cells: tuple[Cell, ...]
    """Every cell of the campaign, in matrix order."""
    waiting: deque[Cell]
    """Those that have not been started."""
    tally: Tally
    image_pool: ThreadPoolExecutor
    storage_pool: ThreadPoolExecutor
    gate: Gate = field(default_factory=Gate)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    under_way: dict[str, UnderWay] = field(default_factory=dict)
    """The cells that have been started and have not ended, by their id."""
    stored: asyncio.Queue[StoredOriginal] = field(default_factory=asyncio.Queue)
    """Originals whose variants are to be cut."""
    stopped_by: CampaignStopped | None = None

    @property
    def has_cells_waiting(self) -> bool:
        """Whether a lane that asked for a place would have something to do with it."""
        return bool(self.waiting) and self.stopped_by is None

    def next_cell(self) -> UnderWay | None:
        """Start the next cell; None when there is none, or none is to be started any more."""
        if not self.has_cells_waiting:
            return None
        cell = self.waiting.popleft()
        self.under_way[cell.cell_id] = UnderWay(cell)
        return self.under_way[cell.cell_id]

    def stop(self, fault: CampaignStopped) -> None:
        """Start no more cells; the first reason given is the one that is told."""
        self.stopped_by = self.stopped_by or fault

    def settle(self, outcome: Outcome) -> None:
        """Note how a cell ended."""
        self.under_way.pop(outcome.cell_id, None)
        self.outcomes[outcome.cell_id] = outcome
        self.tally.count(outcome)

    async def on_image_thread(self, work: Callable[..., T], *args: object) -> T:
        """Run `work`, which computes on pixels, on one of as many threads as there are cores."""
        return await asyncio.get_running_loop().run_in_executor(self.image_pool, work, *args)

    async def on_storage_thread(self, work: Callable[..., T], *args: object) -> T:
        """Run `work`, which waits for the storage, on a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.storage_pool, work, *args)


_TOOLBOX: ContextVar[Toolbox] = ContextVar("toolbox")


def toolbox() -> Toolbox:
    """The tools of the campaign that this task belongs to. LookupError outside of one."""
    return _TOOLBOX.get()


@asynccontextmanager
async def open_toolbox(
    settings: Settings, store: CampaignStore, cells: tuple[Cell, ...], variants: tuple[Variant, ...]
) -> AsyncIterator[Toolbox]:
    """The tools for `cells`, for every task that is started inside the context."""
    waiting = deque(cells)
    cores = os.cpu_count() or 1
    with (
        ThreadPoolExecutor(cores, "images") as image_pool,
        ThreadPoolExecutor(STORAGE_THREADS, "storage") as storage_pool,
    ):
        async with IdeogramClient.open(settings) as ideogram:
            tools = Toolbox(ideogram, store, variants, cells, waiting, Tally(len(waiting)), image_pool, storage_pool)
            token = _TOOLBOX.set(tools)
            try:
                yield tools
            finally:
                _TOOLBOX.reset(token)
