"""Whole campaigns on the same stand-in with the same latencies: the command, and the reference design."""

import tempfile
from dataclasses import replace
from pathlib import Path

from sandbox.server import running_sandbox
from tests.benchmarks.command import run_campaign, span_s, stats_of
from tests.benchmarks.in_flight import EFFICIENCY, TEN_PLACES, told
from tests.benchmarks.load import Load, greedy_makespan_s
from tests.benchmarks.pictures import large_pictures, pictures_in
from tests.benchmarks.reference_design import run_reference
from tests.benchmarks.rows import CannotRun, Row

HUNDRED_PLACES = Load(400, places=100)
ONE_IMAGE = Load(1, latency_range_s=(0, 0), plain_pictures=True)
JOBS_AS_STATED = 5


def reference_design() -> list[Row]:
    """At as many jobs at once as the account has places, and at the number that the design states."""
    return [of_reference(TEN_PLACES, jobs_at_once)[0] for jobs_at_once in (TEN_PLACES.places, JOBS_AS_STATED)]


def hundred_places() -> list[Row]:
    """Four hundred images at a hundred places, where two cores are busier than the account.

    Pictures are as large as real ones, and drawn before: the stand-in could not draw 25 a second on two cores, and
    would be what is measured. Both designs find everything set up: Redis up, our Prefect home in use before.
    """
    with tempfile.TemporaryDirectory() as folder:
        pictures_in(Path(folder), large_pictures())
        return of_hundred_places(replace(HUNDRED_PLACES, pictures=Path(folder)))


def of_hundred_places(load: Load) -> list[Row]:
    """The rows of that load, ours and the reference design's."""
    with tempfile.TemporaryDirectory() as folder:
        with running_sandbox(ONE_IMAGE.sandbox) as url:
            run_campaign(ONE_IMAGE.write_matrix(Path(folder, "one.csv")), url)
        with running_sandbox(load.sandbox) as url:
            ours = run_campaign(load.write_matrix(Path(folder, "matrix.csv")), url, f"--max-in-flight={load.places}")
            stats = stats_of(url)
    efficiency = greedy_makespan_s(load.latencies_s, load.places) / span_s(stats)
    until_end_s = ours.ended_at - stats["first_request_at"]
    rows = [
        Row(
            f"in-flight efficiency at {load.places} places {EFFICIENCY}",
            efficiency,
            ">= 0.6",
            f"{load}, {told(stats, load.places)}; {ours.wall_s:.0f} s in all, {until_end_s:.0f} s of them from the "
            "first request",
        )
    ]
    try:
        theirs, theirs_s = of_reference(load, load.places)
    except CannotRun as reason:
        return [*rows, Row("the same, of the reference design", None, details=f"skipped: {reason}")]
    in_all = Row("time in all / that of the reference design", ours.wall_s / theirs_s, "<= 1", "variants and all")
    return [*rows, theirs, in_all]


def of_reference(load: Load, jobs_at_once: int) -> tuple[Row, float]:
    """The efficiency of the reference design, and its seconds in all."""
    with running_sandbox(load.sandbox) as url:
        ran = run_reference(load, url, jobs_at_once)
        stats = stats_of(url)
    row = Row(
        f"the same, of the reference design with {jobs_at_once} jobs at once",
        greedy_makespan_s(load.latencies_s, load.places) / span_s(stats),
        "",
        f"{load}, {told(stats, load.places)}; {ran.wall_s:.0f} s in all",
    )
    return row, ran.wall_s
