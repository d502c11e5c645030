"""How people call models and qualities, in a matrix, a terminal or a form."""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import BeforeValidator

from tasks.records.models import MODELS, OFFERS, Model
from tasks.records.vocabulary import QUALITIES, Quality


def _squeezed(text: str) -> str:
    return re.sub(r"[\s_\-‐-―−]+", "", unicodedata.normalize("NFKC", text)).lower()  # noqa: RUF001  dashes of all kinds


_MODELS: Final[dict[str, Model]] = {
    _squeezed(word): offer.model for offer in OFFERS.values() for word in (offer.model, *offer.words)
}
_QUALITIES: Final[dict[str, Quality]] = {
    **{_squeezed(quality): quality for quality in QUALITIES},
    "flash": "very_low",
    "draft": "very_low",
    "turbo": "low",
    "default": "medium",
    "quality": "high",
}
"""Ours, the API's own, and what one is for."""


def parse_model(text: str) -> Model:
    """`V_2`, `v2`, and `2.0` as the batch page writes it, are one; so are `4.5`, `v4.5` and `Ideogram 4.5`.

    A bare version is the older name where it has two: `3.0` is `V_3`, and `Ideogram 3.0` is `ideogram-3`.
    """
    word = _squeezed(text).replace(",", ".")
    name = word.replace("ideogramv", "ideogram", 1)
    for way in (word, name, name.removeprefix("ideogram"), word.removeprefix("v")):
        if way in _MODELS:
            return _MODELS[way]
    raise ValueError(f"is not accepted; use one of {', '.join(MODELS)}")


def parse_quality(text: str) -> Quality:
    """One of our scale, or the API's own word for one."""
    found = _QUALITIES.get(_squeezed(text))
    if found is None:
        raise ValueError(f"is not accepted; use one of {', '.join(QUALITIES)}")
    return found


AnyModel = Annotated[Model, BeforeValidator(lambda told: parse_model(told) if isinstance(told, str) else told)]
AnyQuality = Annotated[Quality, BeforeValidator(lambda told: parse_quality(told) if isinstance(told, str) else told)]
"""As an option may be typed."""
