"""A real server is set up by one command, and a campaign that is deployed there runs."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from prefect import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment

from deployments.home import VARIABLE
from deployments.setup import POOL, main
from tests.matrices import DATA

WORKER_TIMEOUT_S = 150
SAMPLE = {
    "matrix": str(DATA / "q1_launch.csv"),
    "formats": str(DATA / "formats.csv"),
    "name": "Q1 Launch",
    "sandbox": True,
}


def serve_once(home: Path) -> None:
    """Let a worker run what waits in the pool, and end."""
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process", "--run-once"]
    env = {**os.environ, VARIABLE: str(home)}
    subprocess.run(command, env=env, cwd=home, check=True, capture_output=True, timeout=WORKER_TIMEOUT_S)


async def looked_at(run: FlowRun) -> tuple[FlowRun, dict[str, str]]:
    """The run as it is now, and its artifacts by their keys."""
    async with get_client() as prefect:
        artifacts = [one for one in await prefect.read_artifacts() if one.flow_run_id == run.id]
        return await prefect.read_flow_run(run.id), {str(one.key): str(one.data) for one in artifacts}


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("server")
def test_the_server_is_set_up_once_and_runs_the_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A second setup changes nothing and says so; a worker makes all six images below its own folder."""
    assert main([]) == 0
    first = capsys.readouterr().out
    assert first.count("created") == first.count("\n") - 1, "pool, limit and every deployment"
    assert main([]) == 0
    second = capsys.readouterr().out
    assert second.count("unchanged") == second.count("\n") - 1
    assert "Nothing changed." in second

    run = run_deployment("campaign/campaign", parameters=SAMPLE, timeout=0)
    assert isinstance(run, FlowRun)
    serve_once(tmp_path)
    run, artifacts = asyncio.run(looked_at(run))
    assert run.state is not None
    assert (run.state.type.value, run.state.message) == ("COMPLETED", "6 done")
    assert run.name.startswith("q1-launch, ")
    assert {"images", "paid", "q1-launch"} <= set(run.tags)
    assert sorted(artifacts) == ["q1-launch-progress", "q1-launch-summary"]
    assert "campaigns/q1-launch/manifest.csv" in artifacts["q1-launch-summary"]
    assert "![The first images](data:image/webp;base64,UklGR" in artifacts["q1-launch-summary"]
    assert len(list((tmp_path / "campaigns" / "q1-launch" / "originals").iterdir())) == 6
