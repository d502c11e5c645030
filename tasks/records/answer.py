"""What the API answers, as far as we use it. A link is all that an answer must have; the rest is kept if it can be."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Final

from pydantic import (
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from tasks.records.fault import shortened
from tasks.records.record import Answer, Record

SEED_LIMIT: Final = 2**63
"""What lies beyond fits no column of a database or a Parquet file."""

_SEED: Final = TypeAdapter(Annotated[int, Field(ge=-SEED_LIMIT, lt=SEED_LIMIT)])


def with_odd_seed_noted(told: object) -> object:
    """The fields of an image, with a note in the place of a seed that is no whole number of 63 bits and a sign.

    A whole number that is written as text or with a decimal point is one.
    """
    if not isinstance(told, dict) or told.get("seed") is None:
        return told
    seed = told["seed"]
    with suppress(ValidationError):
        if not isinstance(seed, bool):
            return told | {"seed": _SEED.validate_python(seed)}
    note = f"the API told a seed that is no whole number of 63 bits: {shortened(json.dumps(seed))}"
    notes = told.get("notes", ())
    return told | {"seed": None, "notes": (*notes, note) if isinstance(notes, list | tuple) else notes}


def _text(told: object) -> object:
    """Text as it is; of a null nothing, and of anything else its JSON."""
    return told if isinstance(told, str) else "" if told is None else json.dumps(told, ensure_ascii=False)


def _stripped(told: object) -> object:
    return told.strip() if isinstance(told, str) else told


def _or_none(told: object, read: ValidatorFunctionWrapHandler) -> object:
    """What was told, read as the field's type; None where it is none of it."""
    with suppress(ValidationError):
        return read(told)
    return None


class Accepted(Record):
    """A generation that has begun: what v2 answers where it does not wait for the image."""

    generation_id: str
    seed: int | None = None
    """The one that the image will have."""
    request_id: str | None = None


class Pending(Record):
    """A generation of which nothing is known yet: it is being made, or the API does not say now how it stands."""

    note: str = ""
    """Why the API does not say; empty where it says that the image is being made."""
    retry_after_s: float | None = None


class ImageObject(Answer):
    """One image of an answer. `url` is None or empty for one that was withheld."""

    prompt: Annotated[str, BeforeValidator(_text)] = ""
    resolution: Annotated[str, BeforeValidator(_text)] = ""
    is_image_safe: Annotated[bool | None, WrapValidator(_or_none)] = None
    seed: int | None = None
    url: Annotated[str | None, BeforeValidator(_stripped)] = None
    notes: tuple[str, ...] = ()
    """What the answer holds that cannot be kept as it is."""
    request_id: str | None = None
    """What the API calls the request, for a question to its makers."""
    generation_id: str | None = None
    """What v2 calls the generation."""

    _odd_seed = model_validator(mode="before")(with_odd_seed_noted)


_OURS: Final[dict[str, object]] = {"notes": (), "request_id": None, "generation_id": None}
"""Fields of an image that no answer fills in."""


def images_in(answer: object) -> Iterator[ImageObject]:
    """Each image that `answer`, the decoded JSON, tells of; whatever else stands between them is passed over.

    They stand under `data`; where there is none, the answer itself may be an image, or a list of them.
    """
    data = answer.get("data", answer) if isinstance(answer, dict) else answer
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, dict) and isinstance(item.get("url"), str | None):
            yield ImageObject.model_validate(item | _OURS)
