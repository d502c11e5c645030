"""Whether the receiver of the API's webhooks tells a run what is done."""

import httpx

from flows.commands.finding import Findings
from tasks.api.settings import Settings
from tasks.callbacks.callback_settings import load_callback_settings
from tasks.webhooks.ask_receiver import NotTold, Receiver


async def check_webhooks(findings: Findings, settings: Settings, http: httpx.AsyncClient) -> None:
    """It is asked as a run asks it. A run goes on without it, but whoever has named one wants it to answer."""
    if settings.webhook_url is None:
        return
    with findings.of("webhooks"):
        receiver = Receiver(http, settings.webhook_url, load_callback_settings().secrets)
        try:
            await receiver.news(None)
        except NotTold as why:
            findings.add("wrong", "webhooks", receiver.note(why))
        else:
            findings.add("right", "webhooks", f"{receiver.host} tells which images are done")
