"""Which delivery is next: none is lost, no endpoint takes more than its share."""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tasks.delivery_queue import ENDPOINT_PLACES, PLACES, DeliveryQueue, Job
from tasks.models.attempt import Attempt
from tasks.models.outbox import Delivery
from tests.factories import STARTED_AT as NOW
from tests.tasks.receivers import DOWN, OK


def jobs(queue: DeliveryQueue, now=NOW) -> list[Job]:
    """Everything that can begin now."""
    return list(iter(lambda: queue.next_job(now), None))


def a_queue(*endpoints: str, attempts: int = 0) -> DeliveryQueue:
    """A queue with a job for each of `endpoints`, due now."""
    queue = DeliveryQueue()
    for number, endpoint in enumerate(endpoints):
        queue.add(Job(Delivery(f"evt_{number}", endpoint), NOW, attempts))
    return queue


def test_one_endpoint_takes_no_more_than_its_places():
    """However much waits for it, the one behind it begins."""
    started = jobs(a_queue(*["busy"] * 100, "idle"))
    assert Counter(job.endpoint for job in started) == {"busy": ENDPOINT_PLACES, "idle": 1}


def test_all_together_take_no_more_than_there_are():
    """The sender's connections."""
    assert len(jobs(a_queue(*map(str, range(500))))) == PLACES


def test_nothing_goes_through_an_open_breaker_but_what_a_person_asks_for():
    """And when its pause is over, one at a time."""
    queue = a_queue(*["dead"] * 40)
    for job in jobs(queue):
        queue.finished(job, DOWN, NOW, NOW)
    assert jobs(queue) == []
    queue.add(replay := Job(Delivery("evt_r", "dead"), NOW, 1, is_replay=True))
    assert jobs(queue) == [replay]
    queue.finished(replay, DOWN, NOW, NOW)
    wakes_at = queue.wakes_at()
    assert wakes_at is not None
    [probe] = jobs(queue, wakes_at)
    queue.finished(probe, OK, wakes_at, wakes_at)
    assert len(jobs(queue, wakes_at)) == ENDPOINT_PLACES


@given(
    st.lists(st.sampled_from(["one", "two", "three"]), max_size=60),
    st.lists(st.tuples(st.sampled_from(["delivered", "failed", "refused", None]), st.booleans()), max_size=120),
)
def test_no_job_is_lost_and_none_begins_twice(endpoints, answers):
    """Whatever the endpoints answer: time alone brings every job through."""
    queue, now, seen, under_way = a_queue(*endpoints), NOW, Counter[str](), list[Job]()
    replies = iter(answers)
    for _ in range(10_000):
        under_way += jobs(queue, now)
        if not under_way and queue.wakes_at() is None:
            break
        if under_way:
            job = under_way.pop(0)
            seen[job.delivery.event_id] += 1
            result, is_slowed = next(replies, ("delivered", False))
            attempt = Attempt(result=result, message="", is_slowed=is_slowed) if result else None
            queue.finished(job, attempt, now, now)
        else:
            now = max(now, queue.wakes_at() or now) + timedelta(seconds=1)
    assert seen == Counter(f"evt_{number}" for number in range(len(endpoints)))
