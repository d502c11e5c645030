"""Makes the tables of models in `data/README.md` of the code: `python -m tests.data.model_tables` writes them anew."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import get_args

from tasks.planning.prices import PRICE_LIST, Priced, read_prices
from tasks.records.models import MODELS, OFFERS, Model, takers
from tasks.records.price import Price
from tasks.records.reference import PricedReference
from tasks.records.sizes import as_written
from tasks.records.vocabulary import QUALITIES

README = PRICE_LIST.with_name("README.md")
HEADS = ("## Models", "## Sizes")
BY_MODEL = (
    "resolution", "style_type", "negative_prompt", "color_palette", "style_preset", "style_codes",
    "enable_copyright_detection", "custom_model_uri", "style_reference", "character_reference", "source_image",
    "magic_prompt_version", "visibility",
)  # fmt: skip
"""The columns that some models do not take."""
INTRODUCTION = """
Start with `ideogram-4-5`: in `medium` it costs less than `V_2`, in `low` less than half, and it draws 2048 pixels a
side, so that none of the usual cuts is enlarged. `V_2` is the default because campaigns that began with it go on as
they are. A bare version is the older name where a model has two: `3.0` is `V_3`, and `Ideogram 3.0` is `ideogram-3`.
Names that begin with `ideogram` are those of the newest route. A quality that is not listed has no known price, and is
not offered.
"""
PRICED_REFERENCES = get_args(PricedReference)
ANY_SIZE = "any: multiples of 16 up to 4096, 4,194,304 pixels in all"


def code(*words: str) -> str:
    """Words as code, with spaces between."""
    return " ".join(f"`{word}`" for word in words)


def models() -> Iterator[str]:
    """What each costs and how long it takes, by quality, and the shapes that it has."""
    yield "| model | also written | USD an image | seconds | aspect ratios | sizes |"
    yield "|---|---|---|---|---|---|"
    prices = read_prices()
    for offer in OFFERS.values():
        own = [prices[Priced(offer.model, quality)] for quality in QUALITIES if Priced(offer.model, quality) in prices]
        usd = listed(own)
        for column in PRICED_REFERENCES:
            beside = [price for which, price in prices.items() if which[0] == offer.model and which.reference == column]
            usd += f"; with a `{column}` {listed(beside)}" if beside else ""
        seconds = ", ".join(f"{price.latency_min_s:g}-{price.latency_max_s:g}" for price in own)
        shapes = f"{len([ratio for ratio in offer.ratios if ratio != 'AUTO'])}{', auto' * ('AUTO' in offer.ratios)}"
        size = ANY_SIZE if offer.takes_any_size else f"{len(offer.resolutions) or '-'}"
        yield f"| {code(offer.model)} | {code(*offer.words)} | {usd} | {seconds} | {shapes} | {size} |"


def listed(prices: Iterable[Price]) -> str:
    """Each quality with its price."""
    return ", ".join(f"{price.quality} {price.usd_per_image}" for price in prices)


def columns() -> Iterator[str]:
    """Who takes what."""
    yield "| column | models |"
    yield "|---|---|"
    for column in BY_MODEL:
        yield f"| {column} | {code(*takers(column))} |"


def shapes() -> Iterator[str]:
    """The aspect ratios of each model, where they are the same."""
    alike: defaultdict[tuple[str, ...], list[Model]] = defaultdict(list)
    for model in MODELS:
        alike[OFFERS[model].ratios].append(model)
    for ratios, names in alike.items():
        yield f"- {code(*names)}: {code(*(as_written(ratio).lower() for ratio in ratios))}"


def sizes() -> Iterator[str]:
    """Each list of sizes."""
    alike: defaultdict[tuple[str, ...], list[Model]] = defaultdict(list)
    for model in MODELS:
        if OFFERS[model].resolutions:
            alike[OFFERS[model].resolutions].append(model)
    for listed, names in alike.items():
        yield f"- {code(*names)}, {len(listed)}: {code(*map(as_written, listed))}"


def tables() -> str:
    """The two sections."""
    return "\n".join(
        [
            HEADS[0], INTRODUCTION, *models(), "", "What each takes beside what all do:", "", *columns(), "",
            "Aspect ratios, width to height:", "", *shapes(), "",
            HEADS[1], "", "Width x height in pixels.", "", *sizes(), "",
        ]
    )  # fmt: skip


def main() -> None:
    """Write the sections anew, at the end of the file."""
    text = README.read_text(encoding="utf-8")
    README.write_text(text.partition(HEADS[0])[0] + tables(), encoding="utf-8")


if __name__ == "__main__":
    main()
