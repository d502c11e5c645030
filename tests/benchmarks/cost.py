"""What orchestration costs: processor time an image, and memory, of the whole process tree, the server included."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import httpx
import psutil

from sandbox.server import running_sandbox
from tasks.images.cut_image import cut_all
from tasks.images.decode_image import decode
from tasks.records.variant import Variant
from tests.benchmarks.command import start_campaign
from tests.benchmarks.load import Load
from tests.benchmarks.rows import Row

FEW = Load(100, places=20, latency_range_s=(0.5, 1.0), plain_pictures=True)
MANY = Load(20 * FEW.cells, places=20, latency_range_s=FEW.latency_range_s, plain_pictures=True)
TINY = "tiny=16x16"
"""One small variant: little work on pixels, and that little is measured by itself and taken off."""
LOOK_EVERY_S = 0.2
PICTURES = 50
EARLY = (0.1, 0.3)
LATE = (0.8, 1.0)
"""Parts of a campaign whose memory is compared; before them, caches and pools have not filled."""


class Look(NamedTuple):
    """How far a campaign was at a moment, and what its processes held."""

    ended: int
    size_bytes: int


@contextmanager
def memory_of(pid: int, folder: Path) -> Iterator[list[Look]]:
    """Look at a process, its descendants and the campaign in `folder` for as long as the context lasts.

    Shared pages count once for each process, so the sum is rather too high.
    """
    looks: list[Look] = []
    process, is_over = psutil.Process(pid), threading.Event()
    ends = folder / "data" / "out" / "matrix" / "ledger" / "ends"

    def watch() -> None:
        while not is_over.wait(LOOK_EVERY_S):
            with suppress(psutil.NoSuchProcess):  # one ended just now
                tree = (process, *process.children(recursive=True))
                held_bytes = sum(each.memory_info().rss for each in tree)
                looks.append(Look(len(list(ends.glob("*"))), held_bytes))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield looks
    finally:
        is_over.set()
        watcher.join()


def mean_bytes(looks: list[Look], cells: int, part: tuple[float, float]) -> float:
    """What was held on the average in a part of the campaign, given as fractions of its cells."""
    low, high = (cells * share for share in part)
    return fmean(look.size_bytes for look in looks if low <= look.ended < high)


def cost_of_orchestration() -> list[Row]:
    """A campaign, and one of twenty times its images: by the difference, starting and ending do not count."""
    few_cpu_s, few_looks = cpu_and_memory(FEW)
    many_cpu_s, many_looks = cpu_and_memory(MANY)
    few_bytes, many_bytes = (max(look.size_bytes for look in looks) for looks in (few_looks, many_looks))
    early_bytes, late_bytes = (mean_bytes(many_looks, MANY.cells, part) for part in (EARLY, LATE))
    slope_s = (many_cpu_s - few_cpu_s) / (MANY.cells - FEW.cells)
    pixels_s = pixel_work_s()
    return [
        Row(
            "processor time of orchestration, an image",
            slope_s - pixels_s,
            "<= 0.15 s",
            f"slope between {FEW.cells} images ({few_cpu_s:.1f} s) and {MANY.cells} ({many_cpu_s:.1f} s), server and "
            f"all, less {pixels_s * 1000:.0f} ms of decoding and cutting",
            "s",
        ),
        Row(
            "memory at most, command and server together",
            many_bytes / 1e6,
            "",
            f"{few_bytes / 1e6:.0f} MB with {FEW.cells} images, {MANY.cells} here; sum of RSS",
            "MB",
        ),
        Row(
            "memory in the last fifth of a campaign / towards its beginning",
            late_bytes / early_bytes,
            "<= 1.05",
            f"{MANY.cells} images: {early_bytes / 1e6:.0f} MB on the average, {late_bytes / 1e6:.0f} MB later",
        ),
    ]


def cpu_and_memory(load: Load) -> tuple[float, list[Look]]:
    """Processor seconds and memory of the command and everything that it starts, in a new Prefect home."""
    with tempfile.TemporaryDirectory() as folder, running_sandbox(load.sandbox) as url:
        matrix = load.write_matrix(Path(folder, "matrix.csv"))
        running = start_campaign(matrix, url, "--variant", TINY)
        with memory_of(running.process.pid, Path(folder)) as looks:
            ran = running.wait()
    return ran.cpu_s, looks


def pixel_work_s() -> float:
    """Processor time of decoding one of these pictures and cutting its variant."""
    with running_sandbox(Load(1, latency_range_s=(0, 0), plain_pictures=True).sandbox) as url:
        asked = {"image_request": {"prompt": "Product 0, a picture", "model": "V_2"}}
        answer = httpx.post(f"{url}/generate", json=asked, headers={"Api-Key": "any"}, trust_env=False)
        data = httpx.get(answer.raise_for_status().json()["data"][0]["url"], trust_env=False).content
    variant = Variant.parse(TINY)
    started = time.process_time()
    for _ in range(PICTURES):
        cut_all(decode(data).image, b"", "cell", [variant])
    return (time.process_time() - started) / PICTURES
