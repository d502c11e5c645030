"""Measures, and prints ratios: `make bench`, or `python -m tests.benchmarks [NAME ...] [--json FILE]`.

Each ratio is made within one run of one machine, so that a slow machine is slow on both sides of it.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.against_reference import hundred_places, reference_design
from tests.benchmarks.callbacks import callbacks
from tests.benchmarks.codecs import codecs
from tests.benchmarks.cost import cost_of_orchestration
from tests.benchmarks.crops import crops
from tests.benchmarks.generations import generations
from tests.benchmarks.in_flight import in_flight_efficiency, shared_places
from tests.benchmarks.planning import planning_at_scale
from tests.benchmarks.resuming import memory_of_resuming
from tests.benchmarks.rows import CannotRun, Row
from tests.benchmarks.start_up import start_up
from tests.benchmarks.variants import variants

BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "in_flight": in_flight_efficiency,
    "shared_places": shared_places,
    "generations": generations,
    "reference_design": reference_design,
    "hundred_places": hundred_places,
    "variants": variants,
    "codecs": codecs,
    "crops": crops,
    "cost": cost_of_orchestration,
    "resuming": memory_of_resuming,
    "callbacks": callbacks,
    "start_up": start_up,
    "planning": planning_at_scale,
}


def main(arguments: list[str]) -> None:
    """Run the benchmarks that are named, or all; print a table, and write JSON where a file is named."""
    target = Path(arguments.pop(arguments.index("--json") + 1)) if "--json" in arguments else None
    names = [argument for argument in arguments if argument != "--json"] or list(BENCHMARKS)
    for name in names:
        if name not in BENCHMARKS:
            sys.exit(f"{name!r} is no benchmark; there are {', '.join(BENCHMARKS)}")
    rows = [row for name in names for row in rows_of(name)]
    table = Table("what", "measured", "bar", "details")
    for row in rows:
        table.add_row(row.what, row.shown, row.bar, row.details)
    Console(width=140).print(table)
    if target is not None:
        target.write_text(json.dumps([row._asdict() for row in rows], indent=2), encoding="utf-8")


def rows_of(name: str) -> list[Row]:
    """What the benchmark measures; where it cannot run, one row that says why."""
    sys.stderr.write(f"{name} ...\n")
    try:
        return BENCHMARKS[name]()
    except CannotRun as reason:
        return [Row(name, None, details=f"skipped: {reason}")]
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{error}\n{error.output}\n")
        return [Row(name, None, details="failed")]


if __name__ == "__main__":
    main(sys.argv[1:])
