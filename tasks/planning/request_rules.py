"""Which wishes go together: what each model takes, by the table of models (`tasks/records/models.py`)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tasks.planning.reference_rules import has_source, only_references, reference_misfits, typed_wish
from tasks.planning.size_rules import Misfit, named, one_of, shape_of, size_misfits
from tasks.records import vocabulary as words
from tasks.records.models import MODELS, OFFERS, Model, Offer, takers
from tasks.records.request import GenerationRequest
from tasks.records.size_words import CHOSEN
from tasks.records.sizes import as_written
from tasks.records.structured_prompt import fault_in, is_structured
from tasks.tables.columns import TEMPLATE_OF

OWN_COLUMNS: Final = frozenset(
    {
        "product",
        "format",
        "num_images",
        "rendering",
        "visibility",
        "callback_url",
        "focus",
        "languages",
        "label",
        "size",
        *TEMPLATE_OF.values(),
    }
)
"""The columns that are no fields of a request: what becomes of them is ours."""

QUALITY_OF_RENDERING: Final[dict[str, words.Quality | None]] = {
    "default": None,
    "flash": "very_low",
    "turbo": "low",
    "quality": "high",
}
"""The words of the batch page; `default` is whatever the model does by itself."""

_OPTIONAL: Final = frozenset().union(*(offer.takes for offer in OFFERS.values())) - {"aspect_ratio", "visibility"}
"""Columns that some models do not take; visibility is kept as a note for those."""
ONE_CHOICE: Final = (
    ("resolution", "aspect_ratio"),
    ("size", "aspect_ratio"),
    ("size", "resolution"),
    ("rendering", "quality"),
    ("style_codes", "style_preset"),
    ("style_codes", "style_type"),
    ("style_reference", "style_codes"),
    ("style_reference", "style_preset"),
)
"""Pairs of columns that stand for one choice."""


def chosen_model(wishes: Mapping[str, Any], default: Model) -> Model:
    """The model of these wishes; on the legacy route a quality is one, such as the fast sister of another."""
    model: Model = wishes.get("model", default)
    offer = OFFERS[model]
    quality = _wished_quality(wishes)[1]
    if offer.route != "legacy" or quality is None or quality not in offer.qualities:
        return model
    return next(sister for sister in MODELS if sister == offer.qualities[quality])


def _wished_quality(wishes: Mapping[str, Any]) -> tuple[str, words.Quality | None]:
    """The quality that is asked for, and the column that asks for it."""
    if "quality" in wishes:
        return "quality", wishes["quality"]
    return "rendering", QUALITY_OF_RENDERING[wishes.get("rendering", "default")]


def misfits(wishes: Mapping[str, Any], model: Model) -> Iterator[Misfit]:
    """Each wish that cannot be."""
    offer = OFFERS[model]
    for column in wishes:
        if column in _OPTIONAL and column not in offer.takes and wishes[column] is not False:
            remedy = "use aspect_ratio" if column == "resolution" else "leave it empty"
            yield (
                column,
                f"is not accepted by {model}, only by {named(takers(column))}",
                f"{remedy}, or change the model",
            )
    for column, other in ONE_CHOICE:
        if column in wishes and other in wishes:
            value = as_written(typed_wish(wishes[other]))
            yield column, f"and the {other} {value!r} exclude each other", "leave one of them empty"
    yield from _value_misfits(wishes, offer)
    yield from reference_misfits(wishes, offer)
    yield from _prompt_misfits(wishes.get("prompt", ""), offer)
    if "prompt" not in wishes and "product" not in wishes:
        yield "prompt", "is empty, and so is product", "fill in one of them"


def _prompt_misfits(prompt: str, offer: Offer) -> Iterator[Misfit]:
    """A structured prompt, where the model takes none or it is not as its schema has it."""
    if prompt[:1] != "{" or not is_structured(prompt):
        return
    fault = fault_in(prompt)
    if "structured_prompt" not in offer.takes:
        problem = (
            f"is a structured prompt, which {offer.model} does not take, only {named(takers('structured_prompt'))}"
        )
        yield "prompt", problem, "write a sentence, or change the model"
    elif fault is not None:
        yield "prompt", fault, "data/README.md shows one"


def _value_misfits(wishes: Mapping[str, Any], offer: Offer) -> Iterator[Misfit]:
    """The values that the model does not have of columns that it takes."""
    for column in ("size", "aspect_ratio", "resolution"):
        wish = wishes.get(column, CHOSEN)
        if wish != CHOSEN and not (wish.startswith("RESOLUTION") and has_source(wishes, offer)):
            yield from size_misfits(column, wish, offer)
    style = wishes.get("style_type")
    if style is not None and offer.styles and style not in offer.styles:
        able = [name for name in MODELS if style in OFFERS[name].styles]
        remedy = f"use {one_of(offer.styles)}, or change the model"
        yield "style_type", f"is not accepted by {offer.model}, only by {named(able)}", remedy
    column, quality = _wished_quality(wishes)
    if quality in offer.with_source_only and "source_image" not in wishes:
        alone = [one for one in offer.qualities if one not in offer.with_source_only]
        yield (
            column,
            f"is offered by {offer.model} beside a source_image only",
            f"use {one_of(alone)}, or name a source_image",
        )
    if quality is not None and quality not in offer.qualities:
        able = [name for name in MODELS if quality in OFFERS[name].qualities]
        remedy = f"use {one_of(offer.qualities)}, or change the model"
        yield column, f"is not offered by {offer.model}, only by {named(able)}", remedy


def prompt_of(wishes: Mapping[str, Any]) -> str:
    """The prompt as given, else the template over product and format."""
    if "prompt" in wishes:
        return str(wishes["prompt"])
    kind = f"{wishes['format']} design" if "format" in wishes else "design"
    return f"{wishes['product']}, professional {kind}, high quality"


def build_request(wishes: Mapping[str, Any], model: Model, copy: int) -> GenerationRequest:
    """The request for the `copy`-th image (from 0) of wishes without misfits.

    A given seed counts up over the copies: the same seed would draw, and bill, the same image again.
    """
    offer = OFFERS[model]
    sent = {column: wish for column, wish in wishes.items() if column not in OWN_COLUMNS and wish is not False}
    sent |= only_references(wishes)
    if copy and "seed" in sent:
        sent["seed"] = (sent["seed"] + copy) % (words.SEED_MAX + 1)
    for settled in ("quality", "resolution", "aspect_ratio"):
        sent.pop(settled, None)
    if offer.route != "legacy":
        sent["quality"] = _wished_quality(wishes)[1] or offer.default_quality
    if offer.default_style is not None:
        sent.setdefault("style_type", offer.default_style)
    if wishes.get("visibility") == "public" and "visibility" in offer.takes:
        sent["private"] = False
    return GenerationRequest(**sent | shape_of(wishes, offer) | {"prompt": prompt_of(wishes), "model": model})
