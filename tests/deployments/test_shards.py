"""A campaign that several workers share: each image is paid once, and a worker that is killed loses nothing."""

import asyncio
import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment

from deployments.home import VARIABLE
from deployments.setup import POOL, main
from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from sandbox.tariff import latency_s
from tests.benchmarks.load import greedy_makespan_s

PLACES = 10
CELLS = 200
LATENCY_S = (2.0, 6.0)
EFFICIENCY_MIN = 0.9
"""Of a busy machine; on an idle one it is 0.95 and more."""
TIMEOUT_S = 400

pytestmark = pytest.mark.skipif(not os.environ.get("CHAOS"), reason="takes minutes: make chaos")


@contextmanager
def workers(home: Path, api: str, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers of the pool, which say what they do in `worker.log`."""
    env = {**os.environ, VARIABLE: str(home), "IDEOGRAM_BASE_URL": api, "IDEOGRAM_API_KEY": "any"}
    env["PREFECT_WORKER_QUERY_SECONDS"] = "2"
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process", "--name"]
    with (home / "worker.log").open("ab") as log:
        started = [
            subprocess.Popen([*command, f"worker-{number}"], env=env, cwd=home, stdout=log, stderr=log)
            for number in range(count)
        ]
    try:
        yield started
    finally:
        for worker in started:
            kill(worker)


def kill(worker: subprocess.Popen[bytes]) -> None:
    """End a worker and every run that it has started, as a machine does that loses its power."""
    for pid in (*children_of(worker.pid), worker.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    worker.wait()


def children_of(pid: int) -> list[int]:
    """The processes below `pid`."""
    found = [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]
    return [below for child in found for below in (*children_of(child), child)]


def a_campaign(home: Path, name: str, **parameters: Any) -> FlowRun:
    """A run of a campaign of lamps in the worker's folder."""
    with (home / "lamps.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["prompt"], *([f"Lamp {number} of {name}"] for number in range(CELLS))])
    asked = {"matrix": "lamps.csv", "name": name, "max_in_flight": PLACES, "shards": 2, "variants": SMALL}
    run = run_deployment("campaign/campaign", parameters=asked | parameters, timeout=0)
    assert isinstance(run, FlowRun)
    return run


SMALL = [{"name": "og", "width": 120, "height": 63}]


def ended(run: FlowRun) -> FlowRun:
    """The run when it is over."""
    until = time.monotonic() + TIMEOUT_S
    while time.monotonic() < until:
        run = asyncio.run(looked_at(run))
        if run.state is not None and run.state.is_final():
            return run
        time.sleep(1)
    raise AssertionError(run.state)


async def looked_at(run: FlowRun) -> FlowRun:
    """The run as it is now."""
    async with get_client() as prefect:
        return await prefect.read_flow_run(run.id)


def stats_of(api: str) -> dict[str, Any]:
    """What the API has counted."""
    return dict(httpx.get(f"{api}/stats", trust_env=False).json())


@pytest.mark.timeout(TIMEOUT_S + 60)
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("is_killed", [False, True])
def test_two_workers_share_a_campaign(tmp_path: Path, is_killed: bool):
    """No place more than the account has, every image once, one manifest; also where a worker dies in the middle."""
    assert main([]) == 0
    options = SandboxOptions(places=PLACES, latency_range_s=LATENCY_S, plain_pictures=True)
    with running_sandbox(options) as api, workers(tmp_path, api, 2) as both:
        run = a_campaign(tmp_path, f"Shared {is_killed}")
        if is_killed:
            while stats_of(api)["billed"] < CELLS // 4:
                time.sleep(0.5)
            kill(min(both, key=lambda worker: len(children_of(worker.pid))))  # the other has the campaign's own run
        run = ended(run)
        stats = stats_of(api)
    log = (tmp_path / "worker.log").read_text()
    folder = tmp_path / "campaigns" / str(run.parameters["name"]).lower().replace(" ", "-")
    rows = list(csv.DictReader((folder / "manifest.csv").read_text(encoding="utf-8-sig").splitlines()))
    statuses = [row["status"] for row in rows]
    assert len(rows) == CELLS
    assert set(statuses) <= ({"done", "unknown"} if is_killed else {"done"}), log
    assert statuses.count("unknown") <= PLACES, "what was in flight at most"
    assert max(count["billed"] for count in stats["prompts"].values()) == 1
    assert statuses.count("done") <= stats["billed"] <= CELLS
    assert stats["peak_in_flight"] <= PLACES
    if not is_killed:
        least_s = greedy_makespan_s((latency_s(p, "V_2", range_s=LATENCY_S) for p in stats["prompts"]), PLACES)
        assert least_s / (stats["last_answer_at"] - stats["first_request_at"]) > EFFICIENCY_MIN
