"""A schedule does what it promises: with nobody there, a worker runs the inbox."""

import asyncio
import csv
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from prefect import get_client
from prefect.client.schemas.schedules import IntervalSchedule

from deployments.setup import main
from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tests.chaos.conftest import is_long
from tests.deployments.workers import a_worker

AHEAD_S, WITHIN_S = 10, 120
LAST_NIGHT_S = 3600


def put(inbox: Path, name: str, *prompts: str) -> None:
    """A matrix that somebody put into the inbox an hour ago."""
    inbox.mkdir()
    with (inbox / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["prompt"], *([prompt] for prompt in prompts)])
    then = time.time() - LAST_NIGHT_S
    os.utime(inbox / name, (then, then))


@contextmanager
def scheduled(name: str) -> Iterator[None]:
    """The deployment's next run is some seconds ahead."""
    at = datetime.now(UTC) + timedelta(seconds=AHEAD_S)
    schedule = IntervalSchedule(interval=timedelta(days=1), anchor_date=at, timezone="UTC")

    async def add() -> tuple[UUID, UUID]:
        async with get_client() as prefect:
            deployment = await prefect.read_deployment_by_name(name)
            [made] = await prefect.create_deployment_schedules(deployment.id, [(schedule, True)])
            return deployment.id, made.id

    async def remove(deployment_id: UUID, schedule_id: UUID) -> None:
        async with get_client() as prefect:
            await prefect.delete_deployment_schedule(deployment_id, schedule_id)

    added = asyncio.run(add())
    yield
    asyncio.run(remove(*added))


def until_filed(folder: Path, log: Path) -> list[Path]:
    """What lies in the folder, as soon as something does."""
    deadline = time.monotonic() + WITHIN_S
    while not (found := sorted(folder.glob("*"))):
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
    return found


@is_long
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("server")
def test_the_inbox_is_run_by_its_schedule(tmp_path: Path):
    """The matrix that somebody put there is made, and filed away."""
    assert main([]) == 0
    put(tmp_path / "inbox", "spring.csv", "A lamp", "A chair")
    with (
        running_sandbox(SandboxOptions(latency_range_s=(0.1, 0.2), plain_pictures=True)) as api,
        a_worker(tmp_path, IDEOGRAM_BASE_URL=api, IDEOGRAM_API_KEY="any") as log,
        scheduled("run-inbox/nightly"),
    ):
        filed = until_filed(tmp_path / "inbox" / "done", log)
    assert [path.name.partition("-")[2] for path in filed] == ["spring.csv"]
    assert not list((tmp_path / "inbox").glob("*.csv"))
    assert len(list((tmp_path / "campaigns" / "spring" / "originals").iterdir())) == 2
