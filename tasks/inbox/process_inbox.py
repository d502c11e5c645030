"""Works through an inbox: every matrix is claimed, run once and filed away. One that is bad stops no other."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Final, NamedTuple

from tasks.errors import BudgetReached, CampaignStopped, InputInvalid, StorageFailed
from tasks.inbox.inbox import Inbox
from tasks.inbox.names import Claim, Filed, InboxResult, Shelf
from tasks.ledger.heartbeats import BEAT_EVERY_S, DEAD_AFTER_S
from tasks.records.result import CampaignResult

LOOK_EVERY_S: Final = 2.0
UNSETTLED: Final = "changed within the last minute"
HELD: Final = "another run is at it"
CHANGED: Final = "changed while it was run"

logger = logging.getLogger(__name__)

Make = Callable[[str, str | None], Awaitable[CampaignResult]]
"""Runs the campaign of the matrix and the formats table at these URLs. Raises as the campaign does."""


class Verdict(NamedTuple):
    """Where a matrix goes, and why."""

    shelf: Shelf
    came_to: str


async def work_inbox(inbox: Inbox, make: Make) -> InboxResult:
    """Run every matrix that waits, each under a claim.

    A fault that every campaign would meet (key, credits, storage) ends it, and leaves the matrix where it is; whatever
    else goes wrong files the matrix under `failed`.
    """
    result = InboxResult(inbox=inbox.store.root)
    formats = await asyncio.to_thread(inbox.formats)
    waiting = await asyncio.to_thread(inbox.waiting)
    if formats is not None and not await asyncio.to_thread(inbox.is_settled, formats):
        return with_left(result, *(f"{name}: {formats} was {UNSETTLED}" for name in waiting))
    formats_url = None if formats is None else inbox.url_of(formats)
    for name in waiting:
        claim = await claimed(inbox, name)
        if isinstance(claim, str):
            result = with_left(result, f"{name}: {claim}")
            continue
        try:
            one = await work_one(inbox, claim, make, formats_url)
        except CampaignStopped as fault:
            with suppress(StorageFailed):
                await asyncio.to_thread(inbox.release, claim)
            return result.model_copy(update={"stopped_because": str(fault)})
        if one is None:
            result = with_left(result, f"{name}: {CHANGED}")
        else:
            result = result.model_copy(update={"filed": (*result.filed, one)})
    return result


def with_left(result: InboxResult, *left: str) -> InboxResult:
    """The result with more that was left."""
    return result.model_copy(update={"left": (*result.left, *left)})


async def claimed(inbox: Inbox, name: str) -> Claim | str:
    """The claim of a matrix, or why it is left for the next time."""
    if not await asyncio.to_thread(inbox.is_settled, name):
        return UNSETTLED
    until = time.monotonic() + DEAD_AFTER_S + LOOK_EVERY_S
    while (claim := await asyncio.to_thread(inbox.claim, name)) is None:
        if time.monotonic() > until or not await asyncio.to_thread(inbox.is_held_elsewhere, name):
            return HELD
        await asyncio.sleep(LOOK_EVERY_S)
    return claim


async def work_one(inbox: Inbox, claim: Claim, make: Make, formats_url: str | None) -> Filed | None:
    """Run one matrix and file it away; None where it was changed meanwhile, so that it has to be run again.

    Raises the CampaignStopped that every other matrix would meet as well.
    """
    changed_at = await asyncio.to_thread(inbox.changed_at, claim.name)
    async with shown_alive(inbox, claim):
        verdict = await verdict_on(make(inbox.url_of(claim.name), formats_url))
    if await asyncio.to_thread(inbox.changed_at, claim.name) != changed_at:
        await asyncio.to_thread(inbox.release, claim)
        return None
    reason = verdict.came_to if verdict.shelf == "failed" else ""
    key = await asyncio.to_thread(inbox.file_away, claim, verdict.shelf, reason)
    return Filed(name=claim.name, shelf=verdict.shelf, key=key, came_to=verdict.came_to)


async def verdict_on(made: Awaitable[CampaignResult]) -> Verdict:
    """What became of a campaign. Cells that are not done are in its manifest: running it again would not mend them."""
    try:
        result = await made
    except InputInvalid as invalid:
        more = f"\n... and {invalid.more:,} more" if invalid.more else ""
        return Verdict("failed", f"{invalid}{more}")
    except BudgetReached as fault:
        return Verdict("failed", str(fault))
    except CampaignStopped:
        raise
    except Exception as error:
        logger.exception("A fault of this program ended a campaign")
        return Verdict("failed", f"A fault of this program: {type(error).__name__}: {error}")
    return Verdict("done", f"{result.sentence()}, in {result.folder}")


@asynccontextmanager
async def shown_alive(inbox: Inbox, claim: Claim) -> AsyncIterator[None]:
    """Show others that this run is at the matrix, as long as the context lasts."""
    beating = asyncio.create_task(keep_beating(inbox, claim))
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def keep_beating(inbox: Inbox, claim: Claim) -> None:
    """Show beat after beat until cancelled."""
    for beat in count(1):
        await asyncio.sleep(BEAT_EVERY_S)
        with suppress(StorageFailed):  # the next beat may get through; others wait several
            await asyncio.to_thread(inbox.show_beat, claim, beat)
