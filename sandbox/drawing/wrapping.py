"""Breaks text into lines that fit a box; arithmetic only, widths are multiples of the font size."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sandbox.drawing.fonts import Face, face_for

_ELLIPSIS: Final = "…"
SPACE_EM: Final = 0.26
_BAR_EM: Final = 0.5
_BAR_MAX_EM: Final = 5.0
_NEVER_FIRST: Final = "、。，．！？」』）"  # noqa: RUF001  the wide forms are meant


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a part of one, in a single face; without a face it is drawn as a bar."""

    text: str
    face: Face | None
    width_em: float
    space_em: float
    """The gap before it, unless it begins a line."""


Line = tuple[Piece, ...]


def pieces_of(text: str, *, is_bold: bool) -> list[Piece]:
    """The words of `text`; scripts without spaces come apart at each character.

    One face for the whole text if there is one, else one for each word.
    """
    shown = _drawable(text, is_bold=is_bold)
    whole = face_for(shown, is_bold=is_bold)
    return [
        _piece(part, begins_word=begins_word, face=whole or face_for(part, is_bold=is_bold))
        for part, begins_word in _parts(shown, is_bold=is_bold)
    ]


def line_width_em(line: Line) -> float:
    """The width of one line."""
    return sum(piece.width_em for piece in line) + sum(piece.space_em for piece in line[1:])


def wrap(pieces: Sequence[Piece], width_em: float) -> list[Line]:
    """Lines no wider than `width_em`; a piece that is wider by itself is cut."""
    lines: list[Line] = []
    line: Line = ()
    for piece in (part for whole in pieces for part in _cut(whole, width_em)):
        if line and line_width_em((*line, piece)) > width_em:
            lines.append(line)
            line = ()
        line = (*line, piece)
    return [*lines, line] if line else lines


def clip(lines: list[Line], lines_max: int, width_em: float) -> list[Line]:
    """The first `lines_max` lines; an ellipsis tells if there were more."""
    if len(lines) <= lines_max:
        return lines
    end = _piece(_ELLIPSIS, begins_word=False, face=face_for(_ELLIPSIS, is_bold=False))
    last = lines[lines_max - 1]
    while len(last) > 1 and line_width_em((*last, end)) > width_em:
        last = last[:-1]
    if line_width_em((*last, end)) > width_em:
        last = _cut(last[0], width_em - end.width_em)[:1]
    return [*lines[: lines_max - 1], (*last, end)]


def _parts(text: str, *, is_bold: bool) -> Iterator[tuple[str, bool]]:
    """Unbreakable parts, and whether each begins a word; a word that no font can draw stays whole."""
    for word in text.split():
        has_face = face_for(word, is_bold=is_bold) is not None
        start = 0
        for index, char in enumerate(word):
            if has_face and index and unicodedata.east_asian_width(char) in "WF" and char not in _NEVER_FIRST:
                yield word[start:index], start == 0
                start = index
        yield word[start:], start == 0


def _piece(text: str, *, begins_word: bool, face: Face | None) -> Piece:
    if face is None:
        bar_em = min(_BAR_MAX_EM, max(0.9, _BAR_EM * len(text)))
        return Piece(text, None, bar_em, SPACE_EM)
    return Piece(text, face, face.width_em(text), SPACE_EM if begins_word else 0.0)


def _drawable(text: str, *, is_bold: bool) -> str:
    """`text` without the symbols, such as emoji, that no font here can draw."""
    if face_for(text, is_bold=is_bold) is not None:
        return text
    symbols = {char for char in text if unicodedata.category(char)[0] in "SC"}
    unknown = {char for char in symbols if face_for(char, is_bold=is_bold) is None}
    return "".join(char for char in text if char not in unknown)


def _cut(piece: Piece, width_em: float) -> tuple[Piece, ...]:
    """`piece` in parts no wider than `width_em`; the widths of the parts are in proportion to their characters."""
    if piece.width_em <= width_em:
        return (piece,)
    if piece.face is None or len(piece.text) == 1:
        return (replace(piece, width_em=width_em),)
    length = max(1, int(len(piece.text) * width_em / piece.width_em))
    texts = [piece.text[start : start + length] for start in range(0, len(piece.text), length)]
    parts = [Piece(text, piece.face, piece.face.width_em(text), 0.0) for text in texts]
    return (replace(parts[0], space_em=piece.space_em), *parts[1:])
