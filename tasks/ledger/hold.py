"""Whether a campaign's images are held until somebody has decided on them, as its last run was told, and who hears."""

from typing import Final

from tasks.records.event import EVENT_NAMES, EventName
from tasks.records.keys import HOLD_KEY
from tasks.records.record import Record
from tasks.storage.storage import CampaignStore


class Hold(Record):
    """How the last run of a campaign was asked to have it: whoever reviews has none of its options."""

    is_held: bool = False
    callback_urls: tuple[str, ...] = ()
    """Who is told of the campaign as a whole."""
    callback_events: tuple[EventName, ...] = EVENT_NAMES
    """What is told to anybody."""


NOT_HELD: Final = Hold()


def read_hold(store: CampaignStore) -> Hold:
    """As the last run was asked; a campaign that never was is not held. Raises StorageFailed."""
    return store.read_record(HOLD_KEY, Hold) or NOT_HELD


def note_hold(store: CampaignStore, hold: Hold) -> bool:
    """Have it so from now on; whether it was held before, and is not any more. Raises StorageFailed."""
    before = read_hold(store)
    if hold != before and (hold.is_held or before.is_held):
        store.write(HOLD_KEY, hold.model_dump_json().encode())
    return before.is_held and not hold.is_held
