"""Tells people how a campaign ended, and which prompts a reviewer must look at, where a notification block is named."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final, Self

from prefect import get_run_logger
from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block

from tasks.api.settings import load_notification_block
from tasks.errors import CampaignFault
from tasks.records.cell import Cell
from tasks.records.fault import shortened, visible
from tasks.records.outcome import Outcome
from tasks.records.result import CampaignResult
from tasks.reporting.endings import next_steps, review_step
from tasks.reporting.name_cells import Place, name_of, of_copies
from tasks.reporting.reporter import reporter
from tasks.reporting.summarize import LOOKED_AT, of_result, troubled

NOTIFY_WITHIN_S: Final = 10.0
CELLS_TOLD: Final = 20
NAME_MAX_CHARS: Final = 60
WHY_MAX_CHARS: Final = 200
FAULT_MAX_CHARS: Final = 1000


@dataclass
class People:
    """Whom the block that `CAMPAIGN_NOTIFY` names reaches; its failures are told, and harm nobody."""

    name: str | None
    block: NotificationBlock | None = None
    have_heard: bool = False

    @classmethod
    async def load(cls, load: Callable[[str], Awaitable[object]] = Block.aload) -> Self:
        """The people of the environment's block; nobody where none is named, or it is not there."""
        people = cls(load_notification_block())
        if people.name is not None:
            with told_why(f"CAMPAIGN_NOTIFY={people.name} cannot be used, and nobody will be notified"):
                async with asyncio.timeout(NOTIFY_WITHIN_S):
                    block = await load(people.name)
                if not isinstance(block, NotificationBlock):
                    raise TypeError
                people.block = block
        return people

    async def hear(self, subject: str, body: str) -> None:
        """Tell them, once."""
        if self.block is None or self.have_heard:
            return
        self.have_heard = True
        with told_why(f"People could not be notified through {self.name}"), self.block.raise_on_failure():
            async with asyncio.timeout(NOTIFY_WITHIN_S):
                sending = self.block.notify(visible(body), visible(subject))
                if inspect.isawaitable(sending):
                    await sending


@contextmanager
def told_why(what_failed: str) -> Iterator[None]:
    """Whatever is raised inside ends there, told by its kind alone: a block's address is a secret."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  each kind of block has its own
        get_run_logger().warning("%s: %s", what_failed, type(error).__name__)
        reporter().warn(f"{what_failed}: {type(error).__name__}")


@asynccontextmanager
async def people_told(title: str, load: Callable[[str], Awaitable[object]] = Block.aload) -> AsyncIterator[People]:
    """Who hears of the run inside. Where it ends without having told them of a result, they hear why."""
    people = await People.load(load)
    try:
        yield people
    except Exception as error:
        why = str(error) if isinstance(error, CampaignFault) else f"A fault of this program: {type(error).__name__}"
        await people.hear(f"{shortened(title, NAME_MAX_CHARS)}: failed", shortened(why, FAULT_MAX_CHARS))
        raise


def subject(result: CampaignResult) -> str:
    """Such as `Q1 Launch, not all done: 5 done, 1 blocked`."""
    waits = "waits for review" if result.is_awaited else ""
    verdict = "".join(f", {told}" for told in (result.verdict, waits) if told)
    return f"{shortened(result.name, NAME_MAX_CHARS)}{verdict}: {result.sentence()}"


def news(result: CampaignResult, cells: Sequence[Cell], outcomes: Mapping[str, Outcome]) -> str:
    """Counts, cost, where the page is, and the cells that somebody must look at; prompts are on the page."""
    summary = of_result(result, cells, outcomes)
    lines = [summary.said, *(f"{label}: {text}" for label, text in summary.notes)]
    refused, others = troubled(cells, outcomes, {"blocked"}), troubled(cells, outcomes, LOOKED_AT - {"blocked"})
    copied = of_copies(cells)
    lines += section("A reviewer must look at these; their prompts were refused:", refused, copied)
    lines += section("These have no image:", others, copied)
    lines += [f"{status}: {step}" for status, step in (*next_steps(result), *review_step(result))]
    where = "Review it here" if result.is_awaited else "Page"
    lines += [f"{where}: {summary.public_url or summary.folder}/index.html"] if summary.folder is not None else []
    return "\n".join(lines)


def section(title: str, troubles: Sequence[tuple[Cell, Outcome]], copied: Collection[Place]) -> list[str]:
    """The first of these cells under their title; nothing where there are none."""
    lines = [
        f"- {name_of(cell, copied)} ({cell.cell_id}): {outcome.status}: {shortened(outcome.error or '', WHY_MAX_CHARS)}"
        for cell, outcome in troubles[:CELLS_TOLD]
    ]
    more = [f"- and {len(troubles) - CELLS_TOLD:,} more"] if len(troubles) > CELLS_TOLD else []
    return [title, *lines, *more] if troubles else []
