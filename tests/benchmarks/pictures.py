"""The pictures that are cut: what the sandbox draws, and what looks to an encoder like a photograph."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from sandbox.picture import Brief, draw

SIDE_PX = 1024
LARGE_PX = 2 * SIDE_PX
"""Square, so that every cut begins at a whole pixel and nobody's rounding counts as a loss."""
STYLES = ("DESIGN", "REALISTIC", "RENDER_3D", "ANIME", "AUTO")
GRAINY = 3

Files = dict[str, bytes]
"""Contents by name."""


def large_pictures() -> dict[str, Image.Image]:
    """What the pictures to cut are made from: the sandbox's in every style, and some as grainy as photographs."""
    briefs = (Brief("Lamp", "warm light", "V_2", style, 7, (LARGE_PX, LARGE_PX)) for style in STYLES)
    drawn = {brief.style.lower(): Image.open(BytesIO(draw(brief, "PNG"))).convert("RGB") for brief in briefs}
    return drawn | {f"grainy{seed}": grainy(seed) for seed in range(GRAINY)}


def pictures_in(folder: Path, large: Mapping[str, Image.Image]) -> Files:
    """The PNGs to cut, also as files in `folder`: each pixel the mean of four, which favours no filter."""
    for name, image in large.items():
        image.reduce(2).save(folder / f"{name}.png", compress_level=1)
    return {name: (folder / f"{name}.png").read_bytes() for name in large}


def grainy(seed: int) -> Image.Image:
    """A picture with detail at every scale, as photographs have it: noise, an octave at half the strength of the last.

    Over it lies the grain of a sensor.
    """
    noise = np.random.default_rng(seed)
    light = Random(seed).uniform(90, 150)
    layers = np.full((LARGE_PX, LARGE_PX, 3), light)
    for octave in range(1, 10):
        side, strength = 2**octave, 90 / 1.6**octave
        small = Image.fromarray(noise.integers(0, 256, (side, side, 3), np.uint8))
        layers += (np.asarray(small.resize((LARGE_PX, LARGE_PX), Image.Resampling.BICUBIC)) / 127.5 - 1) * strength
    layers += noise.normal(0, 8, (LARGE_PX, LARGE_PX, 1))
    return Image.fromarray(layers.clip(0, 255).astype(np.uint8))
