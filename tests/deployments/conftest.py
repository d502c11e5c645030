"""A Prefect server as it runs for real: its own process, on PostgreSQL, with this project's settings."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.start_server import DATABASE

START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 20


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the setup makes can only be seen on a server that nobody has set up."""
    items.sort(key=lambda item: item.path.name != "test_setup.py")


def postgres_program(name: str) -> str | None:
    """Where one of PostgreSQL's programs is; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(found[-1]) if found else None)


def unprivileged() -> dict[str, Any]:
    """How to start a process as somebody whom PostgreSQL accepts: it refuses root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when it is; fail with what the process has said once it has ended, or the time is over."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.2)


@contextmanager
def running(command: list[str], log: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the context."""
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database of a server of its own, which is reached by a socket and no port."""
    initdb, postgres = postgres_program("initdb"), postgres_program("postgres")
    if initdb is None or postgres is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    who = unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))  # pytest's folders are closed to others
    os.chown(folder, who.get("user", -1), who.get("group", -1))
    log = tmp_path_factory.mktemp("postgres") / "log"
    try:
        made = [initdb, "-D", folder / "data", "-U", "prefect", "-A", "trust", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **who)
        options = ["-c", "listen_addresses=", "-c", "fsync=off"]
        command = [postgres, "-D", str(folder / "data"), "-k", str(folder), *options]
        with running(command, log, cwd=folder, **who) as process:
            wait_until(lambda: "ready to accept" in log.read_text(), process, log)
            yield f"postgresql+asyncpg://prefect@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server_url(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server's API, started as the runbook says."""
    home = tmp_path_factory.mktemp("prefect-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    env = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    command = [sys.executable, "-m", "deployments.start_server", "--host", "127.0.0.1", "--port", str(port)]
    env |= {"PREFECT_HOME": str(home), "PREFECT_API_URL": url, DATABASE: postgres}
    with running(command, home / "log", env=env) as process:
        wait_until(lambda: answers(url), process, home / "log")
        yield url


@pytest.fixture(scope="session")
def server(server_url: str) -> Iterator[str]:
    """The server, which everything that is started from here talks to."""
    with pytest.MonkeyPatch.context() as patch, temporary_settings({PREFECT_API_URL: server_url}):
        patch.setenv("PREFECT_API_URL", server_url)
        yield server_url


def answers(url: str) -> bool:
    """Whether a server is up."""
    try:
        return httpx.get(f"{url}/health", timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False
