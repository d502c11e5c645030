"""Tells people how a campaign ended, and which prompts a reviewer must look at, where a notification block is named."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import islice
from typing import Final

from prefect import get_run_logger
from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block

from tasks.models.cell import Cell
from tasks.models.fault import shortened
from tasks.models.money import usd
from tasks.models.outcome import Outcome, Status
from tasks.models.result import CampaignResult
from tasks.settings import load_notification_block

NOTIFY_WITHIN_S: Final = 10.0
CELLS_TOLD: Final = 20
NAME_MAX_CHARS: Final = 60
WHY_MAX_CHARS: Final = 200


async def notify_people(
    result: CampaignResult,
    cells: Sequence[Cell],
    outcomes: Mapping[str, Outcome],
    load: Callable[[str], Awaitable[object]] = Block.aload,
) -> None:
    """Send the news through the block that `CAMPAIGN_NOTIFY` names, if it names one. Its failures harm nobody."""
    name = load_notification_block()
    if name is None:
        return
    try:
        async with asyncio.timeout(NOTIFY_WITHIN_S):
            block = await load(name)
            if not isinstance(block, NotificationBlock):
                get_run_logger().warning("CAMPAIGN_NOTIFY names %s, which is no notification block", name)
                return
            with block.raise_on_failure():
                sending = block.notify(news(result, cells, outcomes), subject(result))
                if inspect.isawaitable(sending):
                    await sending
    except Exception as error:  # noqa: BLE001  each kind of block has its own; none may say more, an address is a secret
        get_run_logger().warning("People could not be notified through %s: %s", name, type(error).__name__)


def subject(result: CampaignResult) -> str:
    """Such as `Q1 Launch: 5 done, 1 blocked`."""
    stopped = ", stopped early" if result.stopped_because is not None else ""
    return f"{shortened(result.name, NAME_MAX_CHARS)}: {result.sentence()}{stopped}"


def news(result: CampaignResult, cells: Sequence[Cell], outcomes: Mapping[str, Outcome]) -> str:
    """Counts, cost, where the page is, and the cells that somebody must look at; prompts are on the page."""
    charged = " (sandbox: nothing was charged)" if result.is_sandbox else ""
    lines = [f"{result.sentence()} of {result.cells:,} images. {usd(result.cost_usd)}{charged}"]
    if result.stopped_because is not None:
        lines.append(f"Stopped early: {result.stopped_because}")
    lines += section("A reviewer must look at these; their prompts were refused:", cells, outcomes, {"blocked"})
    lines += section("These have no image:", cells, outcomes, {"failed", "unknown"})
    return "\n".join([*lines, f"Page: {result.folder}/index.html"])


def section(title: str, cells: Sequence[Cell], outcomes: Mapping[str, Outcome], statuses: set[Status]) -> list[str]:
    """The first cells that ended so, under their title; nothing where there are none."""
    ended = ((cell, outcomes.get(cell.cell_id)) for cell in cells)
    troubled = [(cell, outcome) for cell, outcome in ended if outcome is not None and outcome.status in statuses]
    lines = [
        f"- row {cell.row}, {cell.cell_id}: {outcome.status}: {shortened(outcome.error or '', WHY_MAX_CHARS)}"
        for cell, outcome in islice(troubled, CELLS_TOLD)
    ]
    more = [f"- and {len(troubled) - CELLS_TOLD:,} more"] if len(troubled) > CELLS_TOLD else []
    return [title, *lines, *more] if troubled else []
