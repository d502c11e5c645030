"""Waits for work, or for a sign that it need not be waited for any longer."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def first_of(
    work: "asyncio.Future[Any]", *signs: Coroutine[Any, Any, Any], timeout_s: float | None = None
) -> "list[asyncio.Task[Any]]":
    """Return when `work` is done, or one of the `signs`: those that are. Neither is awaited, so none of it raises.

    The work goes on; a sign that has not come is cancelled.
    """
    waiting = [asyncio.ensure_future(sign) for sign in signs]
    try:
        await asyncio.wait({work, *waiting}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        return [sign for sign in waiting if sign.done()]
    finally:
        for sign in waiting:
            sign.cancel()
