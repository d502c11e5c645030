"""What serves one outbox, beside what the command of it shows."""

import asyncio
from collections import Counter

import pytest

from tasks.callbacks.callback_settings import CallbackSettings
from tasks.callbacks.deliver_outbox import last_try, serve_outbox
from tasks.callbacks.delivery_report import Wish
from tasks.callbacks.outbox import Outbox
from tasks.callbacks.retry import Verdict
from tasks.callbacks.signature import Secrets
from tasks.storage.storage import CampaignStore
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


SECRETS = Secrets.parse("whsec_" + "c2VjcmV0" * 4)


@pytest.mark.parametrize("is_asked_for", [False, True])
def test_what_a_campaign_signs_is_never_sent_unsigned(store, is_asked_for):
    """From cron, where the secret was forgotten, it waits and the reason is told; with the secret it goes."""
    outbox = Outbox(store)
    outbox.agree(CallbackSettings(secrets=SECRETS, allow_private=True).terms())
    wish = Wish(replay=("evt_1",)) if is_asked_for else Wish()
    with listening() as receiver:
        outbox.queue(an_event(1, receiver.url))
        held = asyncio.run(serve_outbox(store, "tea", wish, TRY))
        assert (held.sent, held.counts, held.is_clear) == ({}, {"waiting": 1}, False)
        assert "CALLBACK_SECRET is not set here" in held.sentence()
        assert asyncio.run(last_try(store, TRY, 5)) == {"waiting": 1}
        assert receiver.heard == []
        sent = asyncio.run(serve_outbox(store, "tea", wish, CallbackSettings(secrets=SECRETS)))
        assert (sent.sent, sent.hindrance) == ({"delivered": 1}, "")
        assert "webhook-signature" in receiver.heard[0][0]


@pytest.mark.parametrize("wish", [Wish(replay=("all",)), Wish(replay=("evt_2",)), Wish(list_only=True)])
def test_why_nothing_can_be_sent_is_told_whatever_is_asked_for(store, wish):
    """Also where it would send nothing: what waits is why the command does not end with 0."""
    outbox = Outbox(store)
    outbox.agree(CallbackSettings(secrets=SECRETS, allow_private=True).terms())
    with listening() as receiver:
        outbox.queue(an_event(1, receiver.url))
        assert "CALLBACK_SECRET is not set here" in asyncio.run(serve_outbox(store, "tea", wish, TRY)).sentence()
        told = asyncio.run(serve_outbox(store, "tea", wish, CallbackSettings(secrets=SECRETS)))
        assert (told.sent, told.counts, told.hindrance, receiver.heard) == ({}, {"waiting": 1}, "", [])


@pytest.mark.parametrize("is_allowed", [False, True])
def test_the_leave_to_send_to_private_addresses_travels_with_the_outbox(store, is_allowed):
    """A run of cron without it would turn everything that waits into dead letters."""
    outbox = Outbox(store)
    outbox.agree(CallbackSettings(allow_private=is_allowed).terms())
    with listening() as receiver:
        outbox.queue(an_event(1, receiver.url))
        report = asyncio.run(serve_outbox(store, "tea", Wish(), CallbackSettings()))
    assert report.sent == {"delivered" if is_allowed else "dead": 1}
