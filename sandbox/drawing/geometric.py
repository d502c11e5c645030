"""DESIGN: a poster of flat tiles in few colours."""

from random import Random
from typing import Final

from PIL import Image, ImageDraw

from sandbox.drawing.palettes import Color, Palette
from sandbox.drawing.shapes import Box

_LARGER: Final = 2


def paint_geometric(canvas: Image.Image, palette: Palette, art: Box, rng: Random) -> None:
    """Fill `canvas` with paper and `art` with tiles."""
    canvas.paste(palette.paper, (0, 0, *canvas.size))
    columns, rows = _grid(art)
    size = (round(art.width), round(art.height))
    sheet = Image.new("RGB", (size[0] * _LARGER, size[1] * _LARGER), palette.paper)
    pen = ImageDraw.Draw(sheet)
    colors = (*palette.accents, palette.shade, palette.ink)
    previous = -1
    for row in range(rows):
        for column in range(columns):
            left, right = sheet.width * column // columns, sheet.width * (column + 1) // columns
            top, bottom = sheet.height * row // rows, sheet.height * (row + 1) // rows
            ground, figure, spark = rng.sample(colors, 3)
            previous = rng.choice([index for index in range(len(_MOTIFS)) if index != previous])
            pen.rectangle((left, top, right, bottom), fill=ground)
            _MOTIFS[previous](pen, (left, top, right, bottom), rng.randrange(4), (figure, spark))
    canvas.paste(sheet.reduce(_LARGER), (round(art.left), round(art.top)))


def _grid(art: Box) -> tuple[int, int]:
    """Columns and rows of tiles that are nearly square."""
    side = art.short / (3 if art.short > 600 else 2)
    return max(1, round(art.width / side)), max(1, round(art.height / side))


Cell = tuple[int, int, int, int]
Pair = tuple[Color, Color]


def _corner(cell: Cell, turn: int) -> tuple[int, int]:
    left, top, right, bottom = cell
    return ((left, top), (right, top), (right, bottom), (left, bottom))[turn]


def _fan(pen: ImageDraw.ImageDraw, cell: Cell, turn: int, colors: Pair) -> None:
    """Quarter circles around one corner."""
    x, y = _corner(cell, turn)
    side = min(cell[2] - cell[0], cell[3] - cell[1])
    for share, color in ((1.0, colors[0]), (0.66, colors[1]), (0.33, colors[0])):
        reach = side * share
        pen.pieslice((x - reach, y - reach, x + reach, y + reach), turn * 90, turn * 90 + 90, fill=color)


def _half(pen: ImageDraw.ImageDraw, cell: Cell, turn: int, colors: Pair) -> None:
    """Two half circles, one above the other."""
    left, top, right, bottom = cell
    width, height = right - left, bottom - top
    if turn % 2:
        pen.pieslice((left, top, right, bottom), 180, 360, fill=colors[0])
        pen.pieslice((left, top + height // 2, right, bottom + height // 2 - 1), 180, 360, fill=colors[1])
    else:
        pen.pieslice((left, top, right, bottom), 90, 270, fill=colors[0])
        pen.pieslice((left + width // 2, top, right + width // 2 - 1, bottom), 90, 270, fill=colors[1])


def _target(pen: ImageDraw.ImageDraw, cell: Cell, turn: int, colors: Pair) -> None:
    """Circles in circles."""
    left, top, right, bottom = cell
    for index, share in enumerate((0.1, 0.28) if turn % 2 else (0.0, 0.2, 0.36)):
        inset = (right - left) * share
        pen.ellipse((left + inset, top + inset, right - inset, bottom - inset), fill=colors[index % 2])


def _leaf(pen: ImageDraw.ImageDraw, cell: Cell, turn: int, colors: Pair) -> None:
    """A tile with two round corners and an eye."""
    left, top, right, bottom = cell
    corners = (True, False, True, False) if turn % 2 else (False, True, False, True)
    pen.rounded_rectangle((left, top, right, bottom), (right - left) * 0.72, fill=colors[0], corners=corners)
    inset = (right - left) * 0.36
    pen.ellipse((left + inset, top + inset, right - inset, bottom - inset), fill=colors[1])


def _stripes(pen: ImageDraw.ImageDraw, cell: Cell, turn: int, colors: Pair) -> None:
    """Broad bars, upright or lying."""
    left, top, right, bottom = cell
    for index in range(1, 7, 2):
        if turn % 2:
            start, end = (left + (right - left) * (index + step) // 7 for step in (0, 1))
            pen.rectangle((start, top, end, bottom), fill=colors[0])
        else:
            start, end = (top + (bottom - top) * (index + step) // 7 for step in (0, 1))
            pen.rectangle((left, start, right, end), fill=colors[0])


def _dots(pen: ImageDraw.ImageDraw, cell: Cell, turn: int, colors: Pair) -> None:
    """A field of dots, one of them another colour."""
    left, top, right, bottom = cell
    radius = (right - left) * 0.085
    for index in range(9):
        x = left + (right - left) * (2 * (index % 3) + 1) / 6
        y = top + (bottom - top) * (2 * (index // 3) + 1) / 6
        color = colors[1] if index == 2 * turn else colors[0]
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)


def _wedge(pen: ImageDraw.ImageDraw, cell: Cell, turn: int, colors: Pair) -> None:
    """A triangle over a calmer one."""
    left, top, right, bottom = cell
    middle = ((left + right) // 2, (top + bottom) // 2)
    first, second = _corner(cell, turn), _corner(cell, (turn + 1) % 4)
    opposite = _corner(cell, (turn + 2) % 4)
    pen.polygon((first, second, opposite), fill=colors[0])
    pen.polygon((first, second, middle), fill=colors[1])


def _arch(pen: ImageDraw.ImageDraw, cell: Cell, turn: int, colors: Pair) -> None:
    """A door, or a door in a door."""
    left, top, right, bottom = cell
    for index, share in enumerate((0.12, 0.3) if turn % 2 else (0.2,)):
        inset = (right - left) * share
        box = (left + inset, top + inset, right - inset, bottom)
        pen.rounded_rectangle(box, (box[2] - box[0]) / 2, fill=colors[index], corners=(True, True, False, False))


_MOTIFS: Final = (_fan, _half, _target, _leaf, _stripes, _dots, _wedge, _arch, _fan, _half)
