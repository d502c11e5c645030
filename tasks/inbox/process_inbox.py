"""Works through an inbox: every matrix is run once and filed away. One that is bad stops no other.

Two runs of one inbox may take one matrix: it is one campaign, whose cells they share, and the first to end files it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from tasks.errors import BudgetReached, CampaignStopped, InputInvalid
from tasks.inbox.inbox import Inbox, is_settled
from tasks.inbox.names import Filed, InboxResult, Shelf
from tasks.records.exit_code import ExitCode
from tasks.records.result import CampaignResult

UNSETTLED: Final = "changed within the last minute"
CHANGED: Final = "changed while it was run"

logger = logging.getLogger(__name__)

Make = Callable[[str, str | None], Awaitable[CampaignResult]]
"""Runs the campaign of the matrix and the formats table at these URLs. Raises as the campaign does."""


class Filing(NamedTuple):
    """Where a matrix goes, and why."""

    shelf: Shelf
    came_to: str
    is_whole: bool = True


async def work_inbox(inbox: Inbox, make: Make) -> InboxResult:
    """Run every matrix that waits.

    A fault that every campaign would meet (key, credits, storage) ends it, and leaves the matrix where it is; whatever
    else goes wrong files the matrix under `failed`.
    """
    result = InboxResult(inbox=inbox.store.root)
    formats = await asyncio.to_thread(inbox.formats)
    waiting = await asyncio.to_thread(inbox.waiting)
    if formats is not None:
        changed_at = await asyncio.to_thread(inbox.changed_at, formats)
        if changed_at is None or not is_settled(changed_at):
            return result.model_copy(update={"left": tuple(f"{name}: {formats} was {UNSETTLED}" for name in waiting)})
    formats_url = None if formats is None else inbox.url_of(formats)
    for name in waiting:
        try:
            result = result.after(name, await work_one(inbox, name, make, formats_url))
        except CampaignStopped as fault:
            return result.model_copy(update={"stopped_because": str(fault)})
    return result


async def work_one(inbox: Inbox, name: str, make: Make, formats_url: str | None) -> Filed | str | None:
    """Run one matrix and file it away.

    Returns why it is left for the next time where it is, and None where another run has filed it. Raises the
    CampaignStopped that every other matrix would meet as well.
    """
    changed_at = await asyncio.to_thread(inbox.changed_at, name)
    if changed_at is None:
        return None
    if not is_settled(changed_at):
        return UNSETTLED
    verdict = await filing_of(make(inbox.url_of(name), formats_url))
    if await asyncio.to_thread(inbox.changed_at, name) not in {changed_at, None}:
        return CHANGED
    reason = verdict.came_to if verdict.shelf == "failed" else ""
    key = await asyncio.to_thread(inbox.file_away, name, verdict.shelf, reason)
    return None if key is None else Filed(name=name, key=key, **verdict._asdict())


async def filing_of(made: Awaitable[CampaignResult]) -> Filing:
    """What became of a campaign. Cells that are not done are in its manifest: running it again would not mend them."""
    try:
        result = await made
    except InputInvalid as invalid:
        more = f"\n... and {invalid.more:,} more" if invalid.more else ""
        return Filing("failed", f"{invalid}{more}")
    except BudgetReached as fault:
        return Filing("failed", str(fault))
    except CampaignStopped:
        raise
    except Exception as error:
        logger.exception("A fault of this program ended a campaign")
        return Filing("failed", f"A fault of this program: {type(error).__name__}: {error}")
    where = result.public_url or result.folder
    return Filing("done", f"{result.sentence()}, in {where}", is_whole=result.exit_code == ExitCode.DONE)
