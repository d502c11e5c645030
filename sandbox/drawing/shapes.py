"""What every scene is made of: gradients, glows, smooth-edged shapes, shaded balls, grain. Sizes are pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageOps

from sandbox.drawing.palettes import NIGHT, WHITE, Color, mix

_SMOOTH: Final = 2
"""Shapes are drawn this much larger and reduced, so that their edges are smooth."""


_MASK_SIDE_MAX_PX: Final = 2048
_RIM_LEVEL: Final = 180
"""Level of Pillow's radial gradient in the middle of each edge; it reaches 255 only in the corners."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a picture."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def short(self) -> float:
        """The shorter side."""
        return min(self.width, self.height)

    def at(self, across: float, down: float) -> tuple[float, float]:
        """The point at these shares (0..1) of width and height."""
        return self.left + across * self.width, self.top + down * self.height


def gradient(size: tuple[int, int], top: Color, bottom: Color, turn_degrees: float = 0.0) -> Image.Image:
    """A plane that runs from `top` to `bottom`, turned anticlockwise."""
    ramp = Image.linear_gradient("L")
    if turn_degrees:
        ramp = ramp.rotate(turn_degrees, Image.Resampling.BICUBIC).crop((48, 48, 208, 208))
    colored = ImageOps.colorize(ImageOps.autocontrast(ramp), top, bottom)
    return colored.resize(size, Image.Resampling.BICUBIC)


@lru_cache(maxsize=1)
def _soft_spot() -> Image.Image:
    """A spot that fades out smoothly towards its rim; 256 x 256."""
    shares = (max(0.0, 1 - step / _RIM_LEVEL) for step in range(256))
    fade = [round(255 * _eased(share)) for share in shares]
    return Image.radial_gradient("L").point(fade)


def glow(
    canvas: Image.Image, center: tuple[float, float], radii: tuple[float, float], color: Color, force: float
) -> None:
    """Lay a soft spot of `color` over `canvas`; `force` is its share (0..1) at the centre."""
    width, height = max(2, round(2 * radii[0])), max(2, round(2 * radii[1]))
    spot = _soft_spot().point([round(level * force) for level in range(256)])
    spot = spot.resize((width, height), Image.Resampling.BICUBIC)
    canvas.paste(color, (round(center[0] - radii[0]), round(center[1] - radii[1])), spot)


def stencil(size: tuple[int, int], draw: Callable[[ImageDraw.ImageDraw, float], None]) -> Image.Image:
    """A mask with smooth edges; `draw` gets the pen and the factor by which its coordinates are larger."""
    mask = Image.new("L", (size[0] * _SMOOTH, size[1] * _SMOOTH))
    draw(ImageDraw.Draw(mask), _SMOOTH)
    return mask.reduce(_SMOOTH)


def disc(diameter: int) -> Image.Image:
    """The mask of a filled circle."""
    return _large_disc().resize((diameter, diameter), Image.Resampling.BOX)


@lru_cache(maxsize=1)
def _large_disc() -> Image.Image:
    mask = Image.new("L", (2048, 2048))
    ImageDraw.Draw(mask).ellipse((0, 0, 2047, 2047), fill=255)
    return mask.reduce(2)


def rounded(size: tuple[int, int], radius: float) -> Image.Image:
    """The mask of a rectangle with round corners."""

    def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
        pen.rounded_rectangle((0, 0, size[0] * k - 1, size[1] * k - 1), radius * k, fill=255)

    return stencil(size, draw)


def faded(mask: Image.Image, force: float) -> Image.Image:
    """`mask` with `force` (0..1) of its strength."""
    return mask.point([round(level * force) for level in range(256)])


@lru_cache(maxsize=1)
def _ball_light() -> Image.Image:
    """How far each point of a ball is from the light at its upper left; 256 x 256, dark is near."""
    far = Image.radial_gradient("L").resize((424, 424), Image.Resampling.BICUBIC)
    return far.crop((122, 136, 378, 392))


def ball(
    canvas: Image.Image, center: tuple[float, float], radius: float, color: Color, *, is_glossy: bool = True
) -> None:
    """A shaded ball, lit from the upper left."""
    diameter = max(4, round(2 * radius))
    light = mix(color, WHITE, 0.55 if is_glossy else 0.38)
    skin = ImageOps.colorize(_ball_light(), light, mix(color, NIGHT, 0.72), mix(color, WHITE, 0.04), midpoint=105)
    glow(skin, (196, 214), (120, 110), mix(color, WHITE, 0.35), 0.42)
    if is_glossy:
        glow(skin, (88, 74), (62, 50), WHITE, 0.9)
    place = (round(center[0] - radius), round(center[1] - radius))
    canvas.paste(skin.resize((diameter, diameter), Image.Resampling.BICUBIC), place, disc(diameter))


def veil(canvas: Image.Image, box: Box, color: Color, *, fades_to: str, softness: float) -> None:
    """Calm `box` with `color`, which fades out towards its side `fades_to`: "right", "top" or "bottom".

    `softness` is the share (0..1) of the box over which it fades.
    """
    turn = {"bottom": 180, "right": 270, "top": 0}[fades_to]
    curve = [round(255 * 0.95 * _eased(min(1.0, level / 255 / softness))) for level in range(256)]
    ramp = Image.linear_gradient("L").rotate(turn).point(curve)
    size = (round(box.width), round(box.height))
    canvas.paste(color, (round(box.left), round(box.top)), ramp.resize(size, Image.Resampling.BICUBIC))


def _eased(share: float) -> float:
    return share * share * (3 - 2 * share)


def grained(canvas: Image.Image, rng: Random) -> Image.Image:
    """`canvas` with a trace of grain, which also hides the steps of long gradients."""
    noise = Image.frombytes("L", (256, 256), rng.randbytes(65_536)).point([level * 5 // 256 for level in range(256)])
    layer = Image.new("L", canvas.size)
    for left in range(0, canvas.width, 256):
        for top in range(0, canvas.height, 256):
            layer.paste(noise, (left, top))
    return ImageChops.add(canvas, Image.merge("RGB", (layer, layer, layer)), offset=-2)


def cut_out(size: tuple[int, int]) -> Image.Image:
    """The mask of a sheet with round corners and nothing around it: what a picture without a ground keeps."""
    shrink = max(1.0, max(size) / _MASK_SIDE_MAX_PX)
    small = round(size[0] / shrink), round(size[1] / shrink)
    margin = max(1, round(min(small) * 0.02))
    mask = Image.new("L", small)
    sheet = small[0] - 2 * margin, small[1] - 2 * margin
    mask.paste(rounded(sheet, min(small) * 0.06), (margin, margin))
    return mask if small == size else mask.resize(size, Image.Resampling.BICUBIC)
