"""What the options of a campaign may be, as a person types them in a terminal or fills them into a form."""

import re
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from tasks.records.endpoint import parse_callback_url
from tasks.records.language import parse_languages
from tasks.records.variant import Variant

Retry = Literal["failed", "blocked", "unknown"]
"""Cells that ended so before, to be tried again."""
ToDo = Annotated[
    Literal["look", "trial", "make"] | None, WithJsonSchema({"type": "string", "enum": ["look", "trial", "make"]})
]
"""What a form asks for in one word, where the command has two switches."""
SWITCHES: Final = {"look": {"dry_run": True}, "trial": {"sandbox": True}, "make": dict[str, bool]()}
"""What each word switches on."""
Kind = Literal["look", "trial", "paid", "refused"]
"""What a run is: `paid` may pay, the others are free; `refused` is one whose input is wrong."""
Marks = Literal["yes", "prompt", "none"]
"""What variants say of how they were made: that, also the prompt, or nothing."""
KINDS: Final = frozenset[Kind]({"look", "trial", "paid", "refused"})


def _names_differ(variants: tuple[Variant, ...]) -> tuple[Variant, ...]:
    if len({variant.name for variant in variants}) < len(variants):
        raise ValueError("is not accepted; give each variant a name of its own")
    return variants


def with_widths(variants: tuple[Variant, ...]) -> tuple[Variant, ...]:
    """The variants, and behind each those that its other widths stand for, unless they are there already."""
    found = dict.fromkeys(each for one in variants for each in (one, *one.narrower))
    return tuple(found)


def _told_apart(variants: object) -> object:
    """A text of several variants as texts of one; one may have spaces around its commas."""
    return re.sub(r"\s*([,=])\s*", r"\1", variants).split() if isinstance(variants, str) else variants


def _tags(languages: object) -> object:
    """A text of several languages, or several such texts, as tags, each once."""
    if isinstance(languages, str):
        return parse_languages(languages) if languages.strip(" ,;") else ()
    if isinstance(languages, list | tuple) and all(isinstance(one, str) for one in languages):
        return _tags(",".join(languages))
    return languages


def _joined(urls: object) -> object:
    return " ".join(map(str, urls)) if isinstance(urls, list | tuple) else urls


Usd = Annotated[
    Decimal,
    Field(gt=0),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "title": "USD"}),
    PlainSerializer(float, when_used="json"),  # as Prefect wants it of a shard
]
_Line = Annotated[str, Field(title="Text")]
_Lines = Annotated[tuple[_Line | Variant, ...], Field(title="List")]
Variants = Annotated[
    tuple[Variant, ...],
    BeforeValidator(_told_apart, json_schema_input_type=_Line | _Lines),
    AfterValidator(with_widths),
    AfterValidator(_names_differ),
]
Languages = Annotated[
    tuple[str, ...],
    BeforeValidator(_tags, json_schema_input_type=_Line | Annotated[tuple[_Line, ...], Field(title="List")]),
]
CallbackUrls = Annotated[str, BeforeValidator(_joined), AfterValidator(parse_callback_url)]
