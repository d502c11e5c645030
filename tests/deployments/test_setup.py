"""A real server is set up by one command, and a campaign that is deployed there runs."""

import asyncio
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from prefect import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.deployments import run_deployment

from deployments.budgets import FIRST_BUDGET_USD
from deployments.home import VARIABLE
from deployments.setup import POOL, main
from tests.matrices import DATA

WORKER_TIMEOUT_S = 150
SCHEDULED_WITHIN_S = 30
SCHEDULED = {"nightly", "deliver-callbacks"}
SAMPLE = {
    "matrix": str(DATA / "q1_launch.csv"),
    "formats": str(DATA / "formats.csv"),
    "name": "Q1 Launch",
    "sandbox": True,
}


def serve_once(home: Path) -> str:
    """Let a worker run what waits in the pool, and end; returns what it and the runs have said."""
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process", "--run-once"]
    env = {**os.environ, VARIABLE: str(home)}
    served = subprocess.run(
        command, env=env, cwd=home, check=True, capture_output=True, text=True, timeout=WORKER_TIMEOUT_S
    )
    return served.stdout + served.stderr


async def looked_at(run: FlowRun) -> tuple[FlowRun, dict[str, str]]:
    """The run as it is now, and its artifacts by their keys."""
    async with get_client() as prefect:
        artifacts = [one for one in await prefect.read_artifacts() if one.flow_run_id == run.id]
        return await prefect.read_flow_run(run.id), {str(one.key): str(one.data) for one in artifacts}


async def until_scheduled(names: set[str]) -> set[str]:
    """Those of the deployments `names` that the server has planned runs of, once it has for all or the time is over."""
    deadline = time.monotonic() + SCHEDULED_WITHIN_S
    found: set[str] = set()
    async with get_client() as prefect:
        deployments = {one.id: one.name for one in await prefect.read_deployments()}
        while found != names and time.monotonic() < deadline:
            await asyncio.sleep(1)
            runs = await prefect.read_flow_runs()
            found = {deployments[run.deployment_id] for run in runs if run.auto_scheduled and run.deployment_id}
    return found


async def set_by_hand() -> None:
    """What a person does in the UI: pause what costs money, each in its own way, and add schedules."""
    async with get_client() as prefect:
        nightly = await prefect.read_deployment_by_name("run-inbox/nightly")
        (own,) = nightly.schedules
        await prefect.update_deployment_schedule(nightly.id, own.id, active=False)
        added = CronSchedule(cron="0 5 * * 1", timezone="Europe/Berlin")
        every = IntervalSchedule(interval=timedelta(days=2))
        await prefect.create_deployment_schedules(nightly.id, [(added, True), (every, False)])
        deliver = await prefect.read_deployment_by_name("deliver-callbacks/deliver-callbacks")
        await prefect.pause_deployment(deliver.id)
        campaign = await prefect.read_deployment_by_name("campaign/campaign")
        await prefect.create_deployment_schedules(campaign.id, [(added, True)])
        await prefect.pause_deployment(campaign.id)


async def what_is_set() -> dict[str, tuple[bool, list[tuple[str, bool]]]]:
    """Whether each deployment is paused, and when it runs by itself: the time of each schedule, and if it is active."""
    async with get_client() as prefect:
        return {
            one.name: (one.paused, sorted((repr(each.schedule), each.active) for each in one.schedules))
            for one in await prefect.read_deployments()
        }


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("server")
def test_the_server_is_set_up_once_and_runs_the_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A second setup changes nothing and says so; schedules plan runs; a worker makes six images in its own folder.

    What it refuses is told by the run's state and an artifact, and not by a traceback.
    """
    assert main([]) == 0
    first = capsys.readouterr().out
    assert first.count("created") == first.count("\n") - 1, "pool, limit and every deployment"
    assert main([]) == 0
    second = capsys.readouterr().out
    assert second.count("unchanged") == second.count("\n") - 1
    assert "Nothing changed." in second
    assert asyncio.run(until_scheduled(SCHEDULED)) == SCHEDULED

    run = run_deployment("campaign/campaign", parameters=SAMPLE, timeout=0)
    refused = run_deployment("campaign/campaign", parameters={"matrix": "lunch.csv", "variants": "og"}, timeout=0)
    assert isinstance(run, FlowRun)
    assert isinstance(refused, FlowRun)
    assert "Traceback" not in serve_once(tmp_path)
    refused, told = asyncio.run(looked_at(refused))
    assert refused.state is not None
    assert (refused.state.type.value, sorted(refused.tags)) == ("FAILED", ["images", "refused"])
    assert str(refused.state.message).startswith(
        "Refused, 1 thing to mend; nothing was sent, nothing was paid: Variants"
    )
    assert "is not a variant; write NAME=WIDTHxHEIGHT" in told["lunch-refused"].replace("<br>", " ")
    assert refused.parameters["budget_usd"] == FIRST_BUDGET_USD
    run, artifacts = asyncio.run(looked_at(run))
    assert run.state is not None
    assert (run.state.type.value, run.state.message) == ("COMPLETED", "6 done")
    assert run.name.startswith("q1-launch, ")
    assert set(run.tags) == {"images", "trial", "q1-launch"}
    assert sorted(artifacts) == ["q1-launch-progress", "q1-launch-summary"]
    assert "campaigns/q1-launch/manifest.csv" in artifacts["q1-launch-summary"]
    assert "![The first images](data:image/webp;base64,UklGR" in artifacts["q1-launch-summary"]
    assert len(list((tmp_path / "campaigns" / "q1-launch" / "originals").iterdir())) == 6


async def forget_deployments() -> None:
    """Take all of them off the server."""
    async with get_client() as prefect:
        for one in await prefect.read_deployments():
            await prefect.delete_deployment(one.id)


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("server")
def test_what_people_have_set_by_hand_stays(capsys: pytest.CaptureFixture[str]):
    """A setup resumes nothing that costs money, and takes away no schedule that somebody has added."""
    assert main([]) == 0
    before = asyncio.run(what_is_set())
    asyncio.run(set_by_hand())
    wanted = asyncio.run(what_is_set())
    assert {name for name in wanted if wanted[name] != before[name]} == {"campaign", *SCHEDULED}
    capsys.readouterr()
    assert main([]) == 0
    assert "Nothing changed." in capsys.readouterr().out
    assert asyncio.run(what_is_set()) == wanted
    asyncio.run(forget_deployments())
    assert main([]) == 0
    assert asyncio.run(what_is_set()) == before
