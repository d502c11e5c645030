"""Whether a campaign is held from this run on, for whoever reviews it later and knows none of its options."""

from typing import Final

from tasks.callbacks.queue_events import hold_of
from tasks.ledger.hold import note_hold
from tasks.records.campaign import Campaign
from tasks.storage.storage import CampaignStore

RELEASED: Final = (
    "this campaign was held for review, and is not any more: nobody is told what is decided on its images; --hold goes "
    "on with it"
)


def held_as_asked(store: CampaignStore, campaign: Campaign) -> tuple[str, ...]:
    """Note it; what the person who watches should know. Raises StorageFailed."""
    return (RELEASED,) if note_hold(store, hold_of(campaign)) else ()
