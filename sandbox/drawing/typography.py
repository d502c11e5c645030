"""Sets the text of a picture: the title as large as it fits, the rest small, one discreet line at the foot."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageStat

from sandbox.drawing.palettes import NIGHT, WHITE, Color, Palette, luminance, mix
from sandbox.drawing.shapes import Box, faded, rounded
from sandbox.drawing.wrapping import SPACE_EM, Line, Piece, clip, line_width_em, pieces_of, wrap

_TITLE_LEADING: Final = 1.08
_TEXT_LEADING: Final = 1.42
_TITLE_LINES_MAX: Final = 4
_TEXT_LINES_MAX: Final = 4
_RULE: Final = 0.06
_SLACK: Final = 0.985
"""Share of the width that lines may fill: measured widths are not exact at every size."""
_BOLD_EM: Final = 0.022
"""Stroke that makes a bold out of a regular face."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size, ready to be drawn."""

    lines: tuple[Line, ...]
    size_px: int
    leading: float

    @property
    def height_px(self) -> float:
        """From the top of the first line to the foot of the last."""
        return len(self.lines) * self.size_px * self.leading


@dataclass(frozen=True, slots=True)
class _Ink:
    color: Color
    is_bold: bool = False
    is_rtl: bool = False


def set_text(canvas: Image.Image, box: Box, words: tuple[str, str], palette: Palette, *, anchor: str) -> None:
    """Draw `words`, a title and the rest, into `box`, against its "top", "middle" or "bottom"."""
    title, text = words
    unit = _unit(canvas)
    head = _fit(pieces_of(title, is_bold=True), box.width, box.height * 0.62, (unit * 0.118, unit * 0.05))
    rest_height = box.height - head.height_px - unit * 0.067
    body_px = max(15, round(unit * 0.027))
    lines_max = max(0, min(_TEXT_LINES_MAX, int(rest_height / (body_px * _TEXT_LEADING))))
    body = _set(pieces_of(text, is_bold=False), box.width, body_px, lines_max)
    gap = unit * 0.022
    height = head.height_px + (gap + body.height_px if body.lines else 0) + unit * 0.045
    y = box.top + {"top": 0.0, "middle": 0.5, "bottom": 1.0}[anchor] * (box.height - height)
    pen = ImageDraw.Draw(canvas)
    is_rtl = _is_rtl(title or text)
    _rule(canvas, (box.right - unit * _RULE if is_rtl else box.left, y), unit, palette)
    _draw(pen, head, box, y + unit * 0.045, _Ink(palette.ink, is_bold=True, is_rtl=is_rtl))
    soft = mix(palette.ink, palette.paper, 0.18)
    _draw(pen, body, box, y + unit * 0.045 + head.height_px + gap, _Ink(soft, is_rtl=is_rtl))


def set_footer(canvas: Image.Image, box: Box, text: str, *, has_plate: bool) -> None:
    """Draw `text` on the bottom line of `box`, in whichever of dark and light is seen better there.

    A plate of tinted glass under it keeps it legible where it stands on the art.
    """
    pieces = pieces_of(text, is_bold=False)
    size_px = max(11, round(min(_unit(canvas) * 0.0165, box.width / line_width_em(tuple(pieces)))))
    line = Block((tuple(pieces),), size_px, 1.2)
    top = box.bottom - line.height_px
    width = line_width_em(line.lines[0]) * size_px
    if has_plate:
        _plate(canvas, Box(box.left, top, box.left + width, box.bottom), size_px)
    under = canvas.crop((round(box.left), round(top), round(box.left + width), round(box.bottom))).reduce(4)
    red, green, blue = (round(level) for level in ImageStat.Stat(under).mean)
    color = mix(NIGHT if luminance((red, green, blue)) > 125 else WHITE, (red, green, blue), 0.22)
    _draw(ImageDraw.Draw(canvas), line, box, top, _Ink(color))


def _unit(canvas: Image.Image) -> float:
    """What type sizes are measured by: the side of a square of the same area, less for very long pictures."""
    return min(math.sqrt(canvas.width * canvas.height), 1.5 * min(canvas.size))


def _plate(canvas: Image.Image, box: Box, size_px: int) -> None:
    left, top = round(box.left - size_px * 0.9), round(box.top - size_px * 0.45)
    size = (round(box.width + size_px * 1.8), round(box.height + size_px * 0.9))
    canvas.paste(NIGHT, (left, top), faded(rounded(size, size[1] / 2), 0.55))


def _fit(pieces: Sequence[Piece], width: float, height: float, sizes: tuple[float, float]) -> Block:
    """The largest setting without a cut word; at the smallest size words are cut and lines left out."""
    size, smallest = sizes
    widest_em = max((piece.width_em for piece in pieces), default=0.0)
    size = min(size, width * _SLACK / widest_em) if widest_em else size
    while size >= smallest:
        lines = wrap(pieces, width / size * _SLACK)
        if len(lines) <= _TITLE_LINES_MAX and len(lines) * size * _TITLE_LEADING <= height:
            return Block(tuple(lines), int(size), _TITLE_LEADING)
        size *= 0.95
    lines_max = max(1, min(_TITLE_LINES_MAX + 1, int(height / (smallest * _TITLE_LEADING))))
    return _set(pieces, width, round(smallest), lines_max, _TITLE_LEADING)


def _set(pieces: Sequence[Piece], width: float, size_px: int, lines_max: int, leading: float = _TEXT_LEADING) -> Block:
    width_em = width / size_px * _SLACK
    lines = clip(wrap(pieces, width_em), lines_max, width_em) if lines_max else []
    return Block(tuple(lines), size_px, leading)


def _rule(canvas: Image.Image, place: tuple[float, float], unit: float, palette: Palette) -> None:
    """The short bar over the title."""
    left, y = place
    size = (round(unit * _RULE), max(4, round(unit * 0.009)))
    color = max(palette.accents, key=lambda accent: abs(luminance(accent) - luminance(palette.paper)) + accent[0] / 3)
    canvas.paste(color, (round(left), round(y)), rounded(size, size[1] / 2))


def _draw(pen: ImageDraw.ImageDraw, block: Block, box: Box, top: float, ink: _Ink) -> None:
    for index, line in enumerate(block.lines):
        baseline = top + (index * block.leading + 0.5 * block.leading + 0.36) * block.size_px
        x = box.right - line_width_em(line) * block.size_px if ink.is_rtl else box.left
        runs = _runs(line)
        for run in reversed(runs) if ink.is_rtl else runs:
            _draw_run(pen, run, block.size_px, (x, baseline), ink)
            x += (line_width_em(run) + SPACE_EM) * block.size_px


def _draw_run(pen: ImageDraw.ImageDraw, run: Line, size_px: int, place: tuple[float, float], ink: _Ink) -> None:
    """Draw pieces of one face from `place`, the left end of the baseline; rounded bars if they have no face."""
    x, baseline = place
    face = run[0].face
    if face is not None:
        text = "".join((" " if piece.space_em and index else "") + piece.text for index, piece in enumerate(run))
        stroke = size_px * _BOLD_EM if ink.is_bold and not face.is_bold else 0
        pen.text((x, baseline), text, fill=ink.color, font=face.at(size_px), anchor="ls", stroke_width=stroke)
        return
    for piece in run:
        bar = (x, baseline - size_px * 0.6, x + piece.width_em * size_px, baseline - size_px * 0.1)
        pen.rounded_rectangle(bar, size_px * 0.25, fill=ink.color)
        x += (piece.width_em + SPACE_EM) * size_px


def _runs(line: Line) -> list[Line]:
    """Neighbouring pieces of the same face."""
    runs: list[Line] = []
    for piece in line:
        if runs and runs[-1][0].face is piece.face:
            runs[-1] = (*runs[-1], piece)
        else:
            runs.append((piece,))
    return runs


def _is_rtl(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left."""
    directions = (unicodedata.bidirectional(char) for char in text)
    return next((direction for direction in directions if direction in {"L", "R", "AL"}), "L") != "L"
