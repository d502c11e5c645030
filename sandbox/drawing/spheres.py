"""RENDER_3D: a cluster of glossy balls, sharp in the middle and soft in front."""

import math
from random import Random

from PIL import Image, ImageFilter

from sandbox.drawing.palettes import NIGHT, WHITE, Color, Palette, mix
from sandbox.drawing.shapes import Box, ball, disc, glow, gradient

Sphere = tuple[float, float, float, Color]
"""Centre x and y, radius, colour."""


def paint_spheres(canvas: Image.Image, palette: Palette, art: Box, rng: Random) -> None:
    """Fill `canvas`; the cluster stands in `art`."""
    canvas.paste(gradient(canvas.size, palette.paper, palette.shade, rng.choice((0, 20, -20))))
    glow(canvas, art.at(0.5, 0.5), (art.width * 0.9, art.height * 1.0), mix(palette.shade, WHITE, 0.35), 0.6)
    for sphere in _cluster(palette, art, rng):
        _stand(canvas, sphere)
    _foreground(canvas, palette, art, rng)


def _cluster(palette: Palette, art: Box, rng: Random) -> list[Sphere]:
    """One large ball and smaller ones leaning on it, the far ones first."""
    x, y = art.at(rng.uniform(0.44, 0.56), rng.uniform(0.44, 0.52))
    hero = art.short * rng.uniform(0.25, 0.3)
    colors = list(palette.accents)
    rng.shuffle(colors)
    spheres: list[Sphere] = []
    turn = rng.uniform(0, math.tau)
    count = rng.randint(6, 8)
    for index in range(count):
        radius = hero * rng.choice((0.2, 0.3, 0.42, 0.55))
        angle = turn + index * math.tau / count + rng.uniform(-0.25, 0.25)
        reach = hero + radius * rng.uniform(0.55, 1.05)
        color = colors[(index + 1) % len(colors)]
        spheres.append((x + math.cos(angle) * reach, y + math.sin(angle) * reach * 0.86, radius, color))
    far = [sphere for sphere in spheres if sphere[1] < y]
    near = sorted((sphere for sphere in spheres if sphere[1] >= y), key=lambda sphere: sphere[1])
    return [*far, (x, y, hero, colors[0]), *near]


def _stand(canvas: Image.Image, sphere: Sphere) -> None:
    x, y, radius, color = sphere
    shadow = (x + radius * 0.22, y + radius * 0.34)
    glow(canvas, shadow, (radius * 1.5, radius * 1.45), mix(color, NIGHT, 0.85), 0.65)
    ball(canvas, (x, y), radius, color)


def _foreground(canvas: Image.Image, palette: Palette, art: Box, rng: Random) -> None:
    """Two balls close to the eye, out of focus; drawn small and enlarged."""
    for across, down in rng.sample([(0.04, 0.9), (0.97, 0.86), (0.95, 0.1), (0.03, 0.08)], 2):
        radius = art.short * rng.uniform(0.1, 0.16)
        side = round(radius * 3.2)
        x, y = art.at(across, down)
        left, top = round(x - side / 2), round(y - side / 2)
        color = rng.choice(palette.accents)
        small = Image.new("RGB", (side // 4, side // 4), color)
        middle, small_radius = small.width / 2, radius / 4
        ball(small, (middle, middle), small_radius, color)
        mask = Image.new("L", small.size)
        mask.paste(255, (round(middle - small_radius),) * 2, disc(round(2 * small_radius)))
        blur = ImageFilter.GaussianBlur(max(1.5, small_radius * 0.14))
        soft = small.filter(blur).resize((side, side), Image.Resampling.BICUBIC)
        canvas.paste(soft, (left, top), mask.filter(blur).resize((side, side), Image.Resampling.BICUBIC))
