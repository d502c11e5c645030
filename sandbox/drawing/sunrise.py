"""ANIME: bold colours, a sun with rays, clouds and hills with firm outlines."""

import math
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageDraw

from sandbox.drawing.palettes import NIGHT, WHITE, Color, Palette, luminance, mix
from sandbox.drawing.shapes import Box, disc, faded, glow, gradient, stencil


def paint_sunrise(canvas: Image.Image, palette: Palette, art: Box, rng: Random) -> None:
    """Fill `canvas`; the sun rises in `art`."""
    warm = max(palette.accents, key=lambda color: color[0] - color[2])
    others = [color for color in palette.accents if color != warm]
    sky = mix(palette.shade, rng.choice(others), 0.3)
    canvas.paste(gradient(canvas.size, sky, palette.paper))
    center, radius = art.at(rng.uniform(0.42, 0.58), 0.5), art.short * rng.uniform(0.25, 0.29)
    _rays(canvas, center, mix(sky, WHITE, 0.3) if palette.is_dark else mix(warm, WHITE, 0.3), rng)
    _sparkles(canvas, art, rng)
    glow(canvas, center, (radius * 3, radius * 3), mix(warm, WHITE, 0.5), 0.9)
    _sun(canvas, center, radius, warm)
    outline = NIGHT if luminance(palette.ink) > 128 else palette.ink
    for index, down in enumerate((0.4, 0.66)):
        side = (0.12, 0.9)[index] if rng.random() < 0.5 else (0.88, 0.1)[index]
        _cloud(canvas, art.at(side, down), art.short * rng.uniform(0.2, 0.26), outline, rng)
    _hills(canvas, art, others, outline, rng)


def _rays(canvas: Image.Image, center: tuple[float, float], color: Color, rng: Random) -> None:
    """Wedges of light from the sun to beyond every edge."""
    reach = math.hypot(*canvas.size)
    count, turn = rng.choice((14, 16, 18)), rng.uniform(0, 1)

    def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
        for index in range(count):
            angles = (math.tau * (index + turn + part) / count for part in (0.0, 0.5))
            rim = [
                (center[0] * k + math.cos(angle) * reach * k, center[1] * k + math.sin(angle) * reach * k)
                for angle in angles
            ]
            pen.polygon([(center[0] * k, center[1] * k), *rim], fill=255)

    canvas.paste(color, (0, 0), faded(stencil(canvas.size, draw), 0.6))


def _sun(canvas: Image.Image, center: tuple[float, float], radius: float, color: Color) -> None:
    for share, tint in ((1.13, mix(color, WHITE, 0.82)), (1.0, color)):
        diameter = round(2 * radius * share)
        face = gradient((diameter, diameter), mix(tint, WHITE, 0.35), tint)
        canvas.paste(face, (round(center[0] - diameter / 2), round(center[1] - diameter / 2)), disc(diameter))


def _cloud(canvas: Image.Image, center: tuple[float, float], width: float, outline: Color, rng: Random) -> None:
    """A flat-footed cloud of four puffs, outlined."""
    size = (round(width * 2.2), round(width * 1.1))
    line = max(3.0, width * 0.028)
    puffs = [(0.25, 0.68, 0.2), (0.45, 0.5, 0.3 + rng.uniform(-0.03, 0.03)), (0.68, 0.58, 0.25), (0.84, 0.74, 0.15)]

    def draw(pen: ImageDraw.ImageDraw, k: float, inset: float) -> None:
        foot = size[1] * k * 0.88
        for x, y, radius in puffs:
            reach = (radius * size[1] - inset) * k
            pen.ellipse(
                (x * size[0] * k - reach, y * size[1] * k - reach, x * size[0] * k + reach, y * size[1] * k + reach),
                fill=255,
            )
        pen.rounded_rectangle(
            (size[0] * k * 0.14 + inset * k, size[1] * k * 0.6, size[0] * k * 0.92 - inset * k, foot - inset * k),
            size[1] * k * 0.14,
            fill=255,
        )
        pen.rectangle((0, foot - inset * k, size[0] * k, size[1] * k), fill=0)

    place = (round(center[0] - size[0] / 2), round(center[1] - size[1] / 2))
    canvas.paste(outline, place, stencil(size, lambda pen, k: draw(pen, k, 0.0)))
    canvas.paste(WHITE, place, stencil(size, lambda pen, k: draw(pen, k, line)))


def _hills(canvas: Image.Image, art: Box, colors: list[Color], outline: Color, rng: Random) -> None:
    """Three ridges, the near ones darker, down to the foot of the picture."""
    line = max(3, round(art.short * 0.007))
    for index, down in enumerate((0.7, 0.8, 0.9)):
        phase, waves = rng.uniform(0, math.tau), rng.uniform(1.2, 2.2)
        top = art.at(0, down)[1]
        swing = art.short * (0.075 - 0.012 * index)
        points = [
            (
                x,
                top
                - swing * math.sin(phase + waves * math.tau * x / canvas.width)
                - swing * 0.35 * math.sin(2.7 * phase + 5 * math.tau * x / canvas.width / 2),
            )
            for x in range(-8, canvas.width + 16, 8)
        ]
        _ridge(canvas, points, mix(colors[index % len(colors)], NIGHT, 0.1 * index), outline, line)


def _ridge(canvas: Image.Image, points: Sequence[tuple[float, float]], color: Color, outline: Color, line: int) -> None:
    highest = max(0, round(min(y for _, y in points)) - 2 * line)
    size = (canvas.width, canvas.height - highest)
    if size[1] <= 0:
        return

    def body(pen: ImageDraw.ImageDraw, k: float) -> None:
        pen.polygon(
            [*((x * k, (y - highest) * k) for x, y in points), (size[0] * k, size[1] * k), (0, size[1] * k)], fill=255
        )

    def edge(pen: ImageDraw.ImageDraw, k: float) -> None:
        pen.line([(x * k, (y - highest) * k) for x, y in points], fill=255, width=round(line * k), joint="curve")

    canvas.paste(gradient(size, mix(color, WHITE, 0.12), color), (0, highest), stencil(size, body))
    canvas.paste(outline, (0, highest), stencil(size, edge))


def _sparkles(canvas: Image.Image, art: Box, rng: Random) -> None:
    """Four-pointed stars in the sky."""
    for _ in range(rng.randint(5, 8)):
        x, y = art.at(rng.uniform(0.04, 0.96), rng.uniform(0.04, 0.5))
        reach = round(art.short * rng.uniform(0.012, 0.03))
        thin = reach * 0.2

        def draw(pen: ImageDraw.ImageDraw, k: float, reach: int = reach, thin: float = thin) -> None:
            star = [
                (0, -reach),
                (thin, -thin),
                (reach, 0),
                (thin, thin),
                (0, reach),
                (-thin, thin),
                (-reach, 0),
                (-thin, -thin),
            ]
            pen.polygon([((px + reach) * k, (py + reach) * k) for px, py in star], fill=255)

        canvas.paste(WHITE, (round(x - reach), round(y - reach)), stencil((2 * reach, 2 * reach), draw))
