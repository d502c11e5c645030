"""What a template makes of the values of a row: a text, or one for each alternative in it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Final, NamedTuple, cast

from tasks.records.vocabulary import PROMPT_MAX_CHARS
from tasks.tables.template import Choice, Gap, Part, Template

_SPACE: Final = " \t"
_CLOSE: Final = ",.;:!?)"


class EmptyGap(ValueError):
    """A value is empty that a template cannot do without."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{{{name}}} is empty")
        self.name = name


class Filled(NamedTuple):
    """A template with the values of one row."""

    pieces: list[str | Choice]
    """Empty where something was left out."""
    has_choices: bool
    """Whether the template has any, left out or not."""

    def alternatives(self) -> int:
        """How many texts it makes."""
        if not self.has_choices:
            return 1
        return prod(len(piece.texts) for piece in self.pieces if isinstance(piece, Choice))

    def first(self) -> tuple[str, dict[str, str]]:
        """The first text, and what was chosen in it."""
        if self.has_choices:
            return next(self.texts())
        return _joined(cast("list[str]", self.pieces)), {}

    def texts(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Each text, and what was chosen in it, by the names of the choices."""
        choices = [piece for piece in self.pieces if isinstance(piece, Choice)]
        for chosen in product(*(choice.texts for choice in choices)):
            texts = iter(chosen)
            pieces = [piece if isinstance(piece, str) else next(texts) for piece in self.pieces]
            yield _joined(pieces), {choice.name: text for choice, text in zip(choices, chosen, strict=True)}


def fill(template: Template, values: Mapping[str, str]) -> Filled:
    """`template` with the values of a row, by the names of the gaps, each of which is there, and may be empty.

    What is left out multiplies nothing: alternatives in it make no further image. Raises EmptyGap.
    """
    pieces: list[str | Choice] = []
    for piece in template.pieces:
        if isinstance(piece, Gap):
            value = values[piece.name]
            if not value:
                raise EmptyGap(piece.name)
            pieces.append(value)
        elif isinstance(piece, Part):
            pieces += _part(piece, values)
        else:
            pieces.append(piece)
    return Filled(pieces, has_choices=bool(template.choices))


def _part(part: Part, values: Mapping[str, str]) -> Sequence[str | Choice]:
    pieces: list[str | Choice] = []
    for piece in part.pieces:
        if isinstance(piece, Gap):
            value = values[piece.name]
            if not value:
                return ("",)
            pieces.append(value)
        else:
            pieces.append(piece)
    return pieces


def _joined(pieces: Sequence[str]) -> str:
    """The pieces as one text; where one was left out, one space stands and not two, and none before a comma."""
    if all(pieces):
        return "".join(pieces)
    text, is_seam = "", False
    for piece in pieces:
        told = piece
        if is_seam and piece[:1] in _CLOSE:
            text = text.rstrip(_SPACE)
        elif is_seam and (not text or text[-1].isspace()):
            told = piece.lstrip(_SPACE)
        is_seam = not told
        text += told
    return text.rstrip(_SPACE) if is_seam else text


def unfit(text: str) -> str:
    """Why a text is not to be sent; empty where it is."""
    if not text or text.isspace():
        return "comes to an empty text; let it hold words that no value can take away"
    if len(text) > PROMPT_MAX_CHARS:
        told = f"comes to {len(text):,} characters with the values of this row"
        return f"{told}; use {PROMPT_MAX_CHARS:,} at most"
    return ""
