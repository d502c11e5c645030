"""Which API a campaign asks: the one that the environment names, or a stand-in of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Final

from flows.prefect_server.stored_key import load_run_settings
from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tasks.api.settings import SANDBOX_KEY, Settings
from tasks.records.campaign import Campaign
from tasks.storage.storage import CampaignStore

SANDBOX_LATENCY_SCALE: Final = 0.2
"""The built-in stand-in answers five times as fast as the API, so that a try takes seconds."""
TRIAL_LIFE_S: Final = 10 * 365 * 86_400.0
"""A trial that was left can be gone on with for as long as its folder is there."""


@asynccontextmanager
async def api_settings(campaign: Campaign, store: CampaignStore) -> AsyncIterator[Settings]:
    """The settings of the environment and the stored key, or of a stand-in that runs as long as the context."""
    if not campaign.sandbox:
        yield await load_run_settings()
        return
    options = SandboxOptions(
        places=campaign.max_in_flight,
        latency_scale=SANDBOX_LATENCY_SCALE,
        link_life_s=TRIAL_LIFE_S,
        books=store.address,
    )
    with ExitStack() as stack:
        url = await asyncio.to_thread(stack.enter_context, running_sandbox(options))
        yield Settings.for_api(url, SANDBOX_KEY)
