"""What it costs to plan a large matrix."""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.benchmarks.rows import Row

FORMATS = Path(__file__).parents[2] / "data" / "formats.csv"
PLAN = """
import re, sys, time
from pathlib import Path
from tasks.records.campaign import Campaign
from tasks.planning.plan_campaign import plan_campaign
started, begun = time.monotonic(), time.process_time()
plan = plan_campaign(Campaign(matrix=sys.argv[1], formats=sys.argv[2]), look=True)
seconds = time.monotonic() - started
kilobytes = re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]
print(plan.cell_count, seconds, time.process_time() - begun, int(kilobytes) / 1e6)
"""
"""The most memory comes from /proc, since what `getrusage` tells begins with the process that has started this one."""


TEMPLATES: Final = (
    "A {product}[ in {colour}], {sku}",
    "{{Product}} on linen[, {colour}][, {material}]",
    "Wide shot: {product} from above, soft light from the left, {material} around it",
    "A hand holds {product}[, {colour}], a street behind it out of focus",
    "{product} beside a tag that reads \\[{sku}\\]",
    'Flat lay of {product} and its parts[ in {colour}], lettering "{product}"',
)
FILLED_CELLS: Final = 600_000


def planning_at_scale() -> list[Row]:
    """Ten thousand and a million cells, each in a process of its own, as a dry run plans them; and with templates."""
    rows = []
    for cells, bar in ((10_002, ""), (1_000_002, "< 90 s, 1.5 GB")):
        with tempfile.TemporaryDirectory() as folder:
            matrix = Path(folder, "matrix.csv")
            with matrix.open("w", encoding="utf-8") as file:
                file.write("product,sku\n")
                file.writelines(f"Product number {number},{number:06}\n" for number in range(cells // 3))
            count, seconds, _, gigabytes = planned(matrix, FORMATS)
        details = f"{seconds / count * 1e6:.0f} us a cell, {gigabytes:.2f} GB at most"
        rows.append(Row(f"plan of {count:,.0f} cells", seconds, bar, details, "s"))
    return [*rows, templates_at_scale()]


def templates_at_scale() -> Row:
    """A hundred thousand rows in six formats: how much longer a processor is at the plan with templates."""
    with tempfile.TemporaryDirectory() as folder:
        matrix = Path(folder, "matrix.csv")
        with matrix.open("w", encoding="utf-8") as file:
            file.write("product,sku,colour,material\n")
            rows = range(FILLED_CELLS // len(TEMPLATES))
            file.writelines(f"Product number {n},{n:06},{('blue', '')[n % 2]},oak\n" for n in rows)
        took = {}
        for is_filled in (False, True):
            formats = Path(folder, f"formats-{is_filled}.csv")
            with formats.open("w", encoding="utf-8", newline="") as file:
                texts = TEMPLATES if is_filled else [""] * len(TEMPLATES)
                csv.writer(file).writerows([("format", "template"), *((f"f{n}", text) for n, text in enumerate(texts))])
            took[is_filled] = planned(matrix, formats)
    (_, _, plain_s, plain_gb), (count, _, filled_s, filled_gb) = took[False], took[True]
    details = f"{plain_s:.1f} s and {plain_gb:.2f} GB without, {filled_s:.1f} s and {filled_gb:.2f} GB with"
    return Row(f"plan of {count:,.0f} cells with templates", filled_s / plain_s, "< 1.5 times", details, "x")


def planned(matrix: Path, formats: Path) -> tuple[float, float, float, float]:
    """How many cells a plan has, its seconds by the clock and of a processor, the most GB, in a process of its own."""
    command = [sys.executable, "-c", PLAN, matrix, formats]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    count, seconds, processor_s, gigabytes = map(float, ran.stdout.split())
    return count, seconds, processor_s, gigabytes
