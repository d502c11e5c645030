"""What serves one outbox, beside what the command of it shows."""

import asyncio

import pytest

from tasks.callback_settings import CallbackSettings
from tasks.clients.outbox import Outbox
from tasks.clients.storage import CampaignStore
from tasks.deliver_outbox import last_try
from tasks.models.retry import Verdict
from tests.factories import STARTED_AT
from tests.tasks.receivers import DOWN, OK, an_event, listening

TRY = CallbackSettings(allow_private=True)


@pytest.fixture
def store(tmp_path) -> CampaignStore:
    """An empty campaign."""
    return CampaignStore.open(str(tmp_path), "tea")


@pytest.mark.parametrize(("known", "is_tried"), [((), True), ((DOWN,), False), ((DOWN, OK), True), ((OK,), True)])
def test_the_last_try_is_for_whoever_was_heard_or_never_asked(store, known, is_tried):
    """A receiver of which every attempt has failed keeps nobody waiting at the end of a campaign."""
    outbox = Outbox(store)
    with listening() as receiver:
        for number, attempt in enumerate(known):
            event = an_event(number, receiver.url)
            outbox.queue(event)
            outbox.claim(event.delivery, 1, STARTED_AT)
            follows = Verdict("delivered") if attempt == OK else Verdict("waiting", STARTED_AT)
            outbox.note(event.delivery, 1, attempt, follows, STARTED_AT)
        outbox.queue(an_event(99, receiver.url))
        counts = asyncio.run(last_try(store, TRY, 5))
        assert list(receiver.ids) == ["evt_99"] * is_tried
    assert counts["waiting"] == (DOWN in known) + (not is_tried)
