"""What a plan says of settings that are not the campaign's own: who is called back and how, and what signs variants."""

from collections.abc import Set as AbstractSet

from tasks.callbacks.callback_settings import UNSIGNED_NOTE, load_callback_settings
from tasks.callbacks.undialled import undialled_notes
from tasks.planning.called_hosts import hosts_of, was_allowed
from tasks.records.campaign import Campaign
from tasks.records.event import EVENT_NAMES, OF_REVIEWS
from tasks.signing.variant_signer import open_signer


def callback_notes(campaign: Campaign, called: AbstractSet[str]) -> list[str]:
    """Which callbacks are not signed, or not sent; `called`: the hosts that rows name.

    Raises InputInvalid where their settings are malformed.
    """
    hosts = called | hosts_of(campaign.callback_url or "")
    if not hosts:
        return []
    settings = load_callback_settings()
    allow_private = settings.allow_private or campaign.sandbox or was_allowed(campaign)
    unsigned = [UNSIGNED_NOTE] if settings.secrets is None else []
    return [*unsigned, *unheld_notes(campaign), *undialled_notes(hosts, allow_private=allow_private)]


def unheld_notes(campaign: Campaign) -> list[str]:
    """Which of the events that somebody has named nobody will be told of, since the campaign is not held."""
    named = set(campaign.callback_events) if campaign.callback_events != EVENT_NAMES else set()
    untold = [] if campaign.hold else sorted(named & OF_REVIEWS)
    tell = "is told only of a campaign that is" if len(untold) == 1 else "are told only of campaigns that are"
    return [f"{' and '.join(untold)} {tell} held for review; --hold has it held"] if untold else []


def signing_notes() -> list[str]:
    """What variants are signed with, once that was tried. Raises InputInvalid where it does not sign."""
    signer = open_signer()
    return signer.notes() if signer is not None else []
