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

LATENCY_RANGE_S: Final[Mapping[Model, tuple[float, float]]] = {
    "V_1": (6.0, 12.0),
    "V_1_TURBO": (3.0, 6.0),
    "V_2": (8.0, 15.0),
    "V_2_TURBO": (3.0, 6.0),
    "V_2A": (5.0, 9.0),
    "V_2A_TURBO": (2.0, 4.0),
}
"""Shortest and longest wait in seconds. V_2 and V_2_TURBO as users report them, the others are estimates."""


def latency_s(prompt: str, model: Model, scale: float = 1.0, range_s: tuple[float, float] | None = None) -> float:
    """Seconds that one request takes: uniform over the range, and always the same for the same prompt.

    `range_s` replaces the model's own range; `scale` multiplies either. The number of images does not matter.
    """
    shortest_s, longest_s = range_s or LATENCY_RANGE_S[model]
    return scale * (shortest_s + _fraction(prompt) * (longest_s - shortest_s))


def _fraction(text: str) -> float:
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
