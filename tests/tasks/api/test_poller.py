"""Generations are waited for by few polls, and nothing that the API answers or does not answer loses one."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tasks.api.pace import Pace
from tasks.api.poller import SETTLED_S, SILENT_MAX_S, Generation, Poller
from tasks.errors import ApiAway, CredentialsRejected, GenerationFailed, OutcomeUnknown, StillDrawn
from tasks.records.answer import ImageObject, Pending
from tests.waiting import pass_time, stop_time, time_passes

DONE = ImageObject(url="https://ideogram.ai/x.png")


@dataclass
class Drawing:
    """An API that draws generations, each until its time, by the loop's clock."""

    done_at: dict[str, float] = field(default_factory=dict)
    polls: list[tuple[float, str]] = field(default_factory=list)
    fault: Callable[[str], Exception | None] = lambda _: None
    odd: Callable[[], Pending | None] = lambda: None
    """What is answered where nothing is told."""

    async def look(self, generation: Generation) -> ImageObject | Pending:
        """How a generation stands."""
        now = asyncio.get_running_loop().time()
        self.polls.append((now, generation.generation_id))
        if (error := self.fault(generation.generation_id)) is not None:
            raise error
        if (pending := self.odd()) is not None:
            return pending
        return DONE if now >= self.done_at[generation.generation_id] else Pending()


def poller(api: Drawing, polls_max: int = 100, pending_max_s: float = 600.0, first_look_s: float = 0.5) -> Poller:
    """One whose pace goes by the clock of the running loop."""
    return Poller(api.look, polls_max, pending_max_s, first_look_s, Pace(asyncio.get_running_loop().time))


def one(number: int = 0) -> Generation:
    """A generation."""
    return Generation(f"g{number}", "model medium")


async def ended(image: "asyncio.Task[ImageObject]", within_s: float) -> ImageObject | BaseException:
    """What comes of waiting, once so much time has passed."""
    await time_passes(within_s)
    assert image.done()
    return image.exception() or image.result()


def test_each_is_found_soon_after_it_is_done():
    """Once others of its kind were seen, within a small part of a second where few are waited for."""

    async def scenario() -> list[float]:
        stop_time()
        api, loop = Drawing(), asyncio.get_running_loop()
        poll = poller(api)
        late_s = []
        for number in range(20):
            start = loop.time()
            api.done_at[f"g{number}"] = start + 4 + number % 5 * 0.25
            image = asyncio.create_task(poll.image_of(one(number)))
            while not image.done():
                pass_time(0.01)
                for _ in range(4):  # a poll, its answer, and whoever waits for it each have their turn
                    await asyncio.sleep(0)
            late_s.append(api.polls[-1][0] - api.done_at[f"g{number}"])
        return late_s

    assert max(asyncio.run(scenario())[5:]) <= 0.25


@pytest.mark.parametrize("polls_max", [10, 100, 500])
def test_no_more_polls_leave_than_are_allowed(polls_max):
    """In any ten seconds, however many generations are waited for, by however many campaigns of this process."""

    async def scenario() -> list[float]:
        stop_time()
        api = Drawing(done_at={f"g{number}": 1e12 for number in range(100)})
        pace = Pace(asyncio.get_running_loop().time)
        pollers = [Poller(api.look, polls_max, 600.0, pace=pace) for _ in range(2)]
        images = [asyncio.create_task(pollers[number % 2].image_of(one(number))) for number in range(100)]
        await time_passes(60)
        for image in images:
            image.cancel()
        await asyncio.gather(*images, return_exceptions=True)
        return [at for at, _ in api.polls]

    polls = asyncio.run(scenario())
    assert len(polls) > 10
    assert max(sum(1 for at in polls if start <= at < start + 10) for start in polls) <= polls_max


def test_what_is_told_to_be_done_is_looked_at_first():
    """A webhook only says when to look: what became of it is asked of the API."""

    async def scenario() -> list[str]:
        stop_time()
        api = Drawing(done_at={f"g{number}": 1e12 for number in range(50)})
        poll = poller(api, polls_max=10)
        images = [asyncio.create_task(poll.image_of(one(number))) for number in range(50)]
        await time_passes(5)
        api.done_at["g49"] = 0.0
        poll.look_now("g49")
        poll.look_now("unknown to this run")
        assert await ended(images[49], 2.5) == DONE
        for image in images:
            image.cancel()
        await asyncio.gather(*images, return_exceptions=True)
        return [name for _, name in api.polls]

    assert asyncio.run(scenario()).count("g49") <= 2


def test_what_is_told_while_a_poll_is_out_is_looked_at_again():
    """That poll may have left before the image was done."""

    async def scenario() -> tuple[object, int]:
        stop_time()
        api, answered = Drawing(done_at={"g0": 1e12}), asyncio.Event()
        slow = api.look

        async def look(generation: Generation) -> ImageObject | Pending:
            told = await slow(generation)
            await answered.wait()
            return told

        poll = poller(api, first_look_s=20.0)
        poll.look = look
        image = asyncio.create_task(poll.image_of(one()))
        while not api.polls:
            await time_passes(1)
        api.done_at["g0"] = 0.0
        poll.look_now("g0")
        answered.set()
        return await ended(image, 2.5), len(api.polls)

    assert asyncio.run(scenario()) == (DONE, 2)


def test_what_is_told_before_anybody_waits_for_it_is_looked_at_first():
    """A webhook may be faster than the note of the id."""

    async def scenario() -> tuple[object, int]:
        stop_time()
        api = Drawing(done_at={"g0": 0.0})
        poll = poller(api, first_look_s=20.0)
        poll.look_now("g0")
        image = asyncio.create_task(poll.image_of(one()))
        return await ended(image, 2.5), len(api.polls)

    assert asyncio.run(scenario()) == (DONE, 1)


def test_one_that_is_pending_for_too_long_is_left_to_the_next_run():
    """And only after the API has said once more that it is pending: a process that stood still has not waited."""

    async def scenario() -> ImageObject | BaseException:
        stop_time()
        image = asyncio.create_task(poller(Drawing(done_at={"g0": 1e12}), pending_max_s=30).image_of(one()))
        await time_passes(29)
        assert not image.done()
        return await ended(image, 60)

    error = asyncio.run(scenario())
    assert isinstance(error, StillDrawn)
    assert "the next run fetches it and pays nothing" in str(error)


@pytest.mark.parametrize(
    "error", [GenerationFailed("no"), CredentialsRejected("401"), ValueError("a fault of ours")], ids=str
)
def test_what_the_api_says_of_one_is_told_to_whoever_waits_for_it(error):
    """The others are waited for as before."""

    async def scenario() -> tuple[object, object]:
        stop_time()
        api = Drawing(done_at={"g1": 0.0}, fault=lambda name: error if name == "g0" else None)
        poll = poller(api)
        images = [asyncio.create_task(poll.image_of(one(number))) for number in range(2)]
        return await ended(images[0], 20), await ended(images[1], 0)

    assert asyncio.run(scenario()) == (error, DONE)


def test_one_that_the_api_does_not_know_yet_is_asked_for_again():
    """For a minute after it was accepted; after that nobody knows what became of it."""

    async def scenario(age_s: float, within_s: float) -> object:
        stop_time()
        api = Drawing(fault=lambda _: OutcomeUnknown("not known"))
        image = asyncio.create_task(poller(api).image_of(one(), age_s))
        return await ended(image, within_s) if within_s else image.done()

    assert isinstance(asyncio.run(scenario(0.0, 2 * SETTLED_S)), OutcomeUnknown)
    assert isinstance(asyncio.run(scenario(SETTLED_S + 1, 20)), OutcomeUnknown)


def test_polls_that_go_unanswered_lose_nothing():
    """They rest, and go on; where nothing is answered for minutes, the campaign stops, and the next run asks again."""

    async def scenario(silent_s: float) -> object:
        stop_time()
        loop = asyncio.get_running_loop()
        over_at = loop.time() + silent_s
        api = Drawing(done_at={"g0": 0.0}, odd=lambda: Pending(note="away") if loop.time() < over_at else None)
        found = await ended(asyncio.create_task(poller(api).image_of(one())), SILENT_MAX_S + 60)
        assert len(api.polls) < SILENT_MAX_S
        return found

    assert asyncio.run(scenario(SILENT_MAX_S / 2)) == DONE
    assert isinstance(asyncio.run(scenario(10 * SILENT_MAX_S)), ApiAway)


def test_the_api_is_granted_the_rest_that_it_asks_for():
    """An answer it is: nobody is taken to be away for that."""

    async def scenario() -> tuple[object, Counter[int]]:
        stop_time()
        loop = asyncio.get_running_loop()
        start = loop.time()
        busy = Pending(note="429", retry_after_s=30)
        api = Drawing(done_at={"g0": 0.0}, odd=lambda: busy if loop.time() < start + 600 else None)
        found = await ended(asyncio.create_task(poller(api, pending_max_s=1e6).image_of(one())), 700)
        return found, Counter(int((at - start) // 30) for at, _ in api.polls)

    found, polls = asyncio.run(scenario())
    assert found == DONE
    assert max(polls.values()) <= 2


def test_a_fault_of_ours_leaves_nobody_waiting():
    """It is raised where the image was waited for."""

    class Broken(Pace):
        def take(self, most: int) -> float:
            raise ZeroDivisionError(most)

    async def scenario() -> object:
        stop_time()
        poll = Poller(Drawing().look, 100, 600.0, pace=Broken())
        return await ended(asyncio.create_task(poll.image_of(one())), 20)

    assert isinstance(asyncio.run(scenario()), ZeroDivisionError)


def test_whoever_waits_no_longer_costs_no_polls():
    """And the poller rests until somebody waits again."""

    async def scenario() -> tuple[int, object]:
        stop_time()
        api = Drawing(done_at={"g0": 1e12, "g1": 0.0})
        poll = poller(api)
        image = asyncio.create_task(poll.image_of(one()))
        await time_passes(5)
        image.cancel()
        await time_passes(1)
        before = len(api.polls)
        await time_passes(60)
        return len(api.polls) - before, await ended(asyncio.create_task(poll.image_of(one(1))), 20)

    assert asyncio.run(scenario()) == (0, DONE)
