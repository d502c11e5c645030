"""The table of models: which route each has, what it takes, and how people call it.

Read off the official documents (copies of 2026-10-07 and later); `tests/tasks/records/test_models.py` holds it against
them. Planning, `--help`, the form, `data/README.md` and the sandbox are made of it; what an image costs, by model and
quality, and how long it takes stands in `data/prices.csv`.
"""

from collections.abc import Mapping
from typing import Final

from tasks.records import sizes
from tasks.records.offer import Offer, Route
from tasks.records.vocabulary import MODELS, Model, Quality, StyleType

__all__ = ["MODELS", "OFFERS", "Model", "Offer", "Route", "models_of", "takers"]

_STYLES_2: Final[tuple[StyleType, ...]] = ("AUTO", "GENERAL", "REALISTIC", "DESIGN", "RENDER_3D", "ANIME")
_STYLES_3: Final[tuple[StyleType, ...]] = ("AUTO", "GENERAL", "REALISTIC", "DESIGN", "FICTION")
_SPEEDS: Final[Mapping[Quality, str]] = {"low": "turbo", "medium": "default", "high": "quality"}

_OF_LEGACY: Final = frozenset({"aspect_ratio", "magic_prompt_version", "quality"})
_OF_V_2: Final = _OF_LEGACY | {"resolution", "style_type", "negative_prompt", "color_palette"}
_OF_V2: Final = frozenset({"aspect_ratio", "quality", "visibility", "enable_copyright_detection"})
_OF_3: Final = frozenset(
    {"resolution", "style_type", "negative_prompt", "color_palette", "style_preset", "style_codes", "style_reference"}
)
_OF_4: Final = _OF_V2 | {"resolution", "structured_prompt"}
"""A structured prompt is JSON in the column `prompt`."""

_TABLE: Final = (
    Offer(
        model="V_1",
        route="legacy",
        words=("1", "1.0"),
        takes=_OF_LEGACY | {"negative_prompt"},
        ratios=sizes.RATIOS_LEGACY,
        qualities={"low": "V_1_TURBO", "medium": "V_1"},
    ),
    Offer(
        model="V_1_TURBO",
        route="legacy",
        words=("1 turbo", "1.0 turbo"),
        takes=_OF_LEGACY | {"negative_prompt"},
        ratios=sizes.RATIOS_LEGACY,
        qualities={"low": "V_1_TURBO"},
        default_quality="low",
    ),
    Offer(
        model="V_2",
        route="legacy",
        words=("2", "2.0"),
        takes=_OF_V_2,
        ratios=sizes.RATIOS_LEGACY,
        resolutions=sizes.RESOLUTIONS_LEGACY,
        styles=_STYLES_2,
        default_style="AUTO",
        qualities={"low": "V_2_TURBO", "medium": "V_2"},
    ),
    Offer(
        model="V_2_TURBO",
        route="legacy",
        words=("2 turbo", "2.0 turbo"),
        takes=_OF_V_2,
        ratios=sizes.RATIOS_LEGACY,
        resolutions=sizes.RESOLUTIONS_LEGACY,
        styles=_STYLES_2,
        default_style="AUTO",
        qualities={"low": "V_2_TURBO"},
        default_quality="low",
    ),
    Offer(
        model="V_2A",
        route="legacy",
        words=("2a", "2.0a"),
        takes=_OF_LEGACY | {"style_type"},
        ratios=sizes.RATIOS_LEGACY,
        styles=_STYLES_2,
        default_style="AUTO",
        qualities={"low": "V_2A_TURBO", "medium": "V_2A"},
    ),
    Offer(
        model="V_2A_TURBO",
        route="legacy",
        words=("2a turbo", "2.0a turbo"),
        takes=_OF_LEGACY | {"style_type"},
        ratios=sizes.RATIOS_LEGACY,
        styles=_STYLES_2,
        default_style="AUTO",
        qualities={"low": "V_2A_TURBO"},
        default_quality="low",
    ),
    Offer(
        model="V_3",
        route="v1",
        words=("3", "3.0"),
        takes=_OF_3
        | {"aspect_ratio", "quality", "enable_copyright_detection", "custom_model_uri", "character_reference"},
        ratios=sizes.RATIOS_3,
        resolutions=sizes.RESOLUTIONS_3,
        styles=_STYLES_3,
        qualities={"very_low": "FLASH", "low": "TURBO", "medium": "DEFAULT", "high": "QUALITY"},
        references={"style_reference": 10, "character_reference": 1},
    ),
    Offer(
        model="ideogram-2",
        route="v2",
        words=("ideogram 2", "ideogram 2.0"),
        takes=_OF_V2 | {"style_type", "negative_prompt"},
        ratios=(*sizes.RATIOS_3, "AUTO"),
        styles=_STYLES_2,
        qualities={"low": "turbo", "medium": "default"},
    ),
    Offer(
        model="ideogram-2a",
        route="v2",
        words=("ideogram 2a", "ideogram 2.0a"),
        takes=_OF_V2 | {"style_type"},
        ratios=(*sizes.RATIOS_3, "AUTO"),
        styles=_STYLES_2,
        qualities={"low": "turbo", "medium": "default"},
    ),
    Offer(
        model="ideogram-3",
        route="v2",
        words=("ideogram 3", "ideogram 3.0"),
        takes=_OF_V2 | _OF_3,
        ratios=(*sizes.RATIOS_3, "AUTO"),
        resolutions=sizes.RESOLUTIONS_3,
        styles=_STYLES_3,
        qualities=_SPEEDS,
        references={"style_reference": 10},
    ),
    Offer(
        model="ideogram-3-transparent",
        route="v2",
        words=("3 transparent", "3.0 transparent"),
        takes=_OF_V2 | {"negative_prompt"},
        ratios=(*sizes.RATIOS_3, "AUTO"),
        qualities=_SPEEDS,
    ),
    Offer(
        model="ideogram-4",
        route="v2",
        words=("4", "4.0"),
        takes=_OF_4,
        ratios=(*sizes.RATIOS_3, "AUTO"),
        has_ratio_field=False,
        resolutions=sizes.RESOLUTIONS_4,
        qualities=_SPEEDS,
    ),
    Offer(
        model="ideogram-4-transparent",
        route="v2",
        words=("4 transparent", "4.0 transparent"),
        takes=_OF_V2,
        ratios=(*sizes.RATIOS_4, "AUTO"),
        qualities={"medium": "default"},
    ),
    Offer(
        model="ideogram-4-5",
        route="v2",
        words=("4.5", "4_5"),
        takes=_OF_4 | {"source_image"},
        ratios=(*sizes.RATIOS_3, "AUTO"),
        has_ratio_field=False,
        resolutions=sizes.RESOLUTIONS_4_5,
        qualities={"very_low": "very_low", "low": "low", "medium": "medium", "high": "high"},
        with_source_only=frozenset({"very_low"}),
        references={"source_image": 5},
    ),
    Offer(
        model="p-image-ideogram",
        route="v2",
        words=("p-image",),
        takes=_OF_4,
        ratios=sizes.RATIOS_3,
        takes_any_size=True,
        qualities={"medium": "medium"},
    ),
)

OFFERS: Final[Mapping[Model, Offer]] = {offer.model: offer for offer in _TABLE}


def models_of(route: Route) -> tuple[Model, ...]:
    """The models of one route."""
    return tuple(model for model in MODELS if OFFERS[model].route == route)


def takers(column: str) -> tuple[Model, ...]:
    """The models that take what stands in a column."""
    return tuple(model for model in MODELS if column in OFFERS[model].takes)
