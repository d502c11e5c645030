"""A hundred kills, of every sort, by a seed: nothing is paid that is not told, and nothing that is paid is lost.

`CHAOS_SEED` repeats the choices of an earlier series; `CHAOS_KILLS` is how many of each sort there are in each series.
"""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Final

import pytest

from flows.prefect_server.embedded_server import SERVER_DEFAULTS, EmbeddedServer
from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tests.buckets import Bucket, bucket, s3_server  # noqa: F401  fixtures
from tests.chaos.campaigns import KilledCampaign
from tests.chaos.conftest import KILLS, KILLS_USUAL, SEED, is_long
from tests.chaos.fates import LOSES_ITS_ANSWER, OF_PICTURES, OF_THE_API, OF_THE_BUCKET, Fate, Odds, Passing
from tests.chaos.go_between import go_between
from tests.chaos.series import Series, Tally
from tests.chaos.sorts import ELSEWHERE, SORTS, Run, Sort, name_of_its_own, on_host, signals
from tests.chaos.standstill import THEN, Standstill
from tests.tasks.receivers import listening

HOURS = pytest.mark.timeout(3600)
ON_A_DISK: Final = 2 * KILLS
"""Of each sort: there a kill takes the least time."""
BY_TURNS: Final = 2 * KILLS
"""Between two machines."""
AWAY_S: Final = (0.2, 1.5)

Start = Callable[..., Series]


@pytest.fixture
def start(tmp_path: Path, server_env: dict[str, str], tally: Tally, monkeypatch) -> Iterator[Start]:
    """Starts a series with a campaign, an API and somebody who is called back of its own."""
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
    with ExitStack() as running:
        sandbox = SandboxOptions(places=4, latency_range_s=(0.1, 0.4), plain_pictures=True)
        api = running.enter_context(running_sandbox(sandbox))
        listener = running.enter_context(listening())

        def go(name: str, env: dict[str, str] | None = None, **fields) -> Series:
            options = (*fields.pop("options", ("--max-in-flight", "4")), "--callback-url", listener.url)
            output = fields.pop("output", "out")
            campaign = KilledCampaign(tmp_path, api, server_env | (env or {}), (), output, options)
            return Series(name, campaign, Random(f"{SEED} {name}"), tally, listener, **fields)

        yield go


def strike_all(series: Series, sorts: Sequence[Sort], each: int) -> None:
    """Kill in each of these sorts so often, in an order that is drawn; then end the campaign, and audit it."""
    order = [*sorts] * each
    series.chance.shuffle(order)
    try:
        for sort in order:
            series.strike(sort)
        series.finish()
    finally:
        series.collect()


def test_a_whole_series_has_a_hundred_kills():
    """As many as were asked for, with the number that `make chaos` uses."""
    series = (ON_A_DISK * len(SORTS), KILLS * len(SORTS), KILLS * (len(SORTS) + 1), BY_TURNS, 2 * KILLS * len(THEN))
    assert sum(series) >= 100 * KILLS / KILLS_USUAL


@is_long
@HOURS
def test_killed_on_a_disk(start: Start):
    """Whatever the sort of death: a zombie is dead, who stands still on this machine is not."""
    strike_all(start("disk"), SORTS, ON_A_DISK)


@is_long
@HOURS
def test_killed_while_the_api_answers_nothing(start: Start):
    """Nulls, lost answers and gateways between the API and the campaign: billed, told, and never asked for again."""
    series = start("api of nulls")
    odds, of_pictures = Odds(f"{SEED} api", OF_THE_API), Odds(f"{SEED} pictures", OF_PICTURES)

    def decide(passing: Passing) -> Fate:
        if passing.method != "POST":
            return of_pictures.draw(passing.path)
        return odds.draw(json.loads(passing.body)["image_request"]["prompt"])

    with go_between(series.campaign.api, decide) as address:
        series.campaign.env = {**series.campaign.env, "IDEOGRAM_BASE_URL": address}
        strike_all(series, SORTS, KILLS)


@is_long
@HOURS
def test_killed_on_a_bucket_that_loses_answers(start: Start, bucket: Bucket):  # noqa: F811
    """A write may have taken effect although it failed, and may not although it was sent."""
    odds, is_away = Odds(f"{SEED} bucket", OF_THE_BUCKET), threading.Event()

    def decide(passing: Passing) -> Fate:
        return LOSES_ITS_ANSWER if is_away.is_set() else odds.draw(f"{passing.method} {passing.path}")

    def while_it_is_away(run: Run, chance: Random) -> bool:
        is_away.set()
        time.sleep(chance.uniform(*AWAY_S))
        has_hit = signals(signal.SIGKILL)(run, chance)
        is_away.clear()
        return has_hit

    with go_between(bucket.server, decide) as address:
        series = start("lossy bucket", {"AWS_ENDPOINT_URL": address}, output=f"{bucket.url}/campaigns")
        strike_all(series, [*SORTS, Sort("all answers lost, then SIGKILL", while_it_is_away)], KILLS)


@is_long
@HOURS
def test_killed_on_one_machine_and_taken_up_on_another(start: Start):
    """Whether a run on another machine lives is seen by its beat alone."""
    hosts = two_hosts()
    series = start("two machines", script=ELSEWHERE)
    sort = Sort("SIGKILL, taken up on another machine", signals(signal.SIGKILL))
    try:
        for number in range(BY_TURNS):
            series.strike(sort._replace(below=hosts[number % 2]))
            ended = series.clean_run(below=hosts[(number + 1) % 2])
            assert ended.returncode in {0, 1}, series.story
            assert "pending" not in {row["status"] for row in series.campaign.rows()}, series.story
        series.finish()
    finally:
        series.collect()


@is_long
@HOURS
@pytest.mark.usefixtures("eight_places")
def test_stopped_on_one_machine_and_taken_over_on_another(start: Start, server_there: dict[str, str]):
    """Who wakes sends nothing for a cell that is another's by then, and what it had out is told."""
    places = ("--max-in-flight", "8")
    series = start("two machines", script=ELSEWHERE, does_keep_originals=False, options=places)
    stand_still(Standstill(series, *two_hosts(), server_there))


@is_long
@HOURS
def test_stopped_while_another_run_waits_for_it(start: Start):
    """Who stands still on this machine may go on, and is waited for; who is killed then is not."""
    stand_still(Standstill(start("one machine")))


def stand_still(still: Standstill) -> None:
    """Stop runs, each with every end that it may come to; then end the campaign, and audit it."""
    order = [*THEN] * KILLS
    still.series.chance.shuffle(order)
    for then in order:
        still.strike(then)
    still.series.finish()


def two_hosts() -> tuple[Sequence[str], Sequence[str]]:
    """The commands that start others on two machines, by their host names; skips where none may be given."""
    if name_of_its_own() is None:
        pytest.skip("this system lets no process have a host name of its own (unshare --uts)")
    return on_host("north"), on_host("south")


@pytest.fixture
def server_there(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The Prefect server of another machine."""
    with a_server(tmp_path / "prefect-there") as env:
        yield env


@contextmanager
def a_server(home: Path) -> Iterator[dict[str, str]]:
    """A Prefect server, as long as the context lasts."""
    server = EmbeddedServer({**os.environ, **SERVER_DEFAULTS, "PREFECT_HOME": str(home)})
    server.wait_until_ready()
    yield {"PREFECT_API_URL": server.api_url, "PREFECT_HOME": str(home)}
    server.stop()
