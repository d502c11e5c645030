"""How fast originals are cut into their variants, and how well, against sharp and against encoding alone."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import NamedTuple, TypeVar

from PIL import Image

from tasks.images.cut_image import ENCODERS, cut
from tasks.images.decode_image import decode
from tasks.images.geometry import Size
from tasks.images.place_crops import place_crops
from tasks.records.variant import DEFAULT_VARIANTS
from tests.benchmarks.command import own_env
from tests.benchmarks.pictures import SIDE_PX, Files, large_pictures, pictures_in
from tests.benchmarks.reference_design import installed, tool
from tests.benchmarks.rows import CannotRun, Row
from tests.benchmarks.similarity import brightness, ideal_cut, similarity

ROUNDS = 3
TIMES = 3
"""How often each picture is cut in a round."""
QUALITY = 85

T = TypeVar("T")


class Taken(NamedTuple):
    """What cutting everything took."""

    wall_s: float
    cpu_s: float


class Cuts(NamedTuple):
    """What a way of cutting came to: what each round took, and the files, by `{picture}-{variant}`."""

    rounds: list[Taken]
    files: Files

    @property
    def a_second(self) -> float:
        """Variants a second, in the median round."""
        return len(self.files) * TIMES / self.wall_s

    @property
    def wall_s(self) -> float:
        """Of the median round."""
        return statistics.median(taken.wall_s for taken in self.rounds)

    @property
    def cpu_s(self) -> float:
        """Of the median round."""
        return statistics.median(taken.cpu_s for taken in self.rounds)


def variants() -> list[Row]:
    """Each round cuts every picture in every way, one way after the other; the medians are compared."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large = large_pictures()
        pictures = pictures_in(folder, large)
        ways: dict[str, Callable[[], tuple[Taken, Files]]] = {"ours": lambda: cut_by_us(pictures)}
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
                taken, files = run()
                cuts[way].rounds.append(taken)
                cuts[way].files.update(files)
        cuts["ours"].files.update(cut_by_us(pictures, gravity="centre", times=1)[1])  # as the others, to be compared
    if skipped:
        return [Row("variants against sharp", None, details=skipped), floor_row(cuts)]
    return [*rows_of(pictures, large, cuts), floor_row(cuts)]


def rows_of(pictures: Files, large: Mapping[str, Image.Image], cuts: dict[str, Cuts]) -> list[Row]:
    """What the comparison with sharp says: as fast, at its bytes, and as like."""
    ours, sharp = cuts["ours"], cuts["sharp"]
    as_small, quality = as_small_as(pictures, total_bytes(sharp.files))
    sharps, smaller, usual = (mean_similarity(large, files) for files in (sharp.files, as_small, ours.files))
    return [
        Row(
            "variants a second / sharp's",
            ours.a_second / sharp.a_second,
            ">= 2",
            f"{ours.a_second:.1f} / {sharp.a_second:.1f} of {len(pictures)} PNGs of {SIDE_PX} px; "
            f"by processor time {sharp.cpu_s / ours.cpu_s:.2f}",
        ),
        Row(
            "bytes of variants / sharp's",
            total_bytes(ours.files) / total_bytes(sharp.files),
            "0.98 to 1.02",
            f"{total_bytes(ours.files, 'thumb') / total_bytes(sharp.files, 'thumb'):.3f} of those that are shrunk",
        ),
        Row(
            "likeness to a cut of the same picture twice as large (SSIM) - sharp's, at its bytes",
            smaller - sharps,
            ">= 0",
            f"{smaller:.4f} at quality {quality}, {total_bytes(as_small) / total_bytes(sharp.files):.3f} of its bytes; "
            f"{usual:.4f} at 85, sharp {sharps:.4f}",
        ),
    ]


def floor_row(cuts: dict[str, Cuts]) -> Row:
    """What is left to gain, if encoding cannot be had for less."""
    ours, encoding = cuts["ours"], cuts["encoding"]
    details = f"{encoding.a_second:.1f} variants a second; by processor time {ours.cpu_s / encoding.cpu_s:.2f}"
    return Row("time of decoding, cutting and encoding / of encoding alone", ours.wall_s / encoding.wall_s, "", details)


def as_small_as(pictures: Files, size_bytes: int) -> tuple[Files, int]:
    """Our cuts at the highest quality, from the usual one down, that takes no more bytes; and that quality."""
    quality = QUALITY
    files = cut_by_us(pictures, quality, gravity="centre", times=1)[1]
    while total_bytes(files) > size_bytes:
        quality -= 1
        files = cut_by_us(pictures, quality, gravity="centre", times=1)[1]
    return files, quality


def total_bytes(files: Files, variant: str = "") -> int:
    """Of all files, or of one variant's."""
    return sum(len(data) for name, data in files.items() if name.endswith(variant))


def cut_by_us(
    pictures: Files, quality: int = QUALITY, gravity: str = "auto", times: int = TIMES
) -> tuple[Taken, Files]:
    """As a run does it, but for the page's small picture, which the others do not make: on a thread a core."""
    wanted = [one.model_copy(update={"quality": quality, "gravity": gravity}) for one in DEFAULT_VARIANTS]

    def cuts(name: str) -> Files:
        image = decode(pictures[name]).image
        crops = place_crops(image, wanted, None, {})
        return {variant.key(name): cut(image, variant, crops.get(variant.name)) for variant in wanted}

    taken, made = in_pool(cuts, pictures, times)
    return taken, {Path(key).stem: data for files in made for key, data in files.items()}


def cut_by_sharp(node: str, programs: Path, folder: Path) -> tuple[Taken, Files]:
    """As the reference design does it; the program's own start is not counted."""
    command = [node, programs / "cut_all.mjs", folder, str(TIMES)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env=own_env())
    return Taken(*map(float, ran.stdout.split())), {
        path.stem: path.read_bytes() for path in (folder / "sharp").iterdir()
    }


def resized(pictures: Files) -> dict[str, Image.Image]:
    """Every variant's pixels, as a run would encode them."""
    pngs = {
        f"{name}-{variant.name}": cut(decode(data).image, variant.model_copy(update={"format": "png"}))
        for name, data in pictures.items()
        for variant in DEFAULT_VARIANTS
    }
    return {name: decode(data).image for name, data in pngs.items()}


def encode_only(images: dict[str, Image.Image]) -> tuple[Taken, Files]:
    """What Pillow takes to encode every variant, with the same settings, if its pixels are there: the floor."""

    def encode(name: str) -> bytes:
        out = BytesIO()
        images[name].save(out, "webp", quality=QUALITY, **ENCODERS["webp"])
        return out.getvalue()

    taken, made = in_pool(encode, images, TIMES)
    return taken, dict(zip(images, made, strict=False))


def in_pool(work: Callable[[str], T], names: Iterable[str], times: int) -> tuple[Taken, list[T]]:
    """Do `work` on each name so many `times`, on a thread a core; what that took, and the results."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        work(next(iter(names)))
        started, used_before_s = time.perf_counter(), time.process_time()
        made = list(pool.map(work, [*names] * times))
        return Taken(time.perf_counter() - started, time.process_time() - used_before_s), made


def mean_similarity(large: Mapping[str, Image.Image], files: Files) -> float:
    """Of all variants of all pictures to the ideal cut of the same size."""
    likes = []
    for name, source in large.items():
        for variant in DEFAULT_VARIANTS:
            made = decode(files[f"{name}-{variant.name}"]).image
            likes.append(similarity(brightness(made), ideal_cut(source, Size(variant.width, variant.height))))
    return statistics.fmean(likes)
