"""How full the account's places in flight are kept, against the best that any scheduler could do."""

import csv
import heapq
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import httpx

from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from sandbox.tariff import latency_s
from tests.benchmarks.rows import Row

COMMAND = Path(__file__).parents[2] / "flows" / "campaign.py"
CELLS = 80
PLACES = 10
LATENCY_S = (2.0, 6.0)


def in_flight_efficiency() -> list[Row]:
    """A whole campaign on the embedded server, variants and all, then the same command again."""
    prompts = [f"Product {number}, a picture" for number in range(CELLS)]
    latencies = [latency_s(prompt, "V_2", range_s=LATENCY_S) for prompt in prompts]
    options = SandboxOptions(places=PLACES, latency_range_s=LATENCY_S)
    with tempfile.TemporaryDirectory() as folder, running_sandbox(options) as url:
        matrix = Path(folder, "matrix.csv")
        with matrix.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["prompt"], *([prompt] for prompt in prompts)])
        first_s, started = timed_run(matrix, url), time.time()
        stats = httpx.get(f"{url}/stats").json()
        again_s = timed_run(matrix, url)
        asked_again = httpx.get(f"{url}/stats").json()["requests"] - stats["requests"]
    span_s = stats["last_answer_at"] - stats["first_request_at"]
    least_s = greedy_makespan_s(latencies, PLACES)
    refused = sum(stats["refused"].values())
    return [
        Row(
            "in-flight efficiency (least time of a greedy scheduler / first request to last answer)",
            least_s / span_s,
            ">= 0.985",
            f"{CELLS} images of {LATENCY_S[0]:g} to {LATENCY_S[1]:g} s, peak {stats['peak_in_flight']} of {PLACES} "
            f"in flight, {refused} refused",
        ),
        Row("last answer to the command's end", started - stats["last_answer_at"], "", "variants, page, exit", "s"),
        Row("run of a finished campaign / first run", again_s / first_s, "", f"{asked_again} requests in the rerun"),
    ]


def greedy_makespan_s(latencies_s: Iterable[float], places: int) -> float:
    """When the last image is answered if each starts, in the given order, as soon as any place is free."""
    free = [0.0] * places
    for latency in latencies_s:
        heapq.heapreplace(free, free[0] + latency)
    return max(free)


def timed_run(matrix: Path, url: str) -> float:
    """Run the command over `matrix` in its folder; its wall time in seconds."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    env |= {"IDEOGRAM_BASE_URL": url, "IDEOGRAM_API_KEY": "any", "PREFECT_HOME": str(matrix.parent / "prefect")}
    started = time.monotonic()
    subprocess.run([sys.executable, COMMAND, matrix], cwd=matrix.parent, env=env, check=True, capture_output=True)
    return time.monotonic() - started
