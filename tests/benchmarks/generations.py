"""How full the account's places are kept where images are accepted at once, and asked for until they are drawn."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from sandbox.server import running_sandbox
from tasks.api.ideogram import IdeogramClient
from tasks.api.pace import Pace
from tasks.api.poller import Generation, Poller
from tasks.api.settings import Settings
from tasks.records.answer import Accepted, ImageObject
from tasks.records.request import GenerationRequest
from tests.benchmarks.command import run_campaign, stats_of
from tests.benchmarks.in_flight import told
from tests.benchmarks.load import Load, greedy_makespan_s
from tests.benchmarks.rows import Row

MODEL: Final = "ideogram-4-5"
TEN_PLACES: Final = Load(80, model=MODEL, plain_pictures=True)
AS_SLOW_AS_SEEN: Final = (13.5, 17.7)
"""Seconds that 4.5 took of those who measured."""
HUNDRED_PLACES: Final = Load(400, places=100, model=MODEL, plain_pictures=True)
EVERY_S: Final = 2.0
EFFICIENCY: Final = "(least time of a greedy scheduler / first request to the last image heard of)"

Wait = Callable[[IdeogramClient, str], Awaitable[object]]
"""Returns when a generation is drawn."""


def generations() -> list[Row]:
    """A whole campaign, then the client alone: as it polls, and as one does that asks every two seconds.

    At the standard bound the polls decide what is possible: 80 images of 2 to 6 s at ten places end two and a half
    times a second, so that four polls are left for each, which is worth 0.945 at best (`flows/DECISIONS.md`).
    """
    return [
        whole_campaign(TEN_PLACES),
        *(of_client(TEN_PLACES, polls_max) for polls_max in (100, 400)),
        every_two_seconds(TEN_PLACES),
        of_client(replace(HUNDRED_PLACES, latency_range_s=AS_SLOW_AS_SEEN), 100),
        of_client(HUNDRED_PLACES, 1000),
        every_two_seconds(HUNDRED_PLACES),
    ]


def whole_campaign(load: Load) -> Row:
    """The command, with its own server, variants and all."""
    with tempfile.TemporaryDirectory() as folder, running_sandbox(load.sandbox) as url:
        run_campaign(load.write_matrix(Path(folder, "matrix.csv")), url)
        stats = stats_of(url)
    span_s = stats["last_told_at"] - stats["first_request_at"]
    efficiency = greedy_makespan_s(load.latencies_s, load.places) / span_s
    details = f"{load}, {stats['polls']} polls, at most 100 in ten seconds; {told(stats, load.places)}"
    return Row(f"in-flight efficiency of accepted images {EFFICIENCY}", efficiency, ">= 0.97", details)


def of_client(load: Load, polls_max: int) -> Row:
    """The client alone, at a bound on its polls."""
    poller: list[Poller] = []

    async def wait(client: IdeogramClient, generation_id: str) -> object:
        if not poller:
            poller.append(Poller(lambda one: client.look(one.generation_id), polls_max, 600.0, pace=Pace()))
        return await poller[0].image_of(Generation(generation_id, MODEL))

    bar = ">= 0.97" if load.places <= 10 else ">= 0.8"
    return row_of(load, wait, f"at {load.places} places, at most {polls_max} polls in ten seconds", bar)


def every_two_seconds(load: Load) -> Row:
    """The same client, asking for each every two seconds."""

    async def wait(client: IdeogramClient, generation_id: str) -> object:
        while not isinstance(told := await client.look(generation_id), ImageObject):  # noqa: ASYNC110  it asks
            await asyncio.sleep(EVERY_S)
        return told

    return row_of(load, wait, f"at {load.places} places, every {EVERY_S:g} s for each", "")


def row_of(load: Load, wait: Wait, how: str, bar: str) -> Row:
    """The efficiency of lanes that ask, wait and ask again."""
    with running_sandbox(load.sandbox) as url:
        span_s = asyncio.run(drawn(load, url, wait))
        stats = stats_of(url)
    efficiency = greedy_makespan_s(load.latencies_s, load.places) / span_s
    details = f"{load}, {stats['polls']} polls, {told(stats, load.places)}"
    return Row(f"the client alone, {how}", efficiency, bar, details)


async def drawn(load: Load, url: str, wait: Wait) -> float:
    """The seconds from the first request until the last image was heard of."""
    prompts = iter(load.prompts)
    started = time.monotonic()
    async with IdeogramClient.open(Settings.for_api(url, "any")) as client:

        async def lane() -> None:
            for prompt in prompts:
                request = GenerationRequest(
                    prompt=prompt, model=MODEL, resolution="RESOLUTION_1024_1024", quality="low"
                )
                accepted = await client.generate(request)
                assert isinstance(accepted, Accepted)
                await wait(client, accepted.generation_id)

        async with asyncio.TaskGroup() as lanes:
            for _ in range(load.places):
                lanes.create_task(lane())
    return time.monotonic() - started
