"""Who a plan says is called back, and whether an earlier run was allowed to."""

from contextlib import suppress
from urllib.parse import urlsplit

from tasks.callbacks.outbox import Outbox
from tasks.errors import InputInvalid, StorageFailed
from tasks.records.campaign import Campaign
from tasks.storage.storage import CampaignStore


def hosts_of(urls: str) -> set[str]:
    """The hosts of callback URLs with spaces between."""
    return {urlsplit(url).hostname or "" for url in urls.split()}


def was_allowed(campaign: Campaign) -> bool:
    """Whether an earlier run of the campaign was allowed to call private addresses: that holds for later ones."""
    with suppress(StorageFailed, InputInvalid):
        return "private" in Outbox(CampaignStore.open(campaign.output, campaign.slug)).terms()
    return False
