"""Tells those who are called back what was decided on a campaign that is held, and sends it as far as that is quick."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from tasks.callbacks.callback_settings import CallbackSettings, load_callback_settings
from tasks.callbacks.deliver_outbox import last_try
from tasks.callbacks.outbox import Outbox
from tasks.callbacks.queue_events import Announcer
from tasks.callbacks.queue_reviews import Reviewed, queue_reviews
from tasks.ledger.hold import NOT_HELD, Hold, read_hold
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.ledger.reviews import Reviews
from tasks.publishing.recut_campaign import outcomes_of, stored_keys
from tasks.records.verdicts import Verdicts
from tasks.reviewing.review import Told
from tasks.storage.public_address import public_base
from tasks.storage.storage import CampaignStore

LAST_TRY_S: Final = 10.0
"""So long a receiver may take; what it has not taken by then is delivered later."""


class Teller(NamedTuple):
    """How decisions on a campaign are told."""

    hold: Hold = NOT_HELD
    settings: CallbackSettings = CallbackSettings()
    within_s: float = LAST_TRY_S

    @classmethod
    def of(cls, store: CampaignStore) -> "Teller":
        """As its last run and this environment say. Raises InputInvalid where that is malformed, and StorageFailed."""
        hold = read_hold(store)
        if not hold.is_held:
            return cls()
        public_base()  # raises where it is malformed
        return cls(hold, load_callback_settings())


def told_of(
    teller: Teller, ledger: Ledger, published: Published, reviews: Reviews
) -> dict[str, Verdicts | Told | None]:
    """Queue what is decided and was not told, and send it; what a review says of that. Raises StorageFailed.

    Nothing of a campaign that is not held. What is killed before it has told is told by whoever comes next.
    """
    store, hold = ledger.store, teller.hold
    if not hold.is_held:
        return {}
    known = ledger.load(published.cells)
    outcomes = outcomes_of(published, known, stored_keys(store, "originals"))
    approval = Verdicts.of(published.cells, outcomes)
    if not (hold.callback_urls or any(cell.endpoints for cell in published.cells)):
        return {"approval": approval, "callbacks": None}
    outbox = Outbox(store)
    announcer = Announcer.of(published.title, hold, outbox)
    reviewed = Reviewed(published.cells, outcomes, reviews)
    queued = queue_reviews(announcer, reviewed, hold.callback_urls)
    _, hindrance = outbox.agreed(teller.settings)
    with ThreadPoolExecutor(1, "callbacks") as thread:  # a script that calls this may be in a loop of its own
        states = thread.submit(asyncio.run, last_try(store, teller.settings, teller.within_s)).result()
    waiting = states["waiting"] + states["claimed"]
    return {
        "approval": approval,
        "callbacks": Told(queued=len(queued), waiting=waiting, dead=states["dead"], hindrance=hindrance),
    }
