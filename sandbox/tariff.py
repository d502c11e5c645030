"""What each model costs and how long it takes."""

import hashlib
from collections.abc import Mapping
from typing import Final

from tasks.records.vocabulary import Model

PRICE_USD_MICROS: Final[Mapping[Model, int]] = {
    "V_1": 60_000,
    "V_1_TURBO": 20_000,
    "V_2": 80_000,
    "V_2_TURBO": 50_000,
    "V_2A": 40_000,
    "V_2A_TURBO": 25_000,
}
"""Price of one image in millionths of a US dollar; https://ideogram.ai/features/api-pricing."""

V1_PRICE_USD_MICROS: Final[Mapping[str, int]] = {
    "FLASH": 30_000,
    "TURBO": 30_000,
    "BALANCED": 60_000,
    "DEFAULT": 60_000,
    "QUALITY": 90_000,
}
CHARACTER_PRICE_USD_MICROS: Final[Mapping[str, int]] = {
    "FLASH": 100_000,
    "TURBO": 100_000,
    "BALANCED": 150_000,
    "DEFAULT": 150_000,
    "QUALITY": 200_000,
}
"""Of 3.0, with a character's image."""
V2_PRICE_USD_MICROS: Final[Mapping[str, Mapping[str, int]]] = {
    "ideogram-2": {"turbo": 50_000, "default": 80_000, "quality": 80_000},
    "ideogram-2a": {"turbo": 25_000, "default": 40_000, "quality": 40_000},
    "ideogram-3": {"turbo": 30_000, "default": 60_000, "quality": 90_000},
    "ideogram-3-transparent": {"turbo": 40_000, "default": 70_000, "quality": 100_000},
    "ideogram-4": {"turbo": 30_000, "default": 60_000, "quality": 100_000},
    "ideogram-4-transparent": {"turbo": 60_000, "default": 60_000, "quality": 60_000},
    "ideogram-4-5": {"low": 30_000, "medium": 60_000, "high": 100_000},
    "p-image-ideogram": dict.fromkeys(("very_low", "low", "medium", "high", "very_high"), 10_000),
}
"""By the words that the model's speed or quality takes; dry runs of clients, 2026-10-07 and -10."""
EDIT_PRICE_USD_MICROS: Final[Mapping[str, int]] = {"very_low": 8_000, "low": 30_000, "medium": 60_000, "high": 220_000}
"""Of 4.5, with source images."""
UPSCALED_USD_MICROS: Final[Mapping[str, int]] = {"x1": 0, "x2": 120_000, "x4": 160_000}
"""What 3.0 transparent costs beyond its price."""

_PRODUCTS: Final[Mapping[str, str]] = {
    "V_1": "ideogram_v1_generation",
    "V_2": "ideogram_v2_generation",
    "V_2A": "ideogram_v2a_generation",
    "V_3": "ideogram_v3_generation",
    "ideogram-2": "ideogram_v2_generation",
    "ideogram-2a": "ideogram_v2a_generation",
    "ideogram-3": "ideogram_v3_generation",
    "ideogram-3-transparent": "ideogram_v3_transparent_generation",
    "ideogram-4": "ideogram_v4_generation",
    "ideogram-4-transparent": "ideogram_v4_transparent_generation",
    "ideogram-4-5": "ideogram_4_5_generate",
    "p-image-ideogram": "p_image_ideogram_generation",
}


def product_of(model: str) -> str:
    """What quotes and usage call a model. Those of 4.0 and 4.5 were seen, the others are of their kind."""
    return _PRODUCTS[model.removesuffix("_TURBO")]


LATENCY_RANGE_S: Final[Mapping[str, tuple[float, float]]] = {
    "V_1": (6.0, 12.0),
    "V_1_TURBO": (3.0, 6.0),
    "V_2": (8.0, 15.0),
    "V_2_TURBO": (3.0, 6.0),
    "V_2A": (5.0, 9.0),
    "V_2A_TURBO": (2.0, 4.0),
    "V_3 FLASH": (2.0, 4.0),
    "V_3 TURBO": (4.0, 8.0),
    "V_3": (8.0, 15.0),
    "V_3 QUALITY": (15.0, 25.0),
    "ideogram-2 turbo": (3.0, 6.0),
    "ideogram-2": (8.0, 15.0),
    "ideogram-2a turbo": (2.0, 4.0),
    "ideogram-2a": (5.0, 9.0),
    "ideogram-3 turbo": (4.0, 8.0),
    "ideogram-3": (8.0, 15.0),
    "ideogram-3 quality": (15.0, 25.0),
    "ideogram-3-transparent turbo": (5.0, 10.0),
    "ideogram-3-transparent": (9.0, 17.0),
    "ideogram-3-transparent quality": (16.0, 27.0),
    "ideogram-4 turbo": (5.0, 10.0),
    "ideogram-4": (9.0, 16.0),
    "ideogram-4 quality": (15.0, 25.0),
    "ideogram-4-transparent": (10.0, 18.0),
    "ideogram-4-5 very_low": (8.0, 14.0),
    "ideogram-4-5 low": (11.0, 16.0),
    "ideogram-4-5": (12.0, 18.0),
    "ideogram-4-5 high": (15.0, 21.0),
    "p-image-ideogram": (1.0, 3.0),
}
"""Shortest and longest wait in seconds, by model and quality, or by the model for the qualities that are not named.

Those of V_2, V_3 and 4.5 are what users measured, the others are estimates.
"""


def latency_s(
    prompt: str, model: str, scale: float = 1.0, range_s: tuple[float, float] | None = None, quality: str = ""
) -> float:
    """Seconds that one request takes: uniform over the range, and always the same for the same prompt.

    `range_s` replaces the model's own range; `scale` multiplies either. The number of images does not matter.
    """
    shortest_s, longest_s = range_s or LATENCY_RANGE_S.get(f"{model} {quality}") or LATENCY_RANGE_S[model]
    return scale * (shortest_s + _fraction(prompt) * (longest_s - shortest_s))


def _fraction(text: str) -> float:
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
