"""Which delivery is next: none is lost, no endpoint takes more than its share."""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tasks.callbacks.attempt import Attempt
from tasks.callbacks.breaker import FAILURES_MAX
from tasks.callbacks.delivery_queue import (
    AT_ONCE_MAX,
    ENDPOINT_AT_ONCE,
    HOST_AT_ONCE,
    UNHEARD_AT_ONCE,
    DeliveryQueue,
    DueDelivery,
)
from tasks.callbacks.names import Delivery
from tests.factories import STARTED_AT as NOW
from tests.tasks.receivers import DOWN, OK, an_event

WRONG = Attempt(result="failed", message="500", status_code=500)


def begun(queue: DeliveryQueue, now=NOW) -> list[DueDelivery]:
    """Everything that can begin now."""
    return list(iter(lambda: queue.next_due(now), None))


def a_queue(*endpoints: str, attempts: int = 0) -> DeliveryQueue:
    """A queue with a delivery for each of `endpoints`, due now: of URLs with its event, of other names without."""
    queue = DeliveryQueue()
    for number, endpoint in enumerate(endpoints):
        is_url = "://" in endpoint
        queue.add(
            job_for(endpoint, number) if is_url else DueDelivery(Delivery(f"evt_{number}", endpoint), NOW, attempts)
        )
    return queue


def job_for(url: str, number: int) -> DueDelivery:
    """The delivery of an event that is at hand."""
    event = an_event(number, url)
    return DueDelivery(event.delivery, NOW, event=event)


def answer_all(queue: DeliveryQueue, attempt: Attempt) -> Counter[str]:
    """Every attempt that can begin, or can once another has, comes to `attempt`; how many each endpoint had."""
    asked = Counter[str]()
    while started := begun(queue):
        asked.update(due.endpoint for due in started)
        for due in started:
            queue.finished(due, attempt, NOW, NOW)
    return asked


def next_begun(queue: DeliveryQueue, now=NOW) -> tuple[datetime, list[DueDelivery]]:
    """What begins next, and when."""
    started = begun(queue, now)
    while not started:
        now = max(now, queue.wakes_at() or now)
        started = begun(queue, now)
    return now, started


def test_one_endpoint_takes_no_more_than_its_places():
    """However much waits for it, the one behind it begins; until it has answered something, they are few."""
    queue = a_queue(*["busy"] * 100, "idle")
    started = begun(queue)
    assert Counter(due.endpoint for due in started) == {"busy": UNHEARD_AT_ONCE, "idle": 1}
    queue.finished(started[0], OK, NOW, NOW)
    assert len(begun(queue)) == ENDPOINT_AT_ONCE - UNHEARD_AT_ONCE + 1


def test_all_together_take_no_more_than_there_are():
    """The sender's connections."""
    assert len(begun(a_queue(*map(str, range(500))))) == AT_ONCE_MAX


def test_nothing_goes_through_an_open_breaker_but_what_a_person_asks_for():
    """And when its pause is over, one at a time."""
    queue = a_queue("dead")
    answer_all(queue, OK)
    for number in range(1, 40):
        queue.add(DueDelivery(Delivery(f"evt_{number}", "dead"), NOW))
    answer_all(queue, DOWN)
    queue.add(replay := DueDelivery(Delivery("evt_r", "dead"), NOW, 1, is_asked_for=True))
    assert begun(queue) == [replay]
    queue.finished(replay, DOWN, NOW, NOW)
    now, [probe] = next_begun(queue)
    queue.finished(probe, OK, now, now)
    assert len(begun(queue, now)) == ENDPOINT_AT_ONCE


def test_a_url_a_row_is_one_host():
    """It takes no more than its places, and once it has not answered some of them, nothing but a look at a time."""
    queue = a_queue("https://dead.example/", "https://well.example/")
    answer_all(queue, OK)
    for number in range(100):
        queue.add(job_for(f"https://dead.example/{number}", number))
    queue.add(job_for("https://well.example/", 100))
    started = begun(queue)
    assert Counter(due.event.host for due in started) == {
        "https://dead.example": HOST_AT_ONCE,
        "https://well.example": 1,
    }
    for due in started:
        queue.finished(due, OK if "well" in due.event.host else DOWN, NOW, NOW)
    assert begun(queue) == []
    queue.add(later := job_for("https://well.example/", 200))
    assert begun(queue) == [later]
    now, [probe] = next_begun(queue)
    queue.finished(probe, OK, now, now)
    assert len(begun(queue, now)) == HOST_AT_ONCE


def test_an_endpoint_that_answers_wrongly_is_alone_with_that():
    """Its neighbours on the host go on, also those that wait behind it."""
    wrong, right = ["https://shared.example/wrong"] * 60, ["https://shared.example/right"] * 30
    queue = a_queue(*wrong, *right)
    heard = Counter[str]()
    while started := begun(queue):
        for due in started:
            heard[due.event.url] += 1
            queue.finished(due, OK if due.event.url == right[0] else WRONG, NOW, NOW)
    assert heard[right[0]] == 30
    assert FAILURES_MAX <= heard[wrong[0]] <= FAILURES_MAX + ENDPOINT_AT_ONCE


def test_a_host_that_answers_anything_is_there():
    """However wrong its answers are, each of its endpoints has its own chances."""
    assert answer_all(a_queue(*[f"https://odd.example/{number}" for number in range(40)]), WRONG).total() == 40


def test_what_waited_for_a_breaker_goes_once_it_is_closed():
    """One that was asked for an hour's rest, and gave other answers since: nothing waits the hour out."""
    queue = a_queue("slow")
    answer_all(queue, OK)
    for number in range(1, 40):
        queue.add(DueDelivery(Delivery(f"evt_{number}", "slow"), NOW))
    first, *others = begun(queue)
    asked = Attempt(result="failed", message="429", status_code=429, is_slowed=True, retry_after_s=3600)
    queue.finished(first, asked, NOW, NOW)
    assert begun(queue) == []
    for due in others:
        queue.finished(due, OK, NOW, NOW)
    assert len(begun(queue)) == ENDPOINT_AT_ONCE


def test_of_what_a_person_asks_for_nothing_is_learned():
    """A replay that fails, or ten, say nothing of what would be sent by itself."""
    queue = a_queue("busy")
    answer_all(queue, OK)
    for number in range(10):
        queue.add(DueDelivery(Delivery(f"evt_r{number}", "busy"), NOW, 1, is_asked_for=True))
    assert answer_all(queue, DOWN).total() == 10
    queue.add(later := DueDelivery(Delivery("evt_1", "busy"), NOW))
    assert begun(queue) == [later]


def test_an_endpoint_whose_host_was_unknown_is_put_back_if_that_is_shut():
    """Its event tells which host it is, and is read when its turn has come."""
    queue = a_queue(*[f"https://dead.example/{number}" for number in range(HOST_AT_ONCE)])
    answer_all(queue, DOWN)
    event = an_event(99, "https://dead.example/99")
    queue.add(DueDelivery(event.delivery, NOW))
    [due] = begun(queue)
    assert not queue.is_admitted(due, event, NOW)
    queue.add(due)
    queue.finished(due, None, NOW, NOW)
    assert begun(queue) == []
    assert queue.is_admitted(due, an_event(100, "https://well.example/"), NOW)


@given(
    st.lists(
        st.sampled_from(["one", "two", "https://one.example/a", "https://one.example/b", "https://two.example/"]),
        max_size=80,
    ),
    st.lists(
        st.tuples(
            st.sampled_from(["delivered", "failed", "refused", None]), st.booleans(), st.sampled_from([None, 500])
        ),
        max_size=160,
    ),
)
def test_no_job_is_lost_and_none_begins_twice(endpoints, answers):
    """Whatever the endpoints answer: time alone brings every delivery through."""
    queue, now, seen, under_way = a_queue(*endpoints), NOW, Counter[str](), list[DueDelivery]()
    replies = iter(answers)
    for _ in range(10_000):
        under_way += begun(queue, now)
        for gate in (*queue._endpoints.values(), *queue._hosts.values()):
            assert not gate.parked or gate.free(now) <= 0 or len(under_way) == AT_ONCE_MAX, "nothing waits for nothing"
        if not under_way and queue.wakes_at() is None:
            break
        if under_way:
            due = under_way.pop(0)
            seen[due.delivery.event_id] += 1
            result, is_slowed, status = next(replies, ("delivered", False, 200))
            attempt = Attempt(result=result, message="", is_slowed=is_slowed, status_code=status) if result else None
            queue.finished(due, attempt, now, now)
        else:
            now = max(now, queue.wakes_at() or now) + timedelta(seconds=1)
    assert seen == Counter(f"evt_{number}" for number in range(len(endpoints)))
