"""The outbox on a disk, in a bucket and in memory: queued once, claimed once, read off a few listings."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from tasks.callbacks.names import DeliveryStanding
from tasks.callbacks.outbox import Outbox
from tasks.callbacks.retry import Verdict
from tasks.records.keys import EVENTS
from tasks.storage.storage import CampaignStore
from tests.factories import STARTED_AT as NOW
from tests.tasks.receivers import DOWN, OK, an_event

EVENT = an_event()


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    """An empty outbox on a disk."""
    return Outbox(CampaignStore.open(str(tmp_path), "tea"))


def test_an_event_is_queued_once(outbox: Outbox):
    """Whoever tries, and at whatever time."""
    later = EVENT.model_copy(update={"body": "{}"})
    assert outbox.queue(EVENT)
    assert not outbox.queue(later)
    assert outbox.queued() == {EVENT.delivery}
    assert outbox.read(EVENT.delivery) == EVENT


def test_an_attempt_is_one_deliverers(outbox: Outbox):
    """Of those who claim it at the same time, too."""
    with ThreadPoolExecutor(8) as pool:
        claimed = sorted(pool.map(lambda _: outbox.claim(EVENT.delivery, 1, NOW), range(8)))
    assert claimed == [False] * 7 + [True]
    assert outbox.claimed_at(EVENT.delivery, 1) == NOW


def test_who_the_events_are_from_stays(outbox: Outbox):
    """For everybody who asks, also at the same time."""
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: outbox.sender_id(), range(8)))) == 1


@pytest.mark.parametrize("place", ["disk", "bucket"])
def test_a_delivery_from_its_queueing_to_its_end(request, tmp_path: Path, place: str):
    """Each step can be read off the names, and its reason from its record."""
    output = str(tmp_path) if place == "disk" else request.getfixturevalue("bucket").url
    outbox = Outbox(CampaignStore.open(output, "tea"))
    delivery, due = EVENT.delivery, NOW + timedelta(seconds=5)
    outbox.queue(EVENT)
    assert outbox.load() == [DeliveryStanding(delivery, "waiting")]
    assert [outbox.claim(delivery, 1, NOW) for _ in range(2)] == [True, False]
    assert outbox.load() == [DeliveryStanding(delivery, "claimed", 1)]
    outbox.note(delivery, 1, DOWN, Verdict("waiting", due, "is down"), NOW)
    assert outbox.load() == [
        DeliveryStanding(delivery, "waiting", 1, due.replace(microsecond=0) + timedelta(seconds=1))
    ]
    outbox.claim(delivery, 2, NOW)
    outbox.note(delivery, 2, OK, Verdict("delivered", why="200"), NOW)
    assert outbox.load() == [DeliveryStanding(delivery, "delivered", 2, ended_by=2)]
    assert outbox.is_over(delivery, 2)
    assert not outbox.is_over(delivery, 1)
    ended = outbox.read_end(delivery, 2, "delivered")
    assert ended is not None
    assert (ended.attempt, ended.at) == (OK, NOW)


def test_an_endpoint_is_closed_and_opened_again(outbox: Outbox):
    """By its name, not its address."""
    outbox.close("0a", DOWN, NOW)
    assert outbox.closed_endpoints() == {"0a"}
    outbox.reopen("0a")
    outbox.reopen("0a")
    assert outbox.closed_endpoints() == set()


def test_a_damaged_record_is_none(outbox: Outbox):
    """Not a crash: somebody may have edited it."""
    outbox.store.write(EVENT.delivery.key(EVENTS), b"{")
    assert outbox.read(EVENT.delivery) is None
    assert outbox.load() == [DeliveryStanding(EVENT.delivery, "waiting")]


def test_a_large_outbox_is_read_off_listings(tmp_path: Path):
    """Two of them where everything is over, four where something waits, and no record is opened."""

    class Counting(CampaignStore):
        listed: list[str] = []  # noqa: RUF012  one store in this test

        def names(self, folder: str) -> list[str]:
            self.listed.append(folder)
            return super().names(folder)

        def read(self, key: str) -> bytes:
            raise AssertionError(key)

    outbox = Outbox(Counting.open(str(tmp_path), "tea"))
    for number in range(50):
        event = an_event(number)
        outbox.queue(event)
        outbox.note(event.delivery, 1, OK, Verdict("delivered"), NOW)
    assert {standing.state for standing in outbox.load()} == {"delivered"}
    assert len(Counting.listed) == 2
    outbox.queue(an_event(50))
    assert sum(standing.state == "waiting" for standing in outbox.load()) == 1
    assert len(Counting.listed) == 6
