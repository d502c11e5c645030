"""The stand-in of a trial: it runs as long as the context."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Final

from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tasks.api.settings import SANDBOX_KEY, Settings

SANDBOX_LATENCY_SCALE: Final = 0.2
"""The built-in stand-in answers five times as fast as the API, so that a try takes seconds."""
TRIAL_LIFE_S: Final = 10 * 365 * 86_400.0
"""A trial that was left can be gone on with for as long as its folder is there."""


@asynccontextmanager
async def trial_settings(places: int, books: str | None = None) -> AsyncIterator[Settings]:
    """The settings of a stand-in of its own, with so many places in flight. It forgets all at its end without books."""
    options = SandboxOptions(
        places=places,
        latency_scale=SANDBOX_LATENCY_SCALE,
        link_life_s=TRIAL_LIFE_S,
        books=books,
    )
    with ExitStack() as stack:
        url = await asyncio.to_thread(stack.enter_context, running_sandbox(options))
        yield Settings.for_api(url, SANDBOX_KEY)
