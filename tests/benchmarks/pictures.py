"""The pictures that are cut: what the sandbox draws, and what looks to an encoder like a photograph."""

from io import BytesIO
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from sandbox.picture import Brief, draw

SIDE_PX = 1024
"""Square, so that every cut begins at a whole pixel and nobody's rounding counts as a loss."""
STYLES = ("DESIGN", "REALISTIC", "RENDER_3D", "ANIME", "AUTO")
GRAINY = 3

Files = dict[str, bytes]
"""Contents by name."""


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
