"""Measures, and prints ratios: `make bench`, or `python -m tests.benchmarks [NAME ...] [--json FILE]`.

Each ratio is made within one run of one machine, so that a slow machine is slow on both sides of it.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.in_flight import in_flight_efficiency
from tests.benchmarks.planning import planning_at_scale
from tests.benchmarks.rows import Row

BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "in_flight": in_flight_efficiency,
    "planning": planning_at_scale,
}


def main(arguments: list[str]) -> None:
    """Run the benchmarks that are named, or all; print a table, and write JSON where a file is named."""
    target = Path(arguments.pop(arguments.index("--json") + 1)) if "--json" in arguments else None
    names = [argument for argument in arguments if argument != "--json"] or list(BENCHMARKS)
    rows: list[Row] = []
    for name in names:
        sys.stderr.write(f"{name} ...\n")
        rows += BENCHMARKS[name]()
    table = Table("what", "measured", "bar", "details")
    for row in rows:
        table.add_row(row.what, f"{row.measured:.3f} {row.unit}".strip(), row.bar, row.details)
    Console(width=140).print(table)
    if target is not None:
        target.write_text(json.dumps([row._asdict() for row in rows], indent=2), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
