"""A worker as the runbook starts one, and a look at the runs it is given."""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect import get_client
from prefect.client.schemas.objects import FlowRun

from deployments.home import VARIABLE
from deployments.setup import POOL
from tests.deployments.conftest import running

ENDS_WITHIN_S = 100


@contextmanager
def a_worker(home: Path, **env: str) -> Iterator[Path]:
    """A worker of the pool with `home` as its folder; gives the log of what it and its runs say."""
    log = home / "worker.log"
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process"]
    env = {**os.environ, VARIABLE: str(home), "PREFECT_WORKER_QUERY_SECONDS": "1", **env}
    with running(command, log, env=env, cwd=home):
        yield log


def look_at(run: FlowRun) -> FlowRun:
    """The run as it is now."""

    async def read() -> FlowRun:
        async with get_client() as prefect:
            return await prefect.read_flow_run(run.id)

    return asyncio.run(read())


def end_of(run: FlowRun) -> FlowRun:
    """The run when it is over."""
    deadline = time.monotonic() + ENDS_WITHIN_S
    while time.monotonic() < deadline:
        run = look_at(run)
        if run.state is not None and run.state.is_final():
            return run
        time.sleep(0.3)
    raise AssertionError(run.state)
