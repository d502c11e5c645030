"""REALISTIC: a soft-lit studio with podiums, an arch and a ball."""

from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from sandbox.drawing.palettes import NIGHT, WHITE, Color, Palette, mix
from sandbox.drawing.shapes import Box, ball, faded, glow, gradient, rounded, stencil


def paint_studio(canvas: Image.Image, palette: Palette, art: Box, rng: Random) -> None:
    """Fill `canvas` with wall and floor; the podiums stand in `art`."""
    colors = list(palette.accents)
    rng.shuffle(colors)
    wall = mix(palette.paper, palette.shade, 0.45)
    floor_top = art.at(0, 0.7)[1]
    canvas.paste(gradient(canvas.size, mix(wall, WHITE, 0.1), mix(wall, palette.shade, 0.5)))
    _arch(canvas, art, floor_top, mix(colors[0], wall, 0.25), rng)
    _floor(canvas, floor_top, mix(wall, palette.shade, 0.75))
    _window_light(canvas, art, rng)
    glow(canvas, art.at(0.1, 0.0), (art.width * 1.1, art.height * 1.1), WHITE, 0.28 if not palette.is_dark else 0.12)
    _podiums(canvas, art, colors, wall, rng)


def _arch(canvas: Image.Image, art: Box, floor_top: float, color: Color, rng: Random) -> None:
    width = round(art.short * rng.uniform(0.56, 0.66))
    top = art.top + art.height * rng.uniform(0.08, 0.14)
    height = round(floor_top - top + width)
    left = round(art.at(rng.uniform(0.46, 0.54), 0)[0] - width / 2)
    face = gradient((width, height), mix(color, NIGHT, 0.18), mix(color, WHITE, 0.16), 25)
    canvas.paste(face, (left, round(top)), rounded((width, height), width / 2))
    shade = rounded((width, height), width / 2).reduce(8).filter(ImageFilter.GaussianBlur(width / 90))
    inner = ImageOps.invert(shade).resize((width, height), Image.Resampling.BICUBIC)
    inner = ImageChops.multiply(inner, rounded((width, height), width / 2))
    canvas.paste(mix(color, NIGHT, 0.6), (left, round(top)), faded(inner, 0.35))


def _floor(canvas: Image.Image, floor_top: float, color: Color) -> None:
    """The floor, and the soft bend where the wall runs into it."""
    height = canvas.height - round(floor_top)
    if height <= 0:
        return
    canvas.paste(
        gradient((canvas.width, height), mix(color, NIGHT, 0.14), mix(color, WHITE, 0.2)), (0, round(floor_top))
    )
    bend = round(height * 0.5)
    ramp = Image.linear_gradient("L").resize((canvas.width, bend))
    canvas.paste(mix(color, NIGHT, 0.2), (0, round(floor_top) - bend), faded(ramp, 0.3))


def _window_light(canvas: Image.Image, art: Box, rng: Random) -> None:
    """Slanting bars of light, as through a window."""
    slant, count = rng.uniform(0.25, 0.5), rng.randint(2, 3)
    start = art.left / canvas.width + rng.uniform(0.02, 0.2)

    def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
        for index in range(count):
            left, right = 128 * k * (start + 0.27 * index), 128 * k * (start + 0.27 * index + 0.2)
            pen.polygon(
                ((left, 0), (right, 0), (right - slant * 128 * k, 128 * k), (left - slant * 128 * k, 128 * k)), fill=255
            )

    mask = stencil((128, 128), draw).filter(ImageFilter.GaussianBlur(2.2))
    canvas.paste(WHITE, (0, 0), faded(mask, 0.16).resize(canvas.size, Image.Resampling.BICUBIC))


def _podiums(canvas: Image.Image, art: Box, colors: list[Color], wall: Color, rng: Random) -> None:
    """Two cylinders, one behind the other, each with something on it."""
    side = rng.choice((-1, 1))
    center, base = art.at(0.5, 0.83)
    unit = min(art.short * 1.2, art.width)
    rear = (center + side * unit * 0.24, base - unit * 0.07)
    top = _cylinder(canvas, rear, unit * 0.15, unit * rng.uniform(0.3, 0.38), mix(colors[1], wall, 0.15))
    _set_ball(canvas, top, unit * 0.085, colors[2])
    front = (center - side * unit * 0.1, base)
    top = _cylinder(canvas, front, unit * 0.235, unit * rng.uniform(0.14, 0.19), mix(wall, WHITE, 0.35))
    _set_ball(canvas, top, unit * rng.uniform(0.16, 0.19), colors[0] if rng.random() < 0.5 else colors[-1])
    _set_ball(canvas, (center + side * unit * 0.25, base + unit * 0.035), unit * 0.06, colors[1])


def _set_ball(canvas: Image.Image, foot: tuple[float, float], radius: float, color: Color) -> None:
    """A ball that touches the ground at `foot`."""
    glow(canvas, (foot[0] + radius * 0.35, foot[1]), (radius * 1.6, radius * 0.46), NIGHT, 0.7)
    ball(canvas, (foot[0], foot[1] - radius * 0.93), radius, color, is_glossy=False)


def _cylinder(
    canvas: Image.Image, base: tuple[float, float], radius: float, height: float, color: Color
) -> tuple[float, float]:
    """An upright cylinder whose foot is centred at `base`; returns the middle of its top."""
    width, flat = round(2 * radius), round(radius * 0.5)
    glow(canvas, (base[0] + radius * 0.55, base[1] + flat * 0.1), (radius * 2.1, flat * 1.5), NIGHT, 0.62)
    full = round(height) + flat
    side = gradient((full, width), mix(color, WHITE, 0.25), mix(color, NIGHT, 0.5)).transpose(Image.Transpose.ROTATE_90)

    def body(pen: ImageDraw.ImageDraw, k: float) -> None:
        pen.rectangle((0, flat * k / 2, width * k, (full - flat / 2) * k), fill=255)
        pen.ellipse((0, (full - flat) * k, width * k - 1, full * k - 1), fill=255)
        pen.ellipse((0, 0, width * k - 1, flat * k), fill=255)

    left, top = round(base[0] - radius), round(base[1] - height - flat / 2)
    canvas.paste(side, (left, top), stencil((width, full), body))
    lid = gradient((width, flat), mix(color, WHITE, 0.5), mix(color, WHITE, 0.22), 60)
    canvas.paste(
        lid,
        (left, top),
        stencil((width, flat), lambda pen, k: pen.ellipse((0, 0, width * k - 1, flat * k - 1), fill=255)),
    )
    return base[0], top + flat / 2
