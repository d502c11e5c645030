"""How long it takes until the first request leaves, against an empty flow on Prefect's own temporary server."""

import sys
import tempfile
from pathlib import Path

from sandbox.server import running_sandbox
from tests.benchmarks.command import Running, own_env, run_campaign, stats_of
from tests.benchmarks.load import Load
from tests.benchmarks.rows import Row

ROUNDS = 2
LOAD = Load(1, latency_range_s=(0, 0), plain_pictures=True)
EMPTY_FLOW = """
import time
from prefect import flow

@flow
def empty():
    print("first line at", time.time())

empty()
"""


def start_up() -> list[Row]:
    """Each round begins with two new Prefect homes, and runs both in their own home, cold and then warm."""
    ours_s: dict[str, list[float]] = {"cold": [], "warm": []}
    empty_s: dict[str, list[float]] = {"cold": [], "warm": []}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as other:
            for home in ("cold", "warm"):
                ours_s[home].append(until_first_request_s(Path(ours), home))
                empty_s[home].append(until_first_line_s(Path(other)))
    return [
        Row(
            f"command to first request / empty flow to its first line, {home} Prefect home",
            sum(ours_s[home]) / sum(empty_s[home]),
            "<= 1.1",
            f"{each_s(ours_s[home])} / {each_s(empty_s[home])}",
        )
        for home in ours_s
    ]


def each_s(seconds: list[float]) -> str:
    """Such as `7.1, 7.4 s`."""
    return f"{', '.join(f'{one:.1f}' for one in seconds)} s"


def until_first_request_s(folder: Path, name: str) -> float:
    """From starting the command to its first request at the sandbox; a campaign of its own by `name`."""
    with running_sandbox(LOAD.sandbox) as url:
        ran = run_campaign(LOAD.write_matrix(folder / f"{name}.csv"), url)
        return float(stats_of(url)["first_request_at"] - ran.started_at)


def until_first_line_s(folder: Path) -> float:
    """From starting the script to the first line of its flow. Prefect gives up after 20 s unless it is told not to."""
    script = folder / "empty.py"
    script.write_text(EMPTY_FLOW, encoding="utf-8")
    patient = {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120"}
    ran = Running([sys.executable, script], folder, own_env(PREFECT_HOME=str(folder / "prefect"), **patient)).wait()
    return float(ran.output.partition("first line at ")[2].split()[0]) - ran.started_at
