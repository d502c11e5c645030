"""The outbox under deliverers that die at any step: every event is told, or is a dead letter that says why."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tasks.callbacks.attempt import Attempt
from tasks.callbacks.names import Delivery
from tasks.callbacks.outbox import Outbox
from tasks.storage.storage import CampaignStore
from tests.tasks.ledger.test_ledger_states import Died, Shaky
from tests.tasks.receivers import DOWN, OK, Clock, a_deliverer, an_event

ALIVE = 1_000_000
DEATHS = ("dies before", "dies after")
numbers = count()


class Mortal(Shaky):
    """Its process dies at one of its changes, before the effect or after it; a dead one changes nothing any more."""

    changes_left = ALIVE
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

    def _outbox(self, changes_left: int = ALIVE, dies: str = "dies after") -> Outbox:
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

    @rule(chosen=st.sets(st.integers(0, 9), min_size=1, max_size=4), dies=st.sampled_from(["", *DEATHS]))
    def queue(self, chosen: set[int], dies: str) -> None:
        """A hook queues events, and returns, or dies first; the next run then queues them again."""
        for event in map(an_event, chosen):
            with suppress(Died):
                self._outbox(1 if dies else ALIVE, dies).queue(event)
            self._outbox().queue(event)
            self.queued.add(event.delivery)

    @precondition(lambda self: self.queued)
    @rule(changes_left=st.sampled_from([ALIVE, 1, 2, 3, 4, 5, 6, 9]), dies=st.sampled_from(DEATHS))
    def deliver(self, changes_left: int, dies: str) -> None:
        """A deliverer makes the attempts that are due, or dies over it."""
        self._deliver(self._outbox(changes_left, dies))

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
TestOutboxes.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


def test_an_event_that_waits_for_days_is_not_given_up_before_it_was_sent():
    """The age of an event ends its retries, not its first attempt."""
    machine = Outboxes()
    machine.begin()
    machine.queue(chosen={1}, dies="")
    machine.clock.at += timedelta(days=30)
    machine.deliver(changes_left=ALIVE, dies=DEATHS[0])
    assert machine.heard["evt_1"] == 1
    assert "evt_1" in machine.told
