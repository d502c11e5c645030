"""The words of a request; which model takes which, `models.py` says.

They are those of the oldest route, and stay so in the records of every campaign: a dialect puts them into its own.
"""

from typing import Final, Literal, get_args

Model = Literal[
    "V_1",
    "V_1_TURBO",
    "V_2",
    "V_2_TURBO",
    "V_2A",
    "V_2A_TURBO",
    "V_3",
    "ideogram-2",
    "ideogram-2a",
    "ideogram-3",
    "ideogram-3-transparent",
    "ideogram-4",
    "ideogram-4-transparent",
    "ideogram-4-5",
    "p-image-ideogram",
]
StyleType = Literal["AUTO", "GENERAL", "REALISTIC", "DESIGN", "RENDER_3D", "ANIME", "FICTION"]
MagicPrompt = Literal["AUTO", "ON", "OFF"]
MagicPromptVersion = Literal["V_0", "V_0_1", "V_0_2", "V_0_3", "V_0_4", "V_0_5", "V_0_6", "V_0_7", "V_0_8"]
PaletteName = Literal["EMBER", "FRESH", "JUNGLE", "MAGIC", "MELON", "MOSAIC", "PASTEL", "ULTRAMARINE"]
Quality = Literal["very_low", "low", "medium", "high"]
"""From the cheapest and fastest to the best. Each model's own words for them stand in the table of models."""

MODELS: Final[tuple[Model, ...]] = get_args(Model)
STYLE_TYPES: Final[tuple[StyleType, ...]] = get_args(StyleType)
MAGIC_PROMPTS: Final[tuple[MagicPrompt, ...]] = get_args(MagicPrompt)
MAGIC_PROMPT_VERSIONS: Final[tuple[MagicPromptVersion, ...]] = get_args(MagicPromptVersion)
PALETTE_NAMES: Final[tuple[PaletteName, ...]] = get_args(PaletteName)
QUALITIES: Final[tuple[Quality, ...]] = get_args(Quality)
STYLE_PRESETS: Final = (
    "80S_ILLUSTRATION", "90S_NOSTALGIA", "ABSTRACT_ORGANIC", "ANALOG_NOSTALGIA", "ART_BRUT", "ART_DECO", "ART_POSTER",
    "AURA", "AVANT_GARDE", "BAUHAUS", "BLUEPRINT", "BLURRY_MOTION", "BRIGHT_ART", "C4D_CARTOON", "CHILDRENS_BOOK",
    "COLLAGE", "COLORING_BOOK_I", "COLORING_BOOK_II", "CUBISM", "DARK_AURA", "DOODLE", "DOUBLE_EXPOSURE",
    "DRAMATIC_CINEMA", "EDITORIAL", "EMOTIONAL_MINIMAL", "ETHEREAL_PARTY", "EXPIRED_FILM", "FLAT_ART", "FLAT_VECTOR",
    "FOREST_REVERIE", "GEO_MINIMALIST", "GLASS_PRISM", "GOLDEN_HOUR", "GRAFFITI_I", "GRAFFITI_II", "HALFTONE_PRINT",
    "HIGH_CONTRAST", "HIPPIE_ERA", "ICONIC", "JAPANDI_FUSION", "JAZZY", "LONG_EXPOSURE", "MAGAZINE_EDITORIAL",
    "MINIMAL_ILLUSTRATION", "MIXED_MEDIA", "MONOCHROME", "NIGHTLIFE", "OIL_PAINTING", "OLD_CARTOONS", "PAINT_GESTURE",
    "POP_ART", "RETRO_ETCHING", "RIVIERA_POP", "SPOTLIGHT_80S", "STYLIZED_RED", "SURREAL_COLLAGE", "TRAVEL_POSTER",
    "VINTAGE_GEO", "VINTAGE_POSTER", "WATERCOLOR", "WEIRD", "WOODBLOCK_PRINT",
)  # fmt: skip

PROMPT_MAX_CHARS: Final = 10_000
"""The documented limit of v2; the older routes state none."""
NAME_MAX_CHARS: Final = 1_000
"""Ours, for products and formats: the template puts both into a prompt."""
SEED_MAX: Final = 2_147_483_647
IMAGES_MAX: Final = 8
PALETTE_MEMBERS_MAX: Final = 8
PALETTE_WEIGHT_MIN: Final = 0.05
PALETTE_WEIGHT_MAX: Final = 1.0
STYLE_CODE: Final = r"[0-9A-F]{8}"
