"""How people call the models."""

from typing import Final

from tasks.records.models import MODELS, OFFERS, Model
from tasks.tables.unseen import squeezed

_NAMES: Final[dict[str, Model]] = {
    squeezed(word): offer.model for offer in OFFERS.values() for word in (offer.model, *offer.words)
}


def parse_model(text: str) -> Model:
    """`V_2`, `v2`, and `2.0` as the batch page writes it, are one; so are `4.5`, `v4.5` and `Ideogram 4.5`.

    A bare version is the older name where it has two: `3.0` is `V_3`, and `Ideogram 3.0` is `ideogram-3`.
    """
    word = squeezed(text).replace(",", ".")
    name = word.replace("ideogramv", "ideogram", 1)
    found = next(
        (_NAMES[w] for w in (word, name, name.removeprefix("ideogram"), word.removeprefix("v")) if w in _NAMES), None
    )
    if found is None:
        raise ValueError(f"is not accepted; use one of {', '.join(MODELS)}")
    return found
