"""Which API a campaign asks: the one that the environment names, or a stand-in of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from flows.campaign_run.trial_settings import trial_settings
from flows.prefect_server.stored_key import load_run_settings
from tasks.api.settings import Settings
from tasks.callbacks.callback_settings import load_callback_settings
from tasks.records.campaign import Campaign
from tasks.records.plan import Plan
from tasks.running.quote_plan import asks, quoted, with_nothing_asked
from tasks.storage.storage import CampaignStore


@asynccontextmanager
async def api_settings(campaign: Campaign, store: CampaignStore | None = None) -> AsyncIterator[Settings]:
    """The settings of the environment and the stored key, or of a stand-in that has its books in `store`, if any."""
    if not campaign.sandbox:
        settings = await load_run_settings()
        if settings.webhook_url is not None:
            load_callback_settings()  # raises where the secret that the receiver is asked with is malformed
        yield settings
        return
    async with trial_settings(campaign.max_in_flight, None if store is None else store.address) as settings:
        yield settings


def quoted_by_itself(plan: Plan) -> Plan:
    """The plan of a dry run at the quoted prices, where they are asked for. Raises as `quoted`, and InputInvalid."""

    async def ask() -> Plan:
        async with api_settings(plan.campaign) as settings:
            return await quoted(plan, settings)

    return asyncio.run(ask()) if asks(plan) else with_nothing_asked(plan)
