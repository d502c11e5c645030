"""How fast originals are cut into their variants, and how well, against sharp and against encoding alone."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

import numpy as np
from PIL import Image

from sandbox.picture import Brief, draw
from tasks.imaging import decode
from tasks.make_variants import cut_all
from tasks.models.geometry import Size
from tasks.models.variant import DEFAULT_VARIANTS
from tests.benchmarks.command import own_env
from tests.benchmarks.reference_design import installed, tool
from tests.benchmarks.rows import CannotRun, Row
from tests.benchmarks.similarity import brightness, ideal_cut, similarity

SIDE_PX = 1024
"""Square, so that every cut begins at a whole pixel and nobody's rounding counts as a loss."""
STYLES = ("DESIGN", "REALISTIC", "RENDER_3D", "ANIME", "AUTO")
GRAINY = 3
ROUNDS = 3
TIMES = 3
"""How often each picture is cut in a round."""

Files = dict[str, bytes]
T = TypeVar("T")


class Cuts(NamedTuple):
    """What a way of cutting came to: seconds of each round, and the files, by `{picture}-{variant}`."""

    rounds_s: list[float]
    files: Files

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(map(len, self.files.values()))


def variants() -> list[Row]:
    """Each round cuts every picture in every way, one way after the other; the medians are compared."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = pictures_in(folder)
        ways: dict[str, Callable[[], tuple[float, Files]]] = {"ours": lambda: cut_by_us(pictures)}
        skipped = ""
        try:
            node, programs = tool("node"), installed()
            ways["sharp"] = lambda: cut_by_sharp(node, programs, folder)
        except CannotRun as reason:
            skipped = f"skipped: {reason}"
        plain = resized(pictures)
        ways["encoding"] = lambda: encode_only(plain)
        cuts = {way: Cuts([], {}) for way in ways}
        for _ in range(ROUNDS):
            for way, run in ways.items():
                seconds, files = run()
                cuts[way].rounds_s.append(seconds)
                cuts[way].files.update(files)
    return rows_of(pictures, cuts) if not skipped else [Row("variants against sharp", None, details=skipped)]


def rows_of(pictures: Files, cuts: dict[str, Cuts]) -> list[Row]:
    """What the comparison says."""
    ours, sharp, encoding = (cuts[way] for way in ("ours", "sharp", "encoding"))
    speed = {way: len(cut.files) * TIMES / statistics.median(cut.rounds_s) for way, cut in cuts.items()}
    ssim = {way: mean_similarity(pictures, cuts[way].files) for way in ("ours", "sharp")}
    return [
        Row(
            "variants a second / sharp's",
            speed["ours"] / speed["sharp"],
            ">= 1.2",
            f"{speed['ours']:.1f} / {speed['sharp']:.1f}; {len(pictures)} PNGs of {SIDE_PX} px, {os.cpu_count()} cores",
        ),
        Row("their bytes / sharp's", ours.size_bytes / sharp.size_bytes, "0.98 to 1.02", f"{ours.size_bytes:,} bytes"),
        Row(
            "their likeness to a lossless Lanczos cut (SSIM) - sharp's",
            ssim["ours"] - ssim["sharp"],
            ">= 0",
            f"{ssim['ours']:.5f} - {ssim['sharp']:.5f}",
        ),
        Row(
            "time of decoding, cutting and encoding / of encoding alone",
            statistics.median(ours.rounds_s) / statistics.median(encoding.rounds_s),
            "",
            f"encoding alone: {speed['encoding']:.1f} variants a second",
        ),
    ]


def pictures_in(folder: Path) -> Files:
    """The PNGs to cut, also as files in `folder`: the sandbox's in every style, and some as grainy as photographs."""
    briefs = (Brief("Lamp", "warm light", "V_2", style, 7, (SIDE_PX, SIDE_PX)) for style in STYLES)
    pictures = {brief.style.lower(): draw(brief, "PNG") for brief in briefs}
    pictures |= {f"grainy{seed}": grainy(seed) for seed in range(GRAINY)}
    for name, data in pictures.items():
        (folder / f"{name}.png").write_bytes(data)
    return pictures


def grainy(seed: int) -> bytes:
    """A picture with detail at every scale, as photographs have it: noise, an octave at half the strength of the last.

    Over it lies the grain of a sensor.
    """
    noise = np.random.default_rng(seed)
    light = Random(seed).uniform(90, 150)
    layers = np.full((SIDE_PX, SIDE_PX, 3), light)
    for octave in range(1, 9):
        side, strength = 2**octave, 90 / 1.6**octave
        small = Image.fromarray(noise.integers(0, 256, (side, side, 3), np.uint8))
        layers += (np.asarray(small.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)) / 127.5 - 1) * strength
    layers += noise.normal(0, 4, (SIDE_PX, SIDE_PX, 1))
    out = BytesIO()
    Image.fromarray(layers.clip(0, 255).astype(np.uint8)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def cut_by_us(pictures: Files) -> tuple[float, Files]:
    """As a run does it: every picture is decoded and cut on as many threads as there are cores."""

    def cut(name: str) -> Files:
        return cut_all(decode(pictures[name]).image, b"", name, DEFAULT_VARIANTS)

    seconds, made = in_pool(cut, pictures)
    return seconds, {Path(key).stem: data for files in made for key, data in files.items()}


def cut_by_sharp(node: str, programs: Path, folder: Path) -> tuple[float, Files]:
    """As the reference design does it; the program's own start is not counted."""
    command = [node, programs / "cut_all.mjs", folder, str(TIMES)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env=own_env())
    return float(ran.stdout), {path.stem: path.read_bytes() for path in (folder / "sharp").iterdir()}


def resized(pictures: Files) -> dict[str, Image.Image]:
    """Every variant's pixels, as a run would encode them."""
    cut = {
        f"{name}-{variant.name}": cut_all(None, data, name, [variant.model_copy(update={"format": "png"})])
        for name, data in pictures.items()
        for variant in DEFAULT_VARIANTS
    }
    return {name: decode(*files.values()).image for name, files in cut.items()}


def encode_only(images: dict[str, Image.Image]) -> tuple[float, Files]:
    """What Pillow takes to encode every variant, with the same settings, if its pixels are there: the floor."""

    def encode(name: str) -> bytes:
        out = BytesIO()
        images[name].save(out, "webp", quality=85, method=4)
        return out.getvalue()

    seconds, made = in_pool(encode, images)
    return seconds, dict(zip(images, made, strict=False))


def in_pool(work: Callable[[str], T], names: Iterable[str]) -> tuple[float, list[T]]:
    """Do `work` on each name `TIMES` times, on a thread a core; the seconds, and the results."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        work(next(iter(names)))
        started = time.perf_counter()
        made = list(pool.map(work, [*names] * TIMES))
        return time.perf_counter() - started, made


def mean_similarity(pictures: Files, files: Files) -> float:
    """Of all variants of all pictures to the ideal cut of the same size."""
    likes = []
    for name, data in pictures.items():
        source = decode(data).image
        for variant in DEFAULT_VARIANTS:
            made = decode(files[f"{name}-{variant.name}"]).image
            likes.append(similarity(brightness(made), ideal_cut(source, Size(variant.width, variant.height))))
    return statistics.fmean(likes)
