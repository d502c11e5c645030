"""The last that the command does: it gives the callbacks of a campaign a moment, and says what waits."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flows.commands.screen import Screen
from tasks.callbacks.callback_settings import load_callback_settings
from tasks.callbacks.deliver_outbox import last_try
from tasks.callbacks.names import State
from tasks.errors import CampaignFault, CampaignStopped
from tasks.records.campaign import Campaign
from tasks.records.fault import without_secrets
from tasks.records.money import counted
from tasks.records.plan import Plan
from tasks.storage.storage import CampaignStore

LAST_TRY_S: Final = 1.5


@contextmanager
def callbacks_told(plan: Plan) -> Iterator[None]:
    """When the run inside is over, also where the campaign was stopped, deliver the news of that and say how it went.

    The run has queued the campaign's own end when it was over, too late to deliver it itself.
    """
    if not plan.has_callbacks:
        yield
        return
    try:
        yield
    except CampaignStopped:
        tell(plan.campaign)
        raise
    tell(plan.campaign)


def tell(campaign: Campaign) -> None:
    """Try what was never attempted, and say where all callbacks of the campaign stand."""
    console = Screen()
    try:
        store = CampaignStore.open(campaign.output, campaign.slug)
        counts = asyncio.run(last_try(store, load_callback_settings(), LAST_TRY_S))
    except CampaignFault as fault:
        console.print(f"Callbacks wait: {fault}", markup=False, soft_wrap=True)
        return
    if counts:
        console.print(sentence(counts, without_secrets(campaign.output)), markup=False, soft_wrap=True)


def sentence(counts: Counter[State], output: str) -> str:
    """Such as `5 callbacks delivered, 2 wait; deliver them with: ...`."""
    waiting, dead = counts["waiting"] + counts["claimed"], counts["dead"]
    parts = [f"{counted(counts['delivered'], 'callback')} delivered"]
    parts += [f"{waiting:,} wait{'s' if waiting == 1 else ''}"] if waiting else []
    parts += [f"{dead:,} dead"] if dead else []
    advice = f"; see and deliver them with: python flows/deliver_callbacks.py {output}" if waiting or dead else ""
    return f"{', '.join(parts)}{advice}"
