"""What orchestration costs: processor time an image, and memory, of the whole process tree, the server included."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from sandbox.server import running_sandbox
from tasks.imaging import decode
from tasks.make_variants import cut_all
from tasks.models.variant import Variant
from tests.benchmarks.command import start_campaign
from tests.benchmarks.load import Load
from tests.benchmarks.rows import Row

FEW = Load(100, latency_range_s=(0.5, 1.0), plain_pictures=True)
MANY = Load(3 * FEW.cells, latency_range_s=FEW.latency_range_s, plain_pictures=True)
TINY = "tiny=16x16"
"""One small variant: little work on pixels, and that little is measured by itself and taken off."""
LOOK_EVERY_S = 0.2
PICTURES = 50


class Peak:
    """The most memory that a process and its descendants held together."""

    def __init__(self) -> None:
        self.size_bytes = 0

    def look(self, process: psutil.Process) -> None:
        """Add up what they hold now; shared pages count once for each, so the sum is rather too high."""
        held_bytes = 0
        try:
            for each in (process, *process.children(recursive=True)):
                held_bytes += each.memory_info().rss
        except psutil.NoSuchProcess:  # one ended just now
            return
        self.size_bytes = max(self.size_bytes, held_bytes)


@contextmanager
def memory_of(pid: int) -> Iterator[Peak]:
    """Watch a process and its descendants while the context lasts."""
    peak, process, is_over = Peak(), psutil.Process(pid), threading.Event()

    def watch() -> None:
        while not is_over.wait(LOOK_EVERY_S):
            peak.look(process)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        is_over.set()
        watcher.join()


def cost_of_orchestration() -> list[Row]:
    """A campaign, and one of three times its images: by the difference, starting and ending do not count."""
    few_cpu_s, few_bytes = cpu_and_memory(FEW)
    many_cpu_s, many_bytes = cpu_and_memory(MANY)
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
    ]


def cpu_and_memory(load: Load) -> tuple[float, int]:
    """Processor seconds, and the most bytes, of the command and everything that it starts, in a new Prefect home."""
    with tempfile.TemporaryDirectory() as folder, running_sandbox(load.sandbox) as url:
        matrix = load.write_matrix(Path(folder, "matrix.csv"))
        running = start_campaign(matrix, url, "--variant", TINY)
        with memory_of(running.process.pid) as peak:
            ran = running.wait()
    return ran.cpu_s, peak.size_bytes


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
