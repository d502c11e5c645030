"""Which wishes go together: what each model accepts on the legacy route.

Source: the official OpenAPI document (copy of 2026-06) and https://developer.ideogram.ai/api-reference.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tasks.records import vocabulary as words
from tasks.records.request import GenerationRequest, as_written

_TURBO_OF: Final[dict[words.Model, words.Model]] = {"V_1": "V_1_TURBO", "V_2": "V_2_TURBO", "V_2A": "V_2A_TURBO"}

_TAKEN_BY: Final = {
    "style_type": (words.STYLED_MODELS, "leave it empty"),
    "negative_prompt": (words.NEGATIVE_PROMPT_MODELS, "leave it empty"),
    "resolution": (words.RESOLUTION_MODELS, "use aspect_ratio"),
    "color_palette": (words.PALETTE_MODELS, "leave it empty"),
}
OWN_COLUMNS: Final = frozenset({"product", "format", "num_images", "rendering", "visibility", "callback_url", "focus"})
"""The columns that are no fields of a request: what becomes of them is ours."""


def chosen_model(wishes: Mapping[str, Any], default: words.Model) -> words.Model:
    """The model of these wishes; `rendering: turbo`, the batch spreadsheet's word, means the model's fast sister."""
    model: words.Model = wishes.get("model", default)
    return _TURBO_OF.get(model, model) if wishes.get("rendering") == "turbo" else model


def misfits(wishes: Mapping[str, Any], model: words.Model) -> Iterator[tuple[str, str, str]]:
    """Each wish that cannot be: its column, what is wrong with it, and what to do."""
    for column, (models, remedy) in _TAKEN_BY.items():
        if column in wishes and model not in models:
            takers = ", ".join(name for name in words.MODELS if name in models)
            yield column, f"is not accepted by {model}, only by {takers}", f"{remedy}, or change the model"
    if "resolution" in wishes and "aspect_ratio" in wishes:
        ratio = as_written(wishes["aspect_ratio"])
        yield "resolution", f"and the aspect_ratio {ratio!r} exclude each other", "leave one of them empty"
    if "prompt" not in wishes and "product" not in wishes:
        yield "prompt", "is empty, and so is product", "fill in one of them"


def prompt_of(wishes: Mapping[str, Any]) -> str:
    """The prompt as given, else the template over product and format."""
    if "prompt" in wishes:
        return str(wishes["prompt"])
    kind = f"{wishes['format']} design" if "format" in wishes else "design"
    return f"{wishes['product']}, professional {kind}, high quality"


def build_request(wishes: Mapping[str, Any], model: words.Model, copy: int) -> GenerationRequest:
    """The request for the `copy`-th image (from 0) of wishes without misfits.

    A given seed counts up over the copies: the same seed would draw, and bill, the same image again.
    """
    sent = {column: wish for column, wish in wishes.items() if column not in OWN_COLUMNS}
    if copy and "seed" in sent:
        sent["seed"] = (sent["seed"] + copy) % (words.SEED_MAX + 1)
    if "resolution" not in sent:
        sent.setdefault("aspect_ratio", "ASPECT_1_1")
    if model in words.STYLED_MODELS:
        sent.setdefault("style_type", "AUTO")
    return GenerationRequest(**sent | {"prompt": prompt_of(wishes), "model": model})
