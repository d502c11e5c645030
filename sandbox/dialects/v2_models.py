"""The models of `POST /v2/image/generate/{model}`: their fields, pixels and prices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sandbox.checks import Check, integer, one_of, prompt, text
from sandbox.dialects import sizes
from sandbox.dialects.fields import (
    MAGIC,
    assets,
    flag,
    integer_or_null,
    optional,
    small_palette,
    style_codes,
    text_up_to,
    webhook_url,
)
from tasks.records.vocabulary import IMAGES_MAX, PROMPT_MAX_CHARS, SEED_MAX, STYLE_PRESETS

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ModelRules:
    """What one model takes beside the fields that all take, what it makes of it, and for how much."""

    fields: Mapping[str, Check]
    quality_field: Literal["rendering_speed", "quality"]
    size_px: Callable[[Fields], sizes.SizePx]
    default_quality: str = "default"
    excluding: tuple[tuple[str, ...], ...] = ()
    """Fields of which a request may have one."""
    is_transparent: bool = False
    answers_structured: bool = False
    takes_files: Mapping[str, int] = field(default_factory=dict)
    """Fields that are files in a multipart request, and how many they may be."""


COMMON: Final[Mapping[str, Check]] = {
    "prompt": prompt,
    "num_images": integer(1, IMAGES_MAX),
    "seed": integer(0, SEED_MAX),
    "magic_prompt": MAGIC,
    "private": optional(flag),
    "enable_copyright_detection": optional(flag),
    "async": flag,
    "webhook_url": webhook_url,
    "target_collection_id": text,
}
_RATIO: Final[dict[str, Check]] = {"aspect_ratio": one_of(("auto", *sizes.RATIOS))}
_NEGATIVE: Final[dict[str, Check]] = {"negative_prompt": text_up_to(PROMPT_MAX_CHARS)}
_SPEED: Final[dict[str, Check]] = {"rendering_speed": one_of(("turbo", "default", "quality"))}
_STYLE_2: Final[dict[str, Check]] = {
    "style_type": one_of(("auto", "general", "realistic", "design", "render_3d", "anime"))
}
_STYLE_3: Final[dict[str, Check]] = {
    "style_type": one_of(("auto", "general", "realistic", "design", "custom", "fiction", "stylized")),
    "style_preset": one_of(tuple(name.lower() for name in STYLE_PRESETS)),
    "style_codes": style_codes,
    "style_reference_asset_identifiers": assets(10),
    "style_reference_collection_id": text,
    "style_reference_collection_version_id": text,
}
_STYLES_OF_3: Final = (
    "style_preset",
    "style_codes",
    "style_reference_asset_identifiers",
    "style_reference_collection_id",
    "style_reference_images",
)
_CUSTOM_SIDES: Final = ("custom_width", "custom_height")


def _by_ratio(fields: Fields) -> sizes.SizePx:
    return sizes.of_ratio(fields.get("aspect_ratio", "auto"))


def _of_3(fields: Fields) -> sizes.SizePx:
    return sizes.pixels(fields.get("resolution", "")) or _by_ratio(fields)


def _of_3_transparent(fields: Fields) -> sizes.SizePx:
    return sizes.of_ratio(fields.get("aspect_ratio", "auto"), int(fields.get("upscale_factor", "x1")[1:]))


def _of_4(fields: Fields) -> sizes.SizePx:
    return sizes.pixels(fields.get("resolution", "")) or sizes.BIG_PX


def _of_4_transparent(fields: Fields) -> sizes.SizePx:
    return sizes.of_ratio(fields.get("aspect_ratio", "auto"), int(fields.get("output_resolution", "1k")[:-1]))


def _of_4_5(fields: Fields) -> sizes.SizePx:
    return sizes.pixels(fields.get("size") or "auto") or sizes.BIG_PX


def _of_p_image(fields: Fields) -> sizes.SizePx:
    width_px, height_px = (fields.get(name) for name in _CUSTOM_SIDES)
    if width_px is not None and height_px is not None:
        return width_px, height_px
    return sizes.of_ratio(fields.get("aspect_ratio", "1x1"), 2 if fields.get("resolution") == "2k" else 1)


MODELS: Final[Mapping[str, ModelRules]] = {
    "ideogram-2": ModelRules(_RATIO | _SPEED | _STYLE_2 | _NEGATIVE, "rendering_speed", _by_ratio),
    "ideogram-2a": ModelRules(_RATIO | _SPEED | _STYLE_2, "rendering_speed", _by_ratio),
    "ideogram-3": ModelRules(
        _RATIO
        | _SPEED
        | _STYLE_3
        | _NEGATIVE
        | {"resolution": one_of(sizes.V3_RESOLUTIONS), "color_palette": small_palette},
        "rendering_speed",
        _of_3,
        excluding=(("aspect_ratio", "resolution"), _STYLES_OF_3),
        takes_files={"style_reference_images": 10},
    ),
    "ideogram-3-transparent": ModelRules(
        _RATIO | _SPEED | _NEGATIVE | {"upscale_factor": one_of(("x1", "x2", "x4"))},
        "rendering_speed",
        _of_3_transparent,
        is_transparent=True,
    ),
    "ideogram-4": ModelRules(
        _SPEED | {"resolution": one_of(sizes.V4_RESOLUTIONS)},
        "rendering_speed",
        _of_4,
        answers_structured=True,
    ),
    "ideogram-4-transparent": ModelRules(
        _SPEED
        | {
            "aspect_ratio": one_of(("auto", *sizes.PIXELS_OF_RATIO)),
            "output_resolution": one_of(("1k", "2k", "4k", "8k")),
        },
        "rendering_speed",
        _of_4_transparent,
        is_transparent=True,
        answers_structured=True,
    ),
    "ideogram-4-5": ModelRules(
        {
            "quality": one_of(("very_low", "low", "medium", "high")),
            "size": optional(text),
            "image_asset_identifiers": assets(5),
        },
        "quality",
        _of_4_5,
        default_quality="high",
        answers_structured=True,
        takes_files={"images": 5, "mask": 1},
    ),
    "p-image-ideogram": ModelRules(
        {
            "aspect_ratio": one_of(sizes.RATIOS),
            "resolution": optional(one_of(("1k", "2k"))),
            "quality": one_of(("very_low", "low", "medium", "high", "very_high")),
        }
        | dict.fromkeys(_CUSTOM_SIDES, integer_or_null),
        "quality",
        _of_p_image,
        default_quality="medium",
        answers_structured=True,
    ),
}
