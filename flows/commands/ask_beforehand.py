"""What a command asks the API before there is a run, or where there will be none: what images cost."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from flows.campaign_run.trial_settings import trial_settings
from flows.prefect_server.named_server import import_prefect, reach
from flows.prefect_server.prefect_home import has_settings_of_its_own
from flows.prefect_server.quiet import quieten
from tasks.api.proxies import check_way_out
from tasks.api.settings import Settings, is_key_set, load_settings
from tasks.records.campaign import Campaign
from tasks.records.plan import Plan
from tasks.running.quote_plan import asks, quoted, with_nothing_asked


def quoted_plan(plan: Plan) -> Plan:
    """The plan of a dry run at the quoted prices, where they are asked for. Raises as `quoted`, and InputInvalid."""

    async def ask() -> Plan:
        async with command_settings(plan.campaign) as settings:
            return await quoted(plan, settings)

    return asyncio.run(ask()) if asks(plan) else with_nothing_asked(plan)


@asynccontextmanager
async def command_settings(campaign: Campaign) -> AsyncIterator[Settings]:
    """The API's settings for as long as the context: those of the environment, or of a stand-in in a trial.

    Prefect's server is asked for a key only where one is named, and the environment has none. Raises InputInvalid where
    there is no key, and ServerNotStarted.
    """
    if campaign.sandbox:
        check_way_out()
        async with trial_settings(campaign.max_in_flight) as settings:
            yield settings
    else:
        yield await key_settings()


async def key_settings() -> Settings:
    """The settings of the environment. Its key, where it has none, is asked of the Prefect server that is named."""
    check_way_out()
    if is_key_set() or (url := named_server()) is None:
        return load_settings()
    return await settings_of_server(url)


def named_server() -> str | None:
    """The address of the Prefect server that the user's settings name, if any. Raises SettingsUnusable."""
    if not has_settings_of_its_own(os.environ, Path.cwd()):
        return None
    import_prefect()
    from prefect.settings import PREFECT_API_URL  # noqa: PLC0415  takes seconds

    return PREFECT_API_URL.value() or None


async def settings_of_server(url: str) -> Settings:
    """The settings of the environment with the key that a server has. Raises InputInvalid, and ServerNotStarted."""
    from flows.prefect_server.stored_key import load_run_settings  # noqa: PLC0415  as above

    quieten()
    await asyncio.to_thread(reach, url)
    return await load_run_settings()
