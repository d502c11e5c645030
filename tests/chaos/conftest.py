"""A stand-in API and a Prefect server for campaigns that are killed."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from flows.prefect_server.embedded_server import SERVER_DEFAULTS, EmbeddedServer
from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tests.chaos.campaigns import KilledCampaign, set_limit
from tests.chaos.series import Tally

SEED: Final = os.environ.get("CHAOS_SEED") or str(random.randrange(10**6))
"""What the series of kills choose by; said at the end, so that they can be repeated."""
KILLS_USUAL: Final = 3
KILLS: Final = int(os.environ.get("CHAOS_KILLS") or KILLS_USUAL)
"""How many of each sort there are at least in each series."""
TALLY: Final = Tally()

is_long = pytest.mark.skipif(not os.environ.get("CHAOS"), reason="takes minutes: make chaos")

Make = Callable[..., KilledCampaign]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what has become of the kills, and by which seed."""
    if TALLY.kills:
        terminalreporter.section(f"kills, by CHAOS_SEED={SEED}")
        terminalreporter.write_line("\n".join(TALLY.table()))


@pytest.fixture
def tally() -> Tally:
    """Counts the kills of the whole session."""
    return TALLY


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Prefect home of these tests' own."""
    return tmp_path_factory.mktemp("prefect-of-chaos")


@pytest.fixture(scope="session")
def server_env(prefect_home: Path) -> Iterator[dict[str, str]]:
    """A server that outlives the runs, so that a kill costs no start of another."""
    server = EmbeddedServer({**os.environ, **SERVER_DEFAULTS, "PREFECT_HOME": str(prefect_home)})
    server.wait_until_ready()
    yield {"PREFECT_API_URL": server.api_url, "PREFECT_HOME": str(prefect_home)}
    server.stop()


@pytest.fixture
def eight_places(server_env: dict[str, str]) -> Iterator[None]:
    """The server grants twice as many places as the API has, so that some requests wait to be sent once more."""
    set_limit(server_env["PREFECT_API_URL"], 8)
    yield
    set_limit(server_env["PREFECT_API_URL"], 4)


@pytest.fixture
def make_campaign(tmp_path: Path, server_env: dict[str, str]) -> Iterator[Make]:
    """Makes a campaign with an API, and a bill, of its own."""
    with running_sandbox(SandboxOptions(places=4, latency_range_s=(0.1, 0.4), plain_pictures=True)) as api:

        def make(cells: int, **fields) -> KilledCampaign:
            prompts = tuple(f"Lamp number {n}" for n in range(cells))
            return KilledCampaign(**{"folder": tmp_path, "api": api, "env": server_env, "prompts": prompts} | fields)

        yield make
