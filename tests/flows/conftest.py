"""A campaign run as a user runs it: the real command, its own embedded server, the sandbox over a socket."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.prefect_server.embedded_server import SERVER_DEFAULTS, EmbeddedServer
from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox

ROOT = Path(__file__).parents[2]
COMMAND = ROOT / "flows" / "campaign.py"
RUN_TIMEOUT_S = 110

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Prefect home of the tests' own: its database is migrated once and nobody else's is touched."""
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    """A sandbox that answers within a tenth of a second."""
    with running_sandbox(SandboxOptions(latency_range_s=(0.05, 0.1), plain_pictures=True)) as url:
        yield url


@pytest.fixture(scope="session")
def shared_server(prefect_home: Path) -> Iterator[dict[str, str]]:
    """The environment that names a Prefect server which is up already: most runs need not wait for one of their own."""
    server = EmbeddedServer({**os.environ, **SERVER_DEFAULTS, "PREFECT_HOME": str(prefect_home)})
    server.wait_until_ready()
    yield {"PREFECT_API_URL": server.api_url}
    server.stop()


@pytest.fixture
def server(shared_server: dict[str, str]) -> Iterator[None]:
    """That server, which everything of Prefect's in this process talks to."""
    with temporary_settings({PREFECT_API_URL: shared_server["PREFECT_API_URL"]}):
        yield


@pytest.fixture
def run_campaign(tmp_path: Path, prefect_home: Path) -> Run:
    """Run the command in an empty folder, with nothing of this machine's own settings but what is given."""

    def run(*arguments: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "IDEOGRAM_"))}
        return subprocess.run(
            [sys.executable, COMMAND, *map(str, arguments)],
            cwd=tmp_path,
            env={**kept, "PREFECT_HOME": str(prefect_home), **(env or {})},
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )

    return run
