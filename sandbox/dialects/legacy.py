"""The rules of `POST /generate`: a document becomes an `ImageRequest` or a list of faults. Pure."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sandbox.checks import Check, integer, one_of, palette, prompt, text
from sandbox.image_request import ImageRequest
from sandbox.tariff import PRICE_USD_MICROS
from tasks.records.models import OFFERS, Model, models_of, takers
from tasks.records.sizes import AspectRatio
from tasks.records.vocabulary import IMAGES_MAX, MAGIC_PROMPT_VERSIONS, MAGIC_PROMPTS, SEED_MAX

PATH: Final = "/generate"
DEFAULT_MODEL: Final[Model] = "V_2"

_SIZE_PX: Final[Mapping[AspectRatio, tuple[int, int]]] = {
    "ASPECT_1_1": (1024, 1024),
    "ASPECT_16_9": (1312, 736),
    "ASPECT_9_16": (736, 1312),
    "ASPECT_16_10": (1280, 800),
    "ASPECT_10_16": (800, 1280),
    "ASPECT_3_2": (1248, 832),
    "ASPECT_2_3": (832, 1248),
    "ASPECT_4_3": (1152, 864),
    "ASPECT_3_4": (864, 1152),
    "ASPECT_3_1": (1536, 512),
    "ASPECT_1_3": (512, 1536),
}


def parse_document(document: object) -> ImageRequest | list[str]:
    """Read the request in a decoded JSON `document`, or say everything that is wrong with it."""
    if not isinstance(document, dict) or set(document) != {"image_request"}:
        return ["The body must be an object with the one field image_request."]
    fields = document["image_request"]
    if not isinstance(fields, dict):
        return ["image_request must be an object."]
    faults = _field_faults(fields) or _combination_faults(fields)
    return faults or _request(fields)


def _request(fields: Mapping[str, Any]) -> ImageRequest:
    colors = fields.get("color_palette", {})
    members = tuple(
        (member["color_hex"], float(member.get("color_weight", 1.0))) for member in colors.get("members", ())
    )
    model: Model = fields.get("model", DEFAULT_MODEL)
    return ImageRequest(
        endpoint=PATH,
        model=model,
        prompt=fields["prompt"],
        num_images=fields.get("num_images", 1),
        size_px=_size_px(fields),
        price_usd_micros=PRICE_USD_MICROS[model],
        style_type=fields.get("style_type"),
        rewriting="none" if fields.get("magic_prompt_option") == "OFF" else "sentence",
        seed=fields.get("seed"),
        palette_name=colors.get("name"),
        palette_members=members,
        unknown_fields=tuple(name for name in fields if name not in _CHECKS),
    )


def _size_px(fields: Mapping[str, Any]) -> tuple[int, int]:
    if "resolution" in fields:
        _, width, height = fields["resolution"].split("_")
        return int(width), int(height)
    return _SIZE_PX[fields.get("aspect_ratio", "ASPECT_1_1")]


def _field_faults(fields: Mapping[str, object]) -> list[str]:
    missing = [] if "prompt" in fields else ["prompt is missing; it must be a string that is not empty."]
    wrong = [f"{name} {fault}." for name, check in _CHECKS.items() if name in fields and (fault := check(fields[name]))]
    return missing + wrong


def _combination_faults(fields: Mapping[str, object]) -> list[str]:
    model = fields.get("model", DEFAULT_MODEL)
    faults = [
        f"{name} is not accepted by {model}; it is by {', '.join(sorted(accepting))}."
        for name, accepting in _LIMITED_FIELDS.items()
        if name in fields and model not in accepting
    ]
    if "aspect_ratio" in fields and "resolution" in fields:
        faults.append("resolution and aspect_ratio exclude each other; send one of them.")
    return faults


_CHECKS: Final[Mapping[str, Check]] = {
    "prompt": prompt,
    "model": one_of(models_of("legacy")),
    "aspect_ratio": one_of(OFFERS["V_2"].ratios),
    "resolution": one_of(OFFERS["V_2"].resolutions),
    "style_type": one_of(OFFERS["V_2"].styles),
    "magic_prompt_option": one_of(MAGIC_PROMPTS),
    "magic_prompt_version": one_of(MAGIC_PROMPT_VERSIONS),
    "negative_prompt": text,
    "num_images": integer(1, IMAGES_MAX),
    "seed": integer(0, SEED_MAX),
    "color_palette": palette,
}
_LIMITED_FIELDS: Final[Mapping[str, Collection[Model]]] = {
    name: tuple(model for model in takers(name) if model in models_of("legacy"))
    for name in ("style_type", "negative_prompt", "resolution", "color_palette")
}
