"""A run hears from its receiver which generations are done; a receiver that does not tell costs it nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import httpx
import pytest

from tasks.callbacks.signature import Secrets, verify
from tasks.webhooks.ask_receiver import AWAY_S, IDLE_REST_S, TIMEOUT_S, NotTold, Receiver, hear
from tasks.webhooks.news import News, done_url, question
from tests.waiting import stop_time, time_passes

SECRETS = Secrets.parse("whsec_" + "Y2FuYXJ5" * 4)
HOOK = "https://hooks.example.com/webhooks/ideogram"
Answer = Callable[[httpx.Request], httpx.Response]


def says(*done: str, next_: int = 1) -> httpx.Response:
    """An answer of the receiver."""
    return httpx.Response(200, json={"done": done, "next": next_})


@dataclass
class Answers:
    """A receiver that answers each question with the next of these, and with the last from then on."""

    answers: list[httpx.Response | Exception]
    asked: list[tuple[float, httpx.Request]] = field(default_factory=list)

    def hear(self, request: httpx.Request) -> httpx.Response:
        """One question."""
        self.asked.append((asyncio.get_running_loop().time(), request))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def heard(*answers: httpx.Response | Exception, within_s: float) -> tuple[list[str], list[str], Answers]:
    """What a run is told, and warned of, in so much time."""
    told: list[str] = []
    warned: list[str] = []
    there = Answers(list(answers))

    async def scenario() -> None:
        stop_time()
        async with httpx.AsyncClient(transport=httpx.MockTransport(there.hear)) as http:
            hearing = asyncio.create_task(hear(Receiver(http, HOOK, SECRETS), told.append, warned.append))
            for _ in range(round(within_s / 0.5)):
                await time_passes(0.5)
                for _ in range(30):  # a question, its answer and what follows each have their turn
                    await asyncio.sleep(0)
            assert not hearing.done()
            hearing.cancel()

    asyncio.run(scenario())
    return told, warned, there


def news_of(
    answer: Answer, since: int | None = None, webhook_url: str = HOOK, secrets: Secrets | None = SECRETS
) -> News:
    """What one question comes to."""

    async def scenario() -> News:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            return await Receiver(http, webhook_url, secrets).news(since)

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("webhook_url", "asked_at"),
    [
        (HOOK, f"{HOOK}/done"),
        (f"{HOOK}/", f"{HOOK}/done"),
        ("https://x.example.com/hooks/a?token=t%20u", "https://x.example.com/hooks/a/done?token=t%20u"),
        ("http://127.0.0.1:8070/webhooks/ideogram", "http://127.0.0.1:8070/webhooks/ideogram/done"),
    ],
)
def test_the_receiver_is_asked_below_the_address_that_webhooks_go_to(webhook_url, asked_at):
    """Whoever publishes the one, under whatever prefix, has published the other."""
    assert done_url(webhook_url) == asked_at


@pytest.mark.parametrize(("since", "signed"), [(None, ""), (0, "0"), (17, "17")])
def test_a_question_is_signed_by_the_secret_of_callbacks(since, signed):
    """And by the number that it asks from. Nothing else of ours is sent: no key of the API."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return says("gen-1", next_=18)

    assert news_of(answer, since, f"{HOOK}?token=t") == News(done=("gen-1",), next=18)
    [request] = asked
    headers = dict(request.headers)
    assert verify(SECRETS, headers, question(signed), int(headers["webhook-timestamp"]))
    assert dict(request.url.params) == {"token": "t"} | ({"since": signed} if signed else {})
    assert "api-key" not in headers


def test_without_a_secret_a_question_is_not_signed():
    """A receiver that believes everybody answers it."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return says()

    news_of(answer, secrets=None)
    assert "webhook-signature" not in asked[0].headers


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (httpx.Response(401), "CALLBACK_SECRET must be the same here and there"),
        (httpx.Response(404), "IDEOGRAM_WEBHOOK_URL must be the address"),
        (httpx.Response(302, headers={"location": "https://elsewhere.example.com/"}), "it answers 302"),
        (httpx.Response(200, content=b"<html>a page</html>"), "tells of no images"),
        (httpx.Response(200, json={"done": [7], "next": 1}), "tells of no images"),
        (httpx.Response(200, json={"done": [], "next": -1}), "tells of no images"),
        (httpx.Response(200, json={"done": ["x" * 300], "next": 1}), "tells of no images"),
        (httpx.Response(200, content=b"x" * 1_000_001), "larger than 1 MB"),
    ],
    ids=["401", "404", "302", "page", "number", "negative", "long", "large"],
)
def test_an_answer_that_tells_nothing_is_one_sentence(response, why):
    """Which says what to do, and holds nothing of the address but its host."""

    async def scenario() -> str:
        async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: response)) as http:
            receiver = Receiver(http, f"{HOOK}?token=canary", SECRETS)
            with pytest.raises(NotTold) as fault:
                await receiver.news(None)
            return receiver.note(fault.value)

    said = asyncio.run(scenario())
    assert said.startswith("the receiver of webhooks (hooks.example.com) does not tell which images are done")
    assert why in said
    assert "canary" not in said


def test_what_is_told_reaches_the_run_and_is_not_asked_for_again():
    """Each question names the number of the answer before."""
    told, warned, there = heard(says("gen-1", next_=7), says("gen-2", "gen-3", next_=9), says(next_=9), within_s=4)
    assert (told, warned) == (["gen-1", "gen-2", "gen-3"], [])
    assert [request.url.params.get("since") for _, request in there.asked[:4]] == [None, "7", "9", "9"]


def test_a_receiver_that_does_not_wait_is_asked_once_a_second():
    """Whatever stands at that address: it is not called all the time."""
    *_, there = heard(says(next_=0), within_s=60)
    assert 30 <= len(there.asked) <= 60 / IDLE_REST_S + 2


def test_a_receiver_that_is_away_is_left_alone_and_found_again():
    """It is told once, asked at growing distances, and nothing ends for that."""
    fault = httpx.ConnectError("refused")
    told, warned, there = heard(*[fault] * 8, says("gen-1"), says(next_=1), within_s=600)
    times = [at for at, _ in there.asked[:9]]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert told == ["gen-1"]
    assert len(warned) == 1
    assert pauses == sorted(pauses)
    assert AWAY_S[0] <= pauses[0] <= AWAY_S[0] + 1
    assert pauses[-1] <= AWAY_S[1] + 1


def test_a_receiver_that_hangs_is_given_up():
    """A question has an end of its own."""

    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async def scenario() -> str:
        stop_time()
        async with httpx.AsyncClient(transport=httpx.MockTransport(hang)) as http:
            asking = asyncio.create_task(Receiver(http, HOOK, SECRETS).news(3))
            await time_passes(TIMEOUT_S + 1)
            with pytest.raises(NotTold) as fault:
                await asking
            return str(fault.value)

    assert asyncio.run(scenario()) == "it took too long"
