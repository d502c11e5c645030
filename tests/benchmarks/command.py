"""Runs the command as a user does, and says what it took."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
COMMAND = ROOT / "flows" / "campaign.py"


def own_env(**variables: str) -> dict[str, str]:
    """The environment of this process with `variables`, and nothing else that steers Prefect or the command."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "IDEOGRAM_"))}
    return kept | variables


@dataclass(frozen=True)
class Ran:
    """A process that has ended well; times are unix seconds."""

    started_at: float
    ended_at: float
    cpu_s: float
    """Of the process and of all children that it waited for."""
    output: str

    @property
    def wall_s(self) -> float:
        """From its start to its end."""
        return self.ended_at - self.started_at


class Running:
    """A process that has been started; it writes to a file, so that no pipe fills up."""

    def __init__(self, command: list[Any], folder: Path, env: Mapping[str, str], given: str = "") -> None:
        self._command = [str(word) for word in command]
        self._said = folder / f"said-{time.monotonic_ns()}.txt"
        asked = folder / f"given-{time.monotonic_ns()}.txt"
        asked.write_text(given, encoding="utf-8")
        self.started_at = time.time()
        with self._said.open("wb") as out, asked.open("rb") as into:
            self.process = subprocess.Popen(
                self._command, cwd=folder, env=dict(env), stdin=into, stdout=out, stderr=subprocess.STDOUT
            )

    def wait(self) -> Ran:
        """What it took. Raises CalledProcessError with what the process said where it failed."""
        _, status, usage = os.wait4(self.process.pid, 0)
        ended_at = time.time()
        self.process.returncode = os.waitstatus_to_exitcode(status)  # nobody else can wait for it any more
        output = self._said.read_text(encoding="utf-8", errors="replace")
        if self.process.returncode:
            raise subprocess.CalledProcessError(self.process.returncode, self._command, output)
        return Ran(self.started_at, ended_at, usage.ru_utime + usage.ru_stime, output)


def start_campaign(matrix: Path, url: str, *options: str, **env: str) -> Running:
    """Start the command over `matrix`, in its folder, with a Prefect home there."""
    home = {"PREFECT_HOME": str(matrix.parent / "prefect")}
    variables = home | {"IDEOGRAM_BASE_URL": url, "IDEOGRAM_API_KEY": "any"} | env
    return Running([sys.executable, COMMAND, matrix, *options], matrix.parent, own_env(**variables))


def run_campaign(matrix: Path, url: str, *options: str, **env: str) -> Ran:
    """Run the command over `matrix` to its end."""
    return start_campaign(matrix, url, *options, **env).wait()


def stats_of(url: str) -> dict[str, Any]:
    """What a sandbox has counted."""
    return dict(httpx.get(f"{url}/stats", trust_env=False).raise_for_status().json())


def span_s(stats: Mapping[str, Any]) -> float:
    """From the first request to the last answer."""
    return float(stats["last_answer_at"] - stats["first_request_at"])


def refused(stats: Mapping[str, Any]) -> int:
    """How many requests were turned away."""
    return sum(stats["refused"].values())
