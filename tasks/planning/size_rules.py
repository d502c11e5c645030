"""Which shapes and sizes each model has, and which one wishes come to."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tasks.records import sizes
from tasks.records.models import MODELS, OFFERS, Model, Offer
from tasks.records.sizes import as_written

Misfit = tuple[str, str, str]
"""A column, what is wrong with it, and what to do."""


def shape_of(wishes: Mapping[str, Any], offer: Offer) -> dict[str, str]:
    """The one field with a size or a shape: a square where none is wanted, a size where the model takes no ratio."""
    wish = next((wishes[one] for one in ("size", "resolution", "aspect_ratio") if one in wishes), "ASPECT_1_1")
    if wish.startswith("RESOLUTION"):
        return {"resolution": wish}
    if offer.has_ratio_field or wish == "AUTO":
        return {"aspect_ratio": wish}
    return {"resolution": offer.resolution_for(wish) or ""}


def size_misfits(column: str, wish: str, offer: Offer) -> Iterator[Misfit]:
    """A shape or a size that the model does not have; that it takes no resolution is told of that column already."""
    if wish.startswith("RESOLUTION"):
        if "resolution" in offer.takes and not offer.has_size(wish):
            yield column, *_no_size(wish, offer)
        elif "resolution" not in offer.takes and column == "size":
            able = named(name for name in MODELS if OFFERS[name].has_size(wish))
            problem = f"is not accepted by {offer.model}, which takes aspect ratios, only by {able}"
            yield column, problem, "use auto or a ratio, or change the model"
    elif wish not in offer.ratios:
        yield column, *_no_ratio(wish, offer)


def _no_ratio(ratio: str, offer: Offer) -> tuple[str, str]:
    remedy = f"use {one_of(as_written(ratio).lower() for ratio in offer.ratios)}, or change the model"
    exact = offer.resolution_for(ratio)
    if exact is not None:
        problem = f"is not accepted by {offer.model}, whose resolution {as_written(exact)} is exactly that"
        return problem, f"write it in the column resolution, {remedy}"
    able = [name for name in MODELS if ratio in OFFERS[name].ratios]
    return f"is not accepted by {offer.model}, only by {named(able)}", remedy


def _no_size(resolution: str, offer: Offer) -> tuple[str, str]:
    able = [name for name in MODELS if OFFERS[name].has_size(resolution)]
    if offer.takes_any_size:
        own = f"sides are multiples of {sizes.SIDE_STEP} up to {sizes.SIDE_MAX}, {sizes.AREA_MAX:,} pixels in all"
        return f"is no size of {offer.model}, whose {own}", "use another, or change the model"
    near = ", ".join(map(as_written, sizes.nearest(resolution, offer.resolutions)))
    problem = f"is no size of {offer.model}, only of {named(able)}"
    return problem, f"use one near it, such as {near}, or change the model; all are in data/README.md"


def named(models: Iterable[Model]) -> str:
    """Models in a sentence."""
    return ", ".join(models)


def one_of(accepted: Iterable[str]) -> str:
    """What is accepted, in a sentence."""
    listed = list(accepted)
    return f"one of {', '.join(listed)}" if len(listed) > 1 else listed[0]
