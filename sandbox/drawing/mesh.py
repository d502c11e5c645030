"""GENERAL and AUTO: a mesh of flowing colour with an orb and its orbits."""

import colorsys
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from sandbox.drawing.palettes import NIGHT, WHITE, Color, Palette, luminance, mix
from sandbox.drawing.shapes import Box, disc, faded, glow, gradient, stencil


def paint_mesh(canvas: Image.Image, palette: Palette, art: Box, rng: Random) -> None:
    """Fill `canvas`; the orb stands in `art`."""
    across, down = rng.uniform(0.44, 0.58), rng.uniform(0.46, 0.54)
    center, radius = art.at(across, down), art.short * rng.uniform(0.29, 0.35)
    first, second, third = _related(palette, rng)
    canvas.paste(_flow(canvas.size, palette, art, (first, second, third), rng))
    _orbits(canvas, center, radius, rng)
    _orb(canvas, center, radius, (first, second))
    angle_x, angle_y = rng.choice([(-0.92, 0.62), (0.9, 0.66), (-0.86, -0.7), (0.88, -0.68)])
    moon = (center[0] + angle_x * radius, center[1] + angle_y * radius)
    _glass(canvas, moon, radius * rng.uniform(0.4, 0.52))
    pebble = (center[0] - angle_x * radius * 1.18, center[1] - angle_y * radius * 1.05)
    _orb(canvas, pebble, radius * rng.uniform(0.13, 0.2), (mix(third, WHITE, 0.3), third))


def _related(palette: Palette, rng: Random) -> tuple[Color, Color, Color]:
    """An accent, the one nearest to it, which blends with it cleanly, and a third for contrast."""
    first = rng.choice(palette.accents)
    others = sorted(
        (color for color in palette.accents if color is not first), key=lambda color: _distance(first, color)
    )
    return first, others[0], others[-1]


def _distance(first: Color, second: Color) -> float:
    """How far apart two colours look: by hue above all."""
    hue, *_ = colorsys.rgb_to_hsv(*first)
    other_hue, *_ = colorsys.rgb_to_hsv(*second)
    turn = abs(hue - other_hue)
    return min(turn, 1 - turn) + abs(luminance(first) - luminance(second)) / 900


def _flow(
    size: tuple[int, int], palette: Palette, art: Box, colors: tuple[Color, Color, Color], rng: Random
) -> Image.Image:
    """A small picture of soft spots, enlarged: cheap, and smooth by itself."""
    small = gradient((96, 96), palette.paper, palette.shade, rng.choice((-30, 20, 45)))
    first, second, third = colors
    spots = [(palette.shade, 0.9), (first, 0.75), (second, 0.7), (third, 0.4), (palette.shade, 0.6), (first, 0.5)]
    for color, force in spots:
        x, y = art.at(rng.uniform(0.0, 1.0), rng.uniform(0.0, 1.0))
        reach = rng.uniform(36, 62)
        glow(small, (x / size[0] * 96, y / size[1] * 96), (reach, reach), color, force)
    return small.filter(ImageFilter.GaussianBlur(5)).resize(size, Image.Resampling.BICUBIC)


def _orb(canvas: Image.Image, center: tuple[float, float], radius: float, colors: tuple[Color, Color]) -> None:
    glow(
        canvas,
        (center[0] + radius * 0.1, center[1] + radius * 0.34),
        (radius * 1.45, radius * 1.35),
        mix(colors[1], NIGHT, 0.7),
        0.5,
    )
    diameter = max(8, round(2 * radius))
    face = gradient((256, 256), mix(colors[0], WHITE, 0.22), colors[1], 38)
    glow(face, (84, 70), (150, 140), WHITE, 0.5)
    glow(face, (196, 226), (130, 100), mix(colors[0], WHITE, 0.5), 0.35)
    place = (round(center[0] - radius), round(center[1] - radius))
    canvas.paste(face.resize((diameter, diameter), Image.Resampling.BICUBIC), place, disc(diameter))


def _glass(canvas: Image.Image, center: tuple[float, float], radius: float) -> None:
    """A disc of frosted glass: what is behind it is blurred and lightened, its rim catches the light."""
    diameter = max(8, round(2 * radius))
    left, top = round(center[0] - radius), round(center[1] - radius)
    seen = (max(0, left), max(0, top), min(canvas.width, left + diameter), min(canvas.height, top + diameter))
    behind = canvas.resize((diameter // 4, diameter // 4), Image.Resampling.BOX, box=seen)
    frosted = behind.filter(ImageFilter.GaussianBlur(diameter / 64)).resize(
        (diameter, diameter), Image.Resampling.BICUBIC
    )
    shine = (
        Image.linear_gradient("L")
        .rotate(135)
        .resize((diameter, diameter))
        .point([40 + level * 90 // 255 for level in range(256)])
    )
    frosted.paste(WHITE, (0, 0), shine)
    glow(canvas, (center[0], center[1] + radius * 0.25), (radius * 1.4, radius * 1.35), NIGHT, 0.35)
    canvas.paste(frosted, (left, top), disc(diameter))
    _ring(canvas, center, radius, max(2.0, radius * 0.022), 0.7)


def _ring(canvas: Image.Image, center: tuple[float, float], radius: float, width: float, force: float) -> None:
    side = round(2 * radius) + 4

    def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
        pen.ellipse((2 * k, 2 * k, (side - 3) * k, (side - 3) * k), outline=255, width=round(width * k))

    place = (round(center[0] - side / 2), round(center[1] - side / 2))
    canvas.paste(WHITE, place, faded(stencil((side, side), draw), force))


def _orbits(canvas: Image.Image, center: tuple[float, float], radius: float, rng: Random) -> None:
    for step in range(1, rng.randint(3, 4)):
        _ring(canvas, center, radius * (1.0 + 0.3 * step), max(1.5, radius * 0.008), 0.42 / step)
