"""What a generation is answered with, route by route. Pure but for the links, which the gallery signs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from sandbox.generation import WITHHELD, Generation, Made, failure_of
from sandbox.image_request import ImageRequest

LinkOf = Callable[[str, Generation], str]
"""The link of a picture id of a generation."""

_REWRITTEN: Final = "Shown in a carefully composed scene with soft light, generous space and a clear focal point."
_NOTICE: Final = "This route is served by the sandbox and has a successor: {}."
_DEPRECATED_AT: Final = 1_777_420_800
"""2026-04-29, when the first of the old routes was."""


def old_headers(successor: str) -> dict[str, str]:
    """The headers by which an old route names the one that follows it."""
    return {"Link": f'<{successor}>; rel="successor-version"', "Deprecation": f"@{_DEPRECATED_AT}"}


def old_answer(generation: Generation, link_of: LinkOf, successor: str) -> dict[str, object]:
    """The answer of `/generate` and of v1."""
    images = [_old_image(generation, made, link_of) for made in generation.images]
    return {"created": time_text(generation.created_at), "data": images, "notice": _NOTICE.format(successor)}


def v2_answer(generation: Generation, link_of: LinkOf) -> dict[str, object]:
    """The answer of a v2 route that has waited for the images."""
    return accepted_answer(generation) | {"data": [image_object(generation, one, link_of) for one in generation.images]}


def accepted_answer(generation: Generation) -> dict[str, object]:
    """The answer of a v2 route to an asynchronous request."""
    answer: dict[str, object] = {"generation_id": generation.id, "seed": generation.seed}
    if generation.request.model == "ideogram-4-5" and "untyped" not in generation.markers:
        answer["generation_kind"] = "workflow" if generation.request.is_edit else "sampling"
    return answer


def poll_answer(generation: Generation, link_of: LinkOf, *, is_done: bool) -> dict[str, object]:
    """Where a generation stands."""
    answer: dict[str, object] = {"generation_id": generation.id, "created": time_text(generation.created_at)}
    if not is_done:
        return answer | {"status": "pending"}
    if reason := failure_of(generation.request):
        return answer | {"status": "failed", "failure_reason": reason}
    typed = {} if "untyped" in generation.markers else {"object_type": "image.generation"}
    data = [typed | image_object(generation, made, link_of) for made in generation.images]
    return answer | {"status": "completed", "response_type": "url", "data": data}


def delivery(generation: Generation, link_of: LinkOf) -> dict[str, object]:
    """What a webhook is told."""
    data = [image_object(generation, made, link_of) for made in generation.images]
    return {"generation_id": generation.id, "created": time_text(generation.created_at), "data": data}


def image_object(generation: Generation, made: Made, link_of: LinkOf) -> dict[str, object]:
    """One image; a withheld one has no link, an empty one or none at all."""
    width_px, height_px = generation.request.size_px
    image: dict[str, object] = {
        "url": None if made.picture_id is None else link_of(made.picture_id, generation),
        "prompt": _drawn_prompt(generation.request),
        "resolution": f"{width_px}x{height_px}",
        "is_image_safe": not generation.markers & WITHHELD,
        "seed": made.seed,
    }
    if "empty_url" in generation.markers:
        return image | {"url": ""}
    if "no_url" in generation.markers:
        del image["url"]
    return image


def _old_image(generation: Generation, made: Made, link_of: LinkOf) -> dict[str, object]:
    image = image_object(generation, made, link_of)
    if "null" in generation.markers:
        return dict.fromkeys(image) | {"url": image["url"]}
    style = generation.request.style_type
    return image if style is None else image | {"style_type": style}


def _drawn_prompt(request: ImageRequest) -> str:
    match request.rewriting:
        case "none":
            return request.prompt
        case "sentence":
            return f"{request.prompt} {_REWRITTEN}"
        case "structured":
            return json.dumps(_structured(request.prompt), ensure_ascii=False, separators=(",", ":"))


def _structured(prompt: str) -> dict[str, object]:
    """The kind of JSON prompt that 4.x makes of a text."""
    return {
        "high_level_description": prompt,
        "style_description": {
            "aesthetics": "calm, generous space",
            "lighting": "soft",
            "medium": "graphic_design",
            "art_style": "flat",
        },
        "compositional_deconstruction": {
            "background": "A plain ground in the colours of the picture.",
            "elements": [{"type": "obj", "bbox": [100, 100, 900, 900], "desc": prompt}],
        },
    }


def time_text(at: float) -> str:
    """A unix time as the API writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat()
