"""What it costs to plan a large matrix."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.rows import Row

FORMATS = Path(__file__).parents[2] / "data" / "formats.csv"
PLAN = """
import re, sys, time
from pathlib import Path
from tasks.records.campaign import Campaign
from tasks.planning.plan_campaign import plan_campaign
started = time.monotonic()
plan = plan_campaign(Campaign(matrix=sys.argv[1], formats=sys.argv[2]), look=True)
seconds = time.monotonic() - started
kilobytes = re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]
print(plan.cell_count, seconds, int(kilobytes) / 1e6)
"""
"""The most memory comes from /proc, since what `getrusage` tells begins with the process that has started this one."""


def planning_at_scale() -> list[Row]:
    """Ten thousand and a million cells, each in a process of its own, as a dry run plans them."""
    rows = []
    for cells, bar in ((10_002, ""), (1_000_002, "< 90 s, 1.5 GB")):
        with tempfile.TemporaryDirectory() as folder:
            matrix = Path(folder, "matrix.csv")
            with matrix.open("w", encoding="utf-8") as file:
                file.write("product,sku\n")
                file.writelines(f"Product number {number},{number:06}\n" for number in range(cells // 3))
            ran = subprocess.run(
                [sys.executable, "-c", PLAN, matrix, FORMATS], check=True, capture_output=True, text=True
            )
        count, seconds, gigabytes = map(float, ran.stdout.split())
        details = f"{seconds / count * 1e6:.0f} us a cell, {gigabytes:.2f} GB at most"
        rows.append(Row(f"plan of {count:,.0f} cells", seconds, bar, details, "s"))
    return rows
