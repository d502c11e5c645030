"""The words the legacy `POST /generate` accepts, and which model accepts which.

Read off the official OpenAPI document (copy of 2026-06) and the API reference at https://developer.ideogram.ai;
`tests/tasks/records/test_vocabulary.py` checks the lists against the document.
"""

from typing import Final, Literal, get_args

Model = Literal["V_1", "V_1_TURBO", "V_2", "V_2_TURBO", "V_2A", "V_2A_TURBO"]
AspectRatio = Literal[
    "ASPECT_1_1",
    "ASPECT_10_16",
    "ASPECT_16_10",
    "ASPECT_9_16",
    "ASPECT_16_9",
    "ASPECT_3_2",
    "ASPECT_2_3",
    "ASPECT_4_3",
    "ASPECT_3_4",
    "ASPECT_1_3",
    "ASPECT_3_1",
]
StyleType = Literal["AUTO", "GENERAL", "REALISTIC", "DESIGN", "RENDER_3D", "ANIME"]
MagicPrompt = Literal["AUTO", "ON", "OFF"]
MagicPromptVersion = Literal["V_0", "V_0_1", "V_0_2", "V_0_3", "V_0_4", "V_0_5", "V_0_6", "V_0_7", "V_0_8"]
PaletteName = Literal["EMBER", "FRESH", "JUNGLE", "MAGIC", "MELON", "MOSAIC", "PASTEL", "ULTRAMARINE"]

MODELS: Final[tuple[Model, ...]] = get_args(Model)
ASPECT_RATIOS: Final[tuple[AspectRatio, ...]] = get_args(AspectRatio)
STYLE_TYPES: Final[tuple[StyleType, ...]] = get_args(StyleType)
MAGIC_PROMPTS: Final[tuple[MagicPrompt, ...]] = get_args(MagicPrompt)
MAGIC_PROMPT_VERSIONS: Final[tuple[MagicPromptVersion, ...]] = get_args(MagicPromptVersion)
PALETTE_NAMES: Final[tuple[PaletteName, ...]] = get_args(PaletteName)

STYLED_MODELS: Final[frozenset[Model]] = frozenset({"V_2", "V_2_TURBO", "V_2A", "V_2A_TURBO"})
"""Models that take a `style_type`; 1.0 wants it left out."""
NEGATIVE_PROMPT_MODELS: Final[frozenset[Model]] = frozenset({"V_1", "V_1_TURBO", "V_2", "V_2_TURBO"})
RESOLUTION_MODELS: Final[frozenset[Model]] = frozenset({"V_2", "V_2_TURBO"})
PALETTE_MODELS: Final[frozenset[Model]] = frozenset({"V_2", "V_2_TURBO"})

PROMPT_MAX_CHARS: Final = 10_000
"""The documented limit of the newer routes; the legacy route states none."""
NAME_MAX_CHARS: Final = 1_000
"""Ours, for products and formats: the template puts both into a prompt."""
SEED_MAX: Final = 2_147_483_647
IMAGES_MAX: Final = 8
PALETTE_MEMBERS_MAX: Final = 8
PALETTE_WEIGHT_MIN: Final = 0.05
PALETTE_WEIGHT_MAX: Final = 1.0

# One orientation of each size, width x height in pixels; the API takes the transpose of each as well but of the last.
_SIZES: Final = """
512x1536 576x1408 576x1472 576x1536 640x1024 640x1344 640x1408 640x1472 640x1536 704x1152 704x1216 704x1280 704x1344
704x1408 704x1472 720x1280 736x1312 768x1024 768x1088 768x1152 768x1216 768x1232 768x1280 768x1344 832x960 832x1024
832x1088 832x1152 832x1216 832x1248 864x1152 896x960 896x1024 896x1088 896x1120 896x1152 960x1024 960x1088 1024x1024
1280x800
"""


def _resolutions() -> tuple[str, ...]:
    listed = [tuple(size.split("x")) for size in _SIZES.split()]
    both = {*listed, *((height, width) for width, height in listed)} - {("800", "1280")}
    return tuple(f"RESOLUTION_{width}_{height}" for width, height in sorted(both, key=lambda s: (int(s[0]), int(s[1]))))


RESOLUTIONS: Final = _resolutions()
