"""How full the account's places in flight are kept, against the best that any scheduler could do."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.prefect_server.embedded_server import EmbeddedServer
from flows.prefect_server.settings import SERVER_DEFAULTS
from sandbox.server import running_sandbox
from tests.benchmarks.callbacks import receiver
from tests.benchmarks.command import own_env, refused, run_campaign, span_s, start_campaign, stats_of
from tests.benchmarks.load import Load, greedy_makespan_s
from tests.benchmarks.rows import Row

TEN_PLACES = Load(80)
EFFICIENCY = "(least time of a greedy scheduler / first request to last answer)"


def in_flight_efficiency() -> list[Row]:
    """A whole campaign on the embedded server, variants and callbacks and all, then the same command again.

    Nobody is to be told of the second run: only so can it end without Prefect.
    """
    load = TEN_PLACES
    with tempfile.TemporaryDirectory() as folder, running_sandbox(load.sandbox) as url, receiver() as (told_to, heard):
        matrix = load.write_matrix(Path(folder, "matrix.csv"))
        first = run_campaign(matrix, url, "--callback-url", told_to, CALLBACK_ALLOW_PRIVATE="1")
        stats = stats_of(url)
        again = run_campaign(matrix, url)
        asked_again, events = stats_of(url)["requests"] - stats["requests"], heard()
    return [
        Row(
            f"in-flight efficiency {EFFICIENCY}",
            greedy_makespan_s(load.latencies_s, load.places) / span_s(stats),
            ">= 0.985",
            f"{load}, {told(stats, load.places)}, {events} events heard of",
        ),
        Row("last answer to the command's end", first.ended_at - stats["last_answer_at"], "", "variants, page", "s"),
        Row("run of a finished campaign / first run", again.wall_s / first.wall_s, "", f"{asked_again} requests in it"),
    ]


def shared_places() -> list[Row]:
    """Two campaigns at one time, in two processes, on one Prefect server whose limit they share."""
    loads = [Load(80, subject=subject) for subject in ("Lamp", "Chair")]
    places = loads[0].places
    with tempfile.TemporaryDirectory() as folder, running_sandbox(loads[0].sandbox) as url:
        server = EmbeddedServer({**own_env(), **SERVER_DEFAULTS, "PREFECT_HOME": f"{folder}/prefect"})
        try:
            server.wait_until_ready()
            matrices = [load.write_matrix(Path(folder, f"{load.subject}.csv")) for load in loads]
            started = [start_campaign(matrix, url, PREFECT_API_URL=server.api_url) for matrix in matrices]
            ended_at = [running.wait().ended_at for running in started]
        finally:
            server.stop()
        stats = stats_of(url)
    in_turn = [latency_s for pair in zip(*(load.latencies_s for load in loads), strict=True) for latency_s in pair]
    apart_s = abs(ended_at[0] - ended_at[1])
    return [
        Row(
            f"the same of two campaigns that share {places} places {EFFICIENCY}",
            greedy_makespan_s(in_turn, places) / span_s(stats),
            ">= 0.95",
            f"2 x {loads[0]}, {told(stats, places)}, they ended {apart_s:.0f} s apart",
        ),
        Row("requests in flight at most, of two campaigns / places", stats["peak_in_flight"] / places, "<= 1"),
    ]


def told(stats: Mapping[str, Any], places: int) -> str:
    """What the sandbox saw, such as `peak 10 of 10 in flight, 0 refused`."""
    return f"peak {stats['peak_in_flight']} of {places} in flight, {refused(stats)} refused"
