"""Deliveries with a clock that is turned by hand: nothing is sent twice on purpose, nobody waits for the dead."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from tasks.callbacks.attempt import Attempt
from tasks.callbacks.breaker import FAILURES_MAX
from tasks.callbacks.delivery_attempt import STALE_AFTER
from tasks.callbacks.delivery_queue import ENDPOINT_AT_ONCE, UNHEARD_AT_ONCE, DueDelivery
from tasks.callbacks.outbox import Outbox
from tasks.callbacks.retry import DELAYS_S, Verdict
from tasks.errors import StorageFailed
from tasks.records.keys import EVENTS
from tasks.storage.storage import CampaignStore
from tests.factories import STARTED_AT
from tests.tasks.receivers import DOWN, OK, Clock, Receivers, a_deliverer, an_event, delivered_now
from tests.waiting import LIMIT_S, seen, time_passes

URL = an_event().url
OTHER = "https://other.example.com/"


@pytest.fixture
def outbox(tmp_path) -> Outbox:
    """An empty outbox that keeps its word on creation."""
    return Outbox(CampaignStore.open(str(tmp_path), "tea"))


def queue(outbox: Outbox, count: int, url: str = URL, first: int = 0) -> None:
    """Queue so many events for an endpoint."""
    for number in range(first, first + count):
        outbox.queue(an_event(number, url))


def states(outbox: Outbox) -> Counter[str]:
    """How many deliveries stand where."""
    return Counter(standing.state for standing in outbox.load())


async def ended_after(outbox: Outbox, receivers: Receivers, is_so: Callable[[], bool]) -> None:
    """Deliver what is due; the time for it is over as soon as something is so."""
    async with a_deliverer(outbox, receivers) as deliverer:
        await deliverer.take_up()
        finishing = asyncio.create_task(deliverer.finish(within_s=LIMIT_S))
        await seen(is_so)
        while not finishing.done():
            await time_passes(LIMIT_S)
        await finishing


def deliver(outbox: Outbox, receivers: Receivers, clock: Clock | None = None) -> None:
    """Make every attempt that is due."""
    asyncio.run(delivered_now(outbox, receivers, clock))


def test_a_receiver_that_is_down_for_a_day_misses_nothing(outbox: Outbox):
    """And is asked no more often than the schedule says."""
    clock, receivers = Clock(), Receivers(lambda _: DOWN)
    queue(outbox, 3)
    while clock.at < STARTED_AT + timedelta(days=1):
        deliver(outbox, receivers, clock)
        clock.turn(minutes=5)
    # 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h: 17.6 h; the next would come after 31.6 h.
    assert set(receivers.heard.values()) == {7}
    receivers.answers = lambda _: OK
    clock.turn(hours=12)
    deliver(outbox, receivers, clock)
    assert states(outbox) == {"delivered": 3}
    assert set(receivers.heard.values()) == {8}
    deliver(outbox, receivers, clock)
    assert set(receivers.heard.values()) == {8}, "nothing is left to send"


def test_after_the_tenth_attempt_there_is_a_dead_letter(outbox: Outbox):
    """It says why, and a replay sends it once more."""
    clock, receivers = Clock(), Receivers(lambda _: DOWN)
    queue(outbox, 1)
    for delay_s in DELAYS_S:
        clock.turn(seconds=1.2 * delay_s)
        deliver(outbox, receivers, clock)
    [standing] = outbox.load()
    assert (standing.state, standing.attempts) == ("dead", 10)
    ended = outbox.read_end(standing.delivery, 10, "dead")
    assert ended is not None
    assert ended.why == "Given up after 10 attempts; the last: connection refused"
    clock.turn(days=1)
    deliver(outbox, receivers, clock)
    assert receivers.heard.total() == 10


def test_two_deliverers_send_nothing_twice(outbox: Outbox):
    """They share the work."""
    queue(outbox, 60)
    receivers = Receivers()

    async def both() -> None:
        await asyncio.gather(delivered_now(outbox, receivers), delivered_now(outbox, receivers))

    asyncio.run(both())
    assert states(outbox) == {"delivered": 60}
    assert set(receivers.heard.values()) == {1}


def test_a_receiver_that_hangs_delays_no_other(outbox: Outbox):
    """The other one has everything while the first still says nothing, and holds no more than its places."""
    queue(outbox, 100)
    queue(outbox, 100, OTHER, first=100)
    receivers = Receivers(hangs=frozenset({URL}))

    asyncio.run(ended_after(outbox, receivers, lambda: receivers.heard_of(OTHER) == 100))
    assert receivers.peak[URL] == UNHEARD_AT_ONCE
    cut_off = [standing for standing in outbox.load() if standing.attempts and standing.state == "waiting"]
    assert len(cut_off) == UNHEARD_AT_ONCE, "what had no answer is noted as failed, and tried again"


def test_many_receivers_that_hang_delay_no_other(outbox: Outbox):
    """None that has never answered holds more than a few of all the places."""
    hanging = [f"https://{number}.example.com/" for number in range(15)]
    for number, url in enumerate(hanging):
        queue(outbox, 20, url, first=20 * number)
    queue(outbox, 50, OTHER, first=1000)
    receivers = Receivers(hangs=frozenset(hanging))

    asyncio.run(ended_after(outbox, receivers, lambda: receivers.heard_of(OTHER) == 50))


def test_a_host_that_is_dead_delays_no_other_where_each_row_has_a_url(outbox: Outbox):
    """Of which nothing is known but what the outbox holds: it is asked as often as one endpoint would be."""
    for number in range(200):
        outbox.queue(an_event(number, f"https://dead.example.com/rows/{number}"))
    queue(outbox, 100, OTHER, first=200)
    receivers = Receivers(lambda url: OK if url == OTHER else DOWN)
    deliver(outbox, receivers)
    assert states(outbox) == {"delivered": 100, "waiting": 200}
    assert receivers.heard.total() - 100 <= UNHEARD_AT_ONCE + FAILURES_MAX


def test_no_last_try_where_something_waits_for_an_answer_already(outbox: Outbox):
    """The end of a campaign waits for those who may listen, and not for those who have shown that they don't."""
    receivers, clock = Receivers(hangs=frozenset({URL})), Clock()

    async def last_try() -> float:
        async with a_deliverer(outbox, receivers, clock) as deliverer:
            running = asyncio.create_task(deliverer.run())
            queue(outbox, 1)
            deliverer.add_new(an_event(0))
            await seen(lambda: receivers.heard)
            clock.turn(seconds=30)
            running.cancel()
            queue(outbox, 1, first=1)
            deliverer.add_new(an_event(1))
            queue(outbox, 1, OTHER, first=2)
            deliverer.add_new(an_event(2, OTHER))
            started = time.monotonic()
            await deliverer.finish(30)
            return time.monotonic() - started

    assert asyncio.run(last_try()) < 20
    assert states(outbox) == {"waiting": 2, "delivered": 1}
    assert {one.delivery.event_id for one in outbox.load() if one.attempts} == {"evt_0", "evt_2"}, "evt_1 never left"


def test_the_end_is_bounded_also_where_hosts_become_known_late(outbox: Outbox, monkeypatch):
    """What was put back for its host, and what was not begun, is left to a later deliverer."""
    for number in range(60):
        outbox.queue(an_event(number, f"https://dead.example.com/rows/{number}"))
    receivers, read = Receivers(lambda _: DOWN), Outbox.read
    receivers.hangs = frozenset(f"https://dead.example.com/rows/{number}" for number in range(60))

    def slowly(*args):
        time.sleep(0.05)
        return read(*args)

    monkeypatch.setattr(Outbox, "read", slowly)

    async def for_a_moment() -> None:
        async with a_deliverer(outbox, receivers) as deliverer:
            await deliverer.take_up()
            async with asyncio.timeout(10):
                await deliverer.finish(within_s=0.3)

    asyncio.run(for_a_moment())
    assert states(outbox) == {"waiting": 60}


def test_a_storage_that_is_slow_is_no_silent_receiver(outbox: Outbox, monkeypatch):
    """Silent is who has a request and says nothing; what was not sent yet is still tried."""
    receivers, clock, claim = Receivers(), Clock(), Outbox.claim

    def slowly(*args) -> bool:
        time.sleep(0.2)
        return claim(*args)

    monkeypatch.setattr(Outbox, "claim", slowly)

    async def last_try() -> None:
        async with a_deliverer(outbox, receivers, clock) as deliverer:
            running = asyncio.create_task(deliverer.run())
            queue(outbox, 6)
            for number in range(6):
                deliverer.add_new(an_event(number))
            await asyncio.sleep(0.05)
            clock.turn(seconds=30)
            running.cancel()
            await deliverer.finish(30)

    asyncio.run(last_try())
    assert states(outbox) == {"delivered": 6}


def test_what_a_person_asks_for_is_tried_once(outbox: Outbox):
    """However long the others take; its next attempt is a later deliverer's."""
    queue(outbox, 1)

    async def once() -> None:
        async with a_deliverer(outbox, Receivers(lambda _: DOWN)) as deliverer:
            deliverer.add(DueDelivery(an_event(0).delivery, deliverer.now(), is_asked_for=True))
            await deliverer.drain()
            assert deliverer.queue.wakes_at() is None

    asyncio.run(once())
    assert states(outbox) == {"waiting": 1}


def test_what_was_answered_is_noted_however_slow_the_storage_is(outbox: Outbox, monkeypatch):
    """The end of a campaign cuts off who waits for an answer, not who writes one down: it would be sent again."""
    queue(outbox, 40)
    receivers, note = Receivers(), Outbox.note

    def slowly(*args) -> None:
        time.sleep(0.05)
        note(*args)

    monkeypatch.setattr(Outbox, "note", slowly)

    asyncio.run(ended_after(outbox, receivers, lambda: receivers.heard.total() > 4))
    assert states(outbox)["delivered"] == receivers.heard.total()
    assert states(outbox)["claimed"] == 0


def test_a_dead_receiver_is_asked_a_few_times_only(outbox: Outbox):
    """Then its breaker opens; what waits for it keeps its attempts."""
    queue(outbox, 200)
    receivers = Receivers(lambda _: DOWN)
    deliver(outbox, receivers)
    assert FAILURES_MAX <= receivers.heard.total() <= ENDPOINT_AT_ONCE + FAILURES_MAX
    assert states(outbox) == {"waiting": 200}


def test_an_endpoint_that_is_gone_gets_nothing_more(outbox: Outbox):
    """Its other events are dead letters that say so; another endpoint on the same machine goes on."""
    queue(outbox, 40)
    queue(outbox, 5, OTHER, first=40)
    gone = Attempt(result="gone", message="410", status_code=410)
    receivers = Receivers(lambda url: gone if url == URL else OK)
    deliver(outbox, receivers)
    assert states(outbox) == {"dead": 40, "delivered": 5}
    assert sum(count for (url, _), count in receivers.heard.items() if url == URL) <= ENDPOINT_AT_ONCE
    queue(outbox, 1, first=99)
    before = receivers.heard.total()
    deliver(outbox, receivers)
    assert (states(outbox)["dead"], receivers.heard.total()) == (41, before), "known from the outbox alone"


def test_what_we_do_not_send_is_dead_at_once(outbox: Outbox):
    """A private address stays one; a person may allow it, and replay."""
    queue(outbox, 1)
    deliver(outbox, Receivers(lambda _: Attempt(result="refused", message="private")))
    assert states(outbox) == {"dead": 1}


@pytest.mark.parametrize("wait_s", [20.0, 3600.0])
def test_an_endpoint_gets_the_rest_it_asks_for(outbox: Outbox, wait_s: float):
    """Of every event, not only of the one that it was told about."""
    slow = Attempt(result="failed", message="429", status_code=429, is_slowed=True, retry_after_s=wait_s)
    clock, receivers = Clock(), Receivers(lambda _: slow)
    queue(outbox, 1)
    asyncio.run(delivered_now(outbox, receivers, clock))
    clock.turn(seconds=wait_s - 1)
    deliver(outbox, receivers, clock)
    assert receivers.heard.total() == 1
    clock.turn(seconds=3)
    deliver(outbox, receivers, clock)
    assert receivers.heard.total() == 2


def test_an_attempt_nobody_told_of_counts_as_failed_after_a_minute(outbox: Outbox):
    """Its deliverer was killed; until then it may still be under way."""
    clock, receivers = Clock(), Receivers()
    queue(outbox, 1)
    outbox.claim(an_event(0).delivery, 1, clock.at)
    deliver(outbox, receivers, clock)
    assert receivers.heard.total() == 0
    clock.at += STALE_AFTER
    deliver(outbox, receivers, clock)
    assert receivers.heard.total() == 1
    [standing] = outbox.load()
    assert (standing.state, standing.attempts) == ("delivered", 2)


def test_an_attempt_that_was_told_of_in_the_meantime_is_not_repeated(outbox: Outbox):
    """A slow deliverer has ended it after the look at the names."""
    clock, receivers = Clock(), Receivers()
    queue(outbox, 1)
    delivery = an_event(0).delivery
    outbox.claim(delivery, 1, clock.at)

    async def ended_meanwhile() -> None:
        async with a_deliverer(outbox, receivers, clock) as deliverer:
            await deliverer.take_up()
            clock.at += STALE_AFTER
            outbox.note(delivery, 1, OK, Verdict("delivered"), clock())
            await deliverer.drain()

    asyncio.run(ended_meanwhile())
    assert receivers.heard.total() == 0


def test_a_damaged_event_is_a_dead_letter(outbox: Outbox):
    """It cannot be sent, and it hides from nobody."""
    outbox.store.write(an_event().delivery.key(EVENTS), b"{")
    deliver(outbox, Receivers())
    assert states(outbox) == {"dead": 1}


def test_a_storage_that_fails_stops_no_other_delivery(outbox: Outbox):
    """What could not be claimed waits, and nothing of it was sent."""
    queue(outbox, 4)

    class Failing(Outbox):
        def claim(self, delivery, attempt, now) -> bool:
            if delivery.event_id == "evt_2":
                raise StorageFailed("full")
            return super().claim(delivery, attempt, now)

    receivers = Receivers()
    deliver(Failing(outbox.store), receivers)
    assert states(outbox) == {"delivered": 3, "waiting": 1}
    assert receivers.heard.total() == 3


def test_beside_a_campaign_it_delivers_what_comes(outbox: Outbox):
    """Without being told when, until it is cancelled; what failed is tried again when its time has come."""
    answers = iter([DOWN, OK])
    receivers, clock = Receivers(lambda _: next(answers)), Clock()

    async def beside() -> None:
        async with a_deliverer(outbox, receivers, clock) as deliverer:
            running = asyncio.create_task(deliverer.run())
            outbox.queue(an_event())
            deliverer.add_new(an_event())
            await seen(lambda: deliverer.came_to["waiting"])
            clock.turn(seconds=6)
            deliverer.add_new(an_event())  # whatever wakes it
            await seen(lambda: deliverer.came_to["delivered"])
            running.cancel()
            await deliverer.finish(1)

    asyncio.run(beside())
    assert states(outbox) == {"delivered": 1}
    assert receivers.heard.total() == 2
