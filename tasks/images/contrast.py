"""How well ink is seen on a plate of tinted glass, by the relative luminance and the contrast of WCAG 2.2."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

OPACITY: Final = 0.6
"""Of a plate. White ink on the dark one over white has a contrast of 5.7, dark ink on the light one over black 6.7."""
_LINEAR_UP_TO: Final = 0.04045
"""https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
_LEVELS: Final = np.arange(256) / 255
_LINEAR: Final = np.where(_LEVELS <= _LINEAR_UP_TO, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4)
_SEEN: Final = 128
"""From this alpha on, a pixel has a colour."""
_DARKER: Final = 0.18
_LIGHTER: Final = 0.5

Colour = tuple[int, int, int]
Values = NDArray[np.float64]


class Plate(NamedTuple):
    """What lies under a text, and its ink."""

    colour: Colour
    ink: Colour


DARK: Final = Plate((0, 0, 0), (255, 255, 255))
LIGHT: Final = Plate((255, 255, 255), (17, 17, 17))


def luminances(image: Image.Image) -> Values:
    """The relative luminance of each pixel of an RGB image, from 0 to 1."""
    found: Values = _LINEAR[np.asarray(image)] @ np.array((0.2126, 0.7152, 0.0722))
    return found


def contrasts(below: Values, plate: Plate) -> Values:
    """How well the ink is seen on the plate over each of these luminances, from 1 to 21."""
    grey = np.interp(below, _LINEAR, np.arange(256))
    glass = _LINEAR[np.round(grey * (1 - OPACITY) + plate.colour[0] * OPACITY).astype(int)]
    ink = _LINEAR[plate.ink[0]]
    found: Values = (np.maximum(glass, ink) + 0.05) / (np.minimum(glass, ink) + 0.05)
    return found


def plates_for(icon: Image.Image | None) -> tuple[Plate, ...]:
    """The plates on which an icon is seen: a light one needs the dark, a dark one the light, any other takes both."""
    if icon is None:
        return (DARK, LIGHT)
    pixels = np.asarray(icon).reshape(-1, 4)
    solid = pixels[pixels[:, 3] >= _SEEN][:, :3]
    if not len(solid):
        return (DARK, LIGHT)
    lightness = float(np.median(luminances(Image.fromarray(solid[None]))))
    return (LIGHT,) if lightness < _DARKER else (DARK,) if lightness > _LIGHTER else (DARK, LIGHT)
