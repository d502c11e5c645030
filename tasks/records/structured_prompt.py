"""Prompts of 4.x that are JSON: what the image shows, and where, in place of a sentence.

The schema is `V4JsonPrompt` of the official document. What it does not name is refused: the API passes over it.
"""

import json
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Hex = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Box = Annotated[list[Annotated[int, Field(ge=0, le=1000)]], Field(min_length=4, max_length=4)]
"""y_min, x_min, y_max, x_max in thousandths of the image, from its top left."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Obj(_Part):
    """A thing in the image."""

    type: Literal["obj"]
    bbox: Box | None = None
    desc: str
    color_palette: list[Hex] | None = None


class Text(_Part):
    """Words in the image, as they are to be read."""

    type: Literal["text"]
    bbox: Box | None = None
    text: str
    desc: str
    color_palette: list[Hex] | None = None


class Composition(_Part):
    """What stands where."""

    background: str
    elements: list[Annotated[Obj | Text, Field(discriminator="type")]]


class Style(_Part):
    """How it looks."""

    aesthetics: str | None = None
    lighting: str | None = None
    photo: str | None = None
    medium: str | None = None
    art_style: str | None = None
    color_palette: list[Hex] | None = None


class StructuredPrompt(_Part):
    """The whole of it."""

    high_level_description: str
    style_description: Style | None = None
    compositional_deconstruction: Composition
    tags: list[str] | None = None


KEYS: Final = frozenset(StructuredPrompt.model_fields)
_SAID: Final = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "union_tag_not_found": "has no type; use obj or text",
    "union_tag_invalid": "has another type than obj or text",
    "string_pattern_mismatch": "is no colour such as #0A3D62",
}


def is_structured(prompt: str) -> bool:
    """Whether a prompt is meant as JSON of this kind: an object that has one of its keys."""
    if not prompt.lstrip().startswith("{"):
        return False
    try:
        decoded = json.loads(prompt)
    except (ValueError, RecursionError):
        return any(f'"{key}"' in prompt for key in KEYS)
    return isinstance(decoded, dict) and not KEYS.isdisjoint(decoded)


def fault_in(prompt: str) -> str | None:
    """What is wrong with a structured prompt, as the end of a sentence that names the place; None where nothing is."""
    try:
        StructuredPrompt.model_validate(json.loads(prompt))
    except json.JSONDecodeError as error:
        return f"is meant as JSON and breaks off in line {error.lineno}, column {error.colno}: {error.msg}"
    except RecursionError:
        return "is JSON that is nested too deep"
    except ValidationError as error:
        said = "; ".join(f"{_place(one['loc'])} {_said(one['type'], one['msg'])}" for one in error.errors()[:3])
        return f"is a structured prompt, in which {said}"
    return None


def _said(kind: str, message: str) -> str:
    return _SAID.get(kind) or message.replace("Input should", "must").replace("List should", "must")


def _place(steps: tuple[int | str, ...]) -> str:
    """Such as `compositional_deconstruction.elements[2].bbox[1]`, elements counted from 0 as in JSON."""
    names = [step for number, step in enumerate(steps) if not _is_tag(steps, number)]
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in names).removeprefix(".")


def _is_tag(steps: tuple[int | str, ...], number: int) -> bool:
    """Whether a step is pydantic's, which names the type of an element after its number."""
    return number > 1 and steps[number] in {"obj", "text"} and steps[number - 2] == "elements"


def title_of(prompt: str) -> str:
    """What a prompt shows, in a sentence: a structured one says so itself."""
    if is_structured(prompt) and fault_in(prompt) is None:
        return StructuredPrompt.model_validate(json.loads(prompt)).high_level_description
    return prompt


def with_words(prompt: str, words: str) -> str:
    """A prompt with more said behind it, in a structured one behind what it says of the whole."""
    if is_structured(prompt) and fault_in(prompt) is None:
        said = json.loads(prompt)
        said["high_level_description"] = with_words(said["high_level_description"], words)
        return json.dumps(said, ensure_ascii=False)
    return f"{prompt.rstrip().rstrip('.,;')}, {words}"
