"""The outbox under deliverers that die at any step: every event is told, or is a dead letter that says why."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tasks.clients.outbox import Outbox
from tasks.clients.storage import CampaignStore
from tasks.models.attempt import Attempt
from tasks.models.outbox import Delivery
from tests.tasks.clients.test_ledger_states import Died, Shaky
from tests.tasks.receivers import DOWN, OK, Clock, a_deliverer, an_event

numbers = count()


class Mortal(Shaky):
    """Its process dies at one of its changes, before the effect or after it; a dead one changes nothing any more."""

    changes_left = 1_000_000
    dies = "dies after"

    def _goes_wrong(self, effect) -> None:
        self.changes_left -= 1
        if self.changes_left < 0:
            raise Died
        self.next_step = self.dies if self.changes_left == 0 else "fine"
        super()._goes_wrong(effect)


class Outboxes(RuleBasedStateMachine):
    """Events are queued and delivered by processes that die; receivers are up, down, or gone for good."""

    @initialize()
    def begin(self) -> None:
        """Nothing has happened, and everybody listens."""
        self.root = f"/outboxes-{next(numbers)}"
        self.clock = Clock()
        self.answer = OK
        self.queued = set[Delivery]()
        self.heard: Counter[str] = Counter()
        self.told: set[str] = set()

    def _outbox(self, changes_left: int = 1_000_000, dies: str = "dies after") -> Outbox:
        fs = Mortal()
        fs.changes_left, fs.dies = changes_left, dies
        return Outbox(CampaignStore(f"memory:/{self.root}", fs, self.root))

    async def send(self, url: str, event_id: str, body: bytes) -> Attempt:
        """The receiver counts what it hears, whatever becomes of its answer."""
        assert url
        assert body
        self.heard[event_id] += 1
        if self.answer.result == "delivered":
            self.told.add(event_id)
        return self.answer

    @rule(number=st.integers(0, 5), is_alive=st.booleans())
    def queue(self, number: int, is_alive: bool) -> None:
        """A hook queues an event, and returns, or dies first; the next run then queues it again."""
        event = an_event(number)
        try:
            self._outbox(1 if not is_alive else 9, "dies before" if number % 2 else "dies after").queue(event)
        except Died:
            self._outbox().queue(event)
        self.queued.add(event.delivery)

    @rule(changes_left=st.integers(1, 12), dies=st.sampled_from(["dies before", "dies after"]))
    def deliver_and_die(self, changes_left: int, dies: str) -> None:
        """A deliverer makes some of its attempts."""
        self._deliver(self._outbox(changes_left, dies))

    @rule()
    def deliver(self) -> None:
        """A deliverer makes all attempts that are due."""
        self._deliver(self._outbox())

    def _deliver(self, outbox: Outbox) -> None:
        async def work() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # those who died with it
            async with a_deliverer(outbox, self, self.clock) as deliverer:
                await deliverer.take_up()
                await deliverer.drain()

        asyncio.run(work())

    @rule(answer=st.sampled_from([OK, DOWN, DOWN.model_copy(update={"is_slowed": True})]))
    def turn(self, answer: Attempt) -> None:
        """The receiver comes and goes."""
        self.answer = answer

    @rule(hours=st.floats(0, 30))
    def wait(self, hours: float) -> None:
        """Time passes."""
        self.clock.turn(hours=hours)

    @invariant()
    def nothing_that_was_queued_is_forgotten(self) -> None:
        """It waits, or it is over; it is over only if it was sent."""
        for standing in self._outbox().load(whole=True):
            if standing.state == "delivered":
                assert standing.delivery.event_id in self.told
            if standing.state == "dead":
                assert self.heard[standing.delivery.event_id] >= 1
        assert {standing.delivery for standing in self._outbox().load()} == self.queued

    def teardown(self) -> None:
        """In the end, with the receiver up and a deliverer that lives, everything is told or dead; and was sent."""
        if not hasattr(self, "root"):
            return
        self.answer = OK
        for _ in range(3):
            self.clock.turn(hours=30)
            self._deliver(self._outbox())
        ends = Counter(standing.state for standing in self._outbox().load())
        assert set(ends) <= {"delivered", "dead"}
        assert all(self.heard[delivery.event_id] >= 1 for delivery in self.queued)


TestOutboxes = Outboxes.TestCase
TestOutboxes.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def test_an_event_that_waits_for_days_is_not_given_up_before_it_was_sent():
    """The age of an event ends its retries, not its first attempt."""
    machine = Outboxes()
    machine.begin()
    machine.queue(number=1, is_alive=True)
    machine.clock.at += timedelta(days=30)
    machine.deliver()
    assert machine.heard["evt_1"] == 1
    assert "evt_1" in machine.told
