"""A receiver as a process of its own, the way a user runs it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from tests.deployments.events import PATH, SECRET, event_body, signed
from tests.tasks.api.raw_server import unused_port
from tests.waiting import LIMIT_S, until

ROOT: Final = Path(__file__).parents[2]
START_S: Final = 60.0


@dataclass(frozen=True)
class Running:
    """The process, and a client of it."""

    process: subprocess.Popen[str]
    client: httpx.Client

    def post(self, event_id: str, event: str = "generation.completed", **fields: Any) -> None:
        """Send an event, which must be acknowledged."""
        body = event_body(event, **fields)
        response = self.client.post(PATH, content=body, headers=signed(body, event_id))
        assert (response.status_code, response.json()) == (200, {"received": True})

    def health(self) -> dict[str, Any]:
        """What it says of itself."""
        return dict(self.client.get("/health").json())

    def wait_for(self, **counts: int) -> None:
        """Return once its health shows these counts."""
        until(lambda: self.health().items() >= counts.items(), said=self.health)


@contextmanager
def running_receiver(folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """A receiver whose journal and log are in `folder`, where its functions are looked for too; killed at the end."""
    port = unused_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CALLBACK_"))}
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "deployments.callback_receiver", f"--port={port}"],
            cwd=folder,
            env={**kept, "PYTHONPATH": str(ROOT), "CALLBACK_SECRET": SECRET, **(env or {})},
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=LIMIT_S) as client:
            _wait_until_it_answers(client, process, folder / "log")
            yield Running(process, client)
    finally:
        process.kill()
        process.wait()


def _wait_until_it_answers(client: httpx.Client, process: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            client.get("/health")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())
