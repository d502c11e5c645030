"""The rules of `POST /v1/ideogram-v3/generate`: a document becomes an `ImageRequest` or a list of faults. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from sandbox.checks import Check, integer, one_of, palette, prompt, text
from sandbox.dialects import sizes
from sandbox.dialects.fields import combination_faults, field_faults, flag, optional, style_codes
from sandbox.image_request import ImageRequest
from sandbox.tariff import CHARACTER_PRICE_USD_MICROS, V1_PRICE_USD_MICROS
from tasks.records.vocabulary import IMAGES_MAX, MAGIC_PROMPTS, SEED_MAX, STYLE_PRESETS

PATH: Final = "/v1/ideogram-v3/generate"
MODEL: Final = "V_3"
FILES: Final = frozenset({"style_reference_images", "character_reference_images", "character_reference_images_mask"})
CHECKS: Final[Mapping[str, Check]] = {
    "prompt": prompt,
    "num_images": integer(1, IMAGES_MAX),
    "seed": integer(0, SEED_MAX),
    "aspect_ratio": one_of(sizes.RATIOS),
    "resolution": one_of(sizes.V3_RESOLUTIONS),
    "rendering_speed": one_of(("FLASH", "TURBO", "BALANCED", "DEFAULT", "QUALITY")),
    "magic_prompt": one_of(MAGIC_PROMPTS),
    "magic_prompt_system_prompt_config_id": text,
    "negative_prompt": text,
    "style_type": one_of(("AUTO", "GENERAL", "REALISTIC", "DESIGN", "CUSTOM", "FICTION", "STYLIZED")),
    "style_preset": one_of(STYLE_PRESETS),
    "style_codes": style_codes,
    "color_palette": palette,
    "custom_model_uri": text,
    "enable_copyright_detection": optional(flag),
}
_EXCLUDING: Final = (
    ("aspect_ratio", "resolution"),
    ("style_codes", "style_type"),
    ("style_codes", "style_reference_images"),
)


def parse_document(document: object, files: Mapping[str, Sequence[object]] | None = None) -> ImageRequest | list[str]:
    """Read the request in `document` and in the files that came beside it, by field."""
    if not isinstance(document, dict):
        return ["The body must be an object"]
    given = {**document, **(files or {})}
    faults = field_faults(document, CHECKS) or combination_faults(given, _EXCLUDING)
    if len(given.get("character_reference_images", ())) > 1:
        faults.append("character_reference_images may be one image")
    if faults:
        return faults
    quality = document.get("rendering_speed", "DEFAULT")
    prices = CHARACTER_PRICE_USD_MICROS if "character_reference_images" in given else V1_PRICE_USD_MICROS
    colors = document.get("color_palette", {})
    members = tuple((one["color_hex"], float(one.get("color_weight", 1.0))) for one in colors.get("members", ()))
    size_px = sizes.pixels(document.get("resolution", "")) or sizes.of_ratio(document.get("aspect_ratio", "1x1"))
    return ImageRequest(
        endpoint=PATH,
        model=MODEL,
        prompt=document["prompt"],
        num_images=document.get("num_images", 1),
        size_px=size_px,
        price_usd_micros=prices[quality],
        quality=quality,
        style_type=document.get("style_type"),
        rewriting="none" if document.get("magic_prompt") == "OFF" else "sentence",
        seed=document.get("seed"),
        palette_name=colors.get("name"),
        palette_members=members,
        pictures=sum(map(len, (files or {}).values())),
        unknown_fields=tuple(name for name in given if name not in CHECKS and name not in FILES),
    )
