"""What serves one outbox, beside what the command of it shows."""

import asyncio
from collections import Counter

import pytest

from tasks.callback_settings import CallbackSettings
from tasks.clients.outbox import Outbox
from tasks.clients.storage import CampaignStore
from tasks.deliver_outbox import last_try, serve_outbox
from tasks.models.delivery_report import Wish
from tasks.models.retry import Verdict
from tests.factories import STARTED_AT
from tests.tasks.receivers import DOWN, OK, an_event, listening

TRY = CallbackSettings(allow_private=True)


@pytest.fixture
def store(tmp_path) -> CampaignStore:
    """An empty campaign."""
    return CampaignStore.open(str(tmp_path), "tea")


def test_each_event_that_a_person_names_is_sent_once_more(store):
    """Also where they wait, and their endpoint fails them all; they keep the attempts that are left."""
    outbox, names = Outbox(store), [f"evt_{number}" for number in range(40)]
    with listening(status=500) as receiver:
        for number in range(40):
            outbox.queue(an_event(number, receiver.url))
        report = asyncio.run(serve_outbox(store, "tea", Wish(replay=tuple(names)), TRY))
        assert receiver.ids == Counter(names)
    assert (report.sent, report.counts) == ({"waiting": 40}, {"waiting": 40})


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
