"""How like two pictures look: the structural similarity (SSIM) of their brightness."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tasks.images.geometry import Size, cover_box

SIGMA_PX = 1.5
RADIUS_PX = 5
STABILIZERS = ((0.01 * 255) ** 2, (0.03 * 255) ** 2)

Plane = NDArray[np.float32]


def similarity(one: Plane, other: Plane) -> float:
    """The mean SSIM of two planes of one size, 1 where they are equal.

    With the constants of Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
    structural similarity" (2004): a Gaussian window of 11 x 11 pixels, where it lies wholly inside.
    """
    mean_one, mean_other = blurred(one), blurred(other)
    variance_one = blurred(one * one) - mean_one**2
    variance_other = blurred(other * other) - mean_other**2
    covariance = blurred(one * other) - mean_one * mean_other
    light, contrast = STABILIZERS
    alike = (2 * mean_one * mean_other + light) * (2 * covariance + contrast)
    most = (mean_one**2 + mean_other**2 + light) * (variance_one + variance_other + contrast)
    return float((alike / most).mean())


def blurred(plane: Plane) -> Plane:
    """The weighted mean around each pixel whose window lies inside."""
    steps = np.arange(-RADIUS_PX, RADIUS_PX + 1)
    weights = np.exp(-(steps**2) / (2 * SIGMA_PX**2))
    weights = (weights / weights.sum()).astype(np.float32)
    for _ in ("down", "across"):
        length = plane.shape[0] - 2 * RADIUS_PX
        plane = sum(weight * plane[start : start + length] for start, weight in enumerate(weights)).T
    return plane


def brightness(image: Image.Image) -> Plane:
    """The luma of an RGB image (BT.601), not rounded."""
    return np.asarray(image.convert("RGB"), np.float32) @ np.array((0.299, 0.587, 0.114), np.float32)


def ideal_cut(image: Image.Image, target: Size) -> Plane:
    """The brightness of the cover cut of `image`, by Lanczos in floating point, with neither shortcut nor loss."""
    plane = Image.fromarray(brightness(image))
    box = cover_box(Size(*image.size), target)
    cut = plane.resize(target, Image.Resampling.LANCZOS, box=box)
    return np.asarray(cut, np.float32).clip(0, 255)
