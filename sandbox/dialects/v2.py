"""The rules of `POST /v2/image/generate/{model}`: a document becomes an `ImageRequest` or a list of faults. Pure."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Final

from sandbox.dialects import sizes
from sandbox.dialects.fields import combination_faults, field_faults
from sandbox.dialects.v2_models import (
    COMMON,
    MODELS,
    Fields,
    ModelRules,
)
from sandbox.image_request import ImageRequest, Rewriting
from sandbox.tariff import EDIT_PRICE_USD_MICROS, UPSCALED_USD_MICROS, V2_PRICE_USD_MICROS

PATH: Final = "/v2/image/generate/"
SOURCES_MAX_WITH_MASK: Final = 4
INVALID_QUALITY: Final = "Invalid quality."
TOO_MANY_SOURCES: Final = "At most 4 source images are allowed."


Files = Mapping[str, Sequence[sizes.SizePx]]


class Rejected(Exception):
    """A fault that the API finds after the schema, and tells as `{"error"}`."""


def parse_document(model: str, document: object, files: Files | None = None) -> ImageRequest | list[str]:
    """Read the request for one of `MODELS`, or say all that is wrong with it.

    `files` are the images of a multipart request by field, each as its pixels. Raises Rejected for what the API tells
    in the other form.
    """
    if not isinstance(document, dict):
        return ["The body must be an object"]
    rules, files = MODELS[model], files or {}
    checks = {**COMMON, **rules.fields}
    faults = field_faults(document, checks) or _combination_faults(rules, {**document, **files}, files)
    if faults:
        return faults
    unknown = [name for name in document if name not in checks]
    unknown += [name for name in files if name not in rules.takes_files]
    if model == "ideogram-4-5" and (fault := _fault_of_4_5(document, files)):
        return [fault]
    return _request(model, document, files, unknown)


def _request(model: str, fields: Fields, files: Files, unknown: list[str]) -> ImageRequest:
    rules, is_edit = MODELS[model], _is_edit(fields, files)
    quality = fields.get(rules.quality_field, "medium" if is_edit else rules.default_quality)
    colors = fields.get("color_palette", {})
    members = tuple((one["color_hex"], float(one.get("color_weight", 1.0))) for one in colors.get("members", ()))
    price = (EDIT_PRICE_USD_MICROS if is_edit else V2_PRICE_USD_MICROS[model])[quality]
    return ImageRequest(
        endpoint=PATH + model,
        model=model,
        prompt=fields["prompt"],
        num_images=fields.get("num_images", 1),
        size_px=_of_sources(fields, files) or rules.size_px(fields),
        price_usd_micros=price + _upscaled_usd_micros(rules, fields),
        quality=quality,
        style_type=fields.get("style_type"),
        rewriting=_rewriting(rules, fields),
        seed=fields.get("seed"),
        palette_name=colors.get("name"),
        palette_members=members,
        is_transparent=rules.is_transparent,
        is_edit=is_edit,
        pictures=sum(map(len, files.values())),
        is_async=fields.get("async", False) or "webhook_url" in fields,
        webhook_url=fields.get("webhook_url"),
        unknown_fields=tuple(unknown),
    )


def _is_edit(fields: Fields, files: Files) -> bool:
    return bool(files.get("images") or fields.get("image_asset_identifiers"))


def _of_sources(fields: Fields, files: Files) -> sizes.SizePx | None:
    """The size of the first source image, where it is the size of the picture."""
    is_kept = fields.get("size") == "source" or "mask" in files
    if not is_kept or not files.get("images"):
        return None
    width_px, height_px = files["images"][0]
    shrink = min(1.0, math.sqrt(sizes.BIG_PX[0] * sizes.BIG_PX[1] / (width_px * height_px)))
    return max(1, int(width_px * shrink)), max(1, int(height_px * shrink))


def _upscaled_usd_micros(rules: ModelRules, fields: Fields) -> int:
    return UPSCALED_USD_MICROS[fields.get("upscale_factor", "x1")] if "upscale_factor" in rules.fields else 0


def _rewriting(rules: ModelRules, fields: Fields) -> Rewriting:
    """4.x turns a text into a structured prompt whatever is said; a prompt that is one stays, unless magic is on."""
    mode = fields.get("magic_prompt", "auto")
    if rules.answers_structured:
        return "none" if is_structured(fields["prompt"]) and mode != "on" else "structured"
    return "none" if mode == "off" else "sentence"


def is_structured(prompt: str) -> bool:
    """Whether a prompt is a JSON object, as 4.x takes it."""
    try:
        return isinstance(json.loads(prompt), dict)
    except (ValueError, RecursionError):
        return False


def _combination_faults(rules: ModelRules, fields: Fields, files: Files) -> list[str]:
    faults = combination_faults(fields, rules.excluding)
    faults += [
        f"{name} may be at most {most} files"
        for name, most in rules.takes_files.items()
        if len(files.get(name, ())) > most
    ]
    sides = fields.get("custom_width"), fields.get("custom_height")
    if "custom_width" in rules.fields and sides != (None, None):
        if None in sides or not sizes.is_custom_size((sides[0] or 0, sides[1] or 0)):
            faults.append("custom_width and custom_height must be multiples of 16, up to 4194304 pixels in all")
        if fields.get("resolution") is not None or "aspect_ratio" in fields:
            faults.append("custom_width and custom_height exclude resolution and aspect_ratio")
    return faults


def _fault_of_4_5(fields: Fields, files: Files) -> str | None:
    """What is wrong with the size of a 4.5 request. Raises Rejected for its quality and the number of its images."""
    is_edit = _is_edit(fields, files)
    if fields.get("quality") == "very_low" and not is_edit:
        raise Rejected(INVALID_QUALITY)
    has_mask = bool(files.get("mask"))
    if has_mask and len(files.get("images", ())) > SOURCES_MAX_WITH_MASK:
        raise Rejected(TOO_MANY_SOURCES)
    size = fields.get("size") or "auto"
    if has_mask:
        return "size cannot be set with a mask" if fields.get("size") is not None else None
    if size == "auto" or (size == "source" and is_edit):
        return None
    if not is_edit:
        is_preset = size in sizes.V45_PRESETS
        return None if is_preset else f"{size!a} is not one of auto, {', '.join(sizes.V45_PRESETS)} - 'size'"
    size_px = sizes.pixels(size)
    return None if size_px and sizes.is_edit_size(size_px) else f"{size!a} is no size of an edit - 'size'"
