"""The pictures of the sandbox: composed in the style and the colours asked for; same brief, same bytes."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final, Literal

from PIL import Image

from sandbox.drawing.geometric import paint_geometric
from sandbox.drawing.mesh import paint_mesh
from sandbox.drawing.palettes import Palette, palette_for
from sandbox.drawing.shapes import Box, cut_out, grained, veil
from sandbox.drawing.spheres import paint_spheres
from sandbox.drawing.studio import paint_studio
from sandbox.drawing.sunrise import paint_sunrise
from sandbox.drawing.typography import set_footer, set_text
from sandbox.image_request import ImageRequest
from sandbox.markers import without_markers

FileFormat = Literal["PNG", "JPEG", "WEBP"]
Side = Literal["left", "top", "bottom"]

_TEXT_MAX_CHARS: Final = 600
_UNTITLED: Final = "Untitled"
_ENCODING: Final[Mapping[FileFormat, Mapping[str, Any]]] = {
    "PNG": {"compress_level": 1},
    "JPEG": {"quality": 90},
    "WEBP": {"quality": 88, "method": 0},
}


@dataclass(frozen=True, slots=True)
class Brief:
    """All that a picture is drawn from."""

    title: str
    text: str
    model: str
    style: str
    seed: int
    size_px: tuple[int, int]
    palette_name: str | None = None
    palette_members: tuple[tuple[str, float], ...] = ()
    is_transparent: bool = False
    pictures: int = 0

    @property
    def foot(self) -> str:
        """What stands below a picture, so that whoever tries a matrix sees what has arrived."""
        pictures = "1 picture" if self.pictures == 1 else f"{self.pictures} pictures"
        parts = [self.model, self.style, *([f"with {pictures}"] if self.pictures else []), f"seed {self.seed}"]
        return "  ·  ".join([*parts, "sandbox"])

    @classmethod
    def of(cls, request: ImageRequest, seed: int) -> "Brief":
        """The brief of one image of `request`; keeps no more of a long prompt than can be shown."""
        title, _, text = without_markers(spoken(request.prompt)).strip(" ,").partition(",")
        return cls(
            title=title.strip()[:_TEXT_MAX_CHARS],
            text=text.strip()[:_TEXT_MAX_CHARS],
            model=request.model,
            style=(request.style_type or "AUTO").upper(),
            seed=seed,
            size_px=request.size_px,
            palette_name=request.palette_name,
            palette_members=request.palette_members,
            is_transparent=request.is_transparent,
            pictures=request.pictures,
        )


Draw = Callable[[Brief, FileFormat], bytes]
"""What turns a brief into a file."""


@dataclass(frozen=True, slots=True)
class _Scene:
    paint: Callable[[Image.Image, Palette, Box, Random], None]
    text_side: Side
    """Where the text stands unless the picture is wide; then it stands left."""
    is_flat: bool = False


_MESH: Final = _Scene(paint_mesh, "bottom")
_SCENES: Final[Mapping[str, _Scene]] = {
    "DESIGN": _Scene(paint_geometric, "bottom", is_flat=True),
    "REALISTIC": _Scene(paint_studio, "top"),
    "RENDER_3D": _Scene(paint_spheres, "bottom"),
    "ANIME": _Scene(paint_sunrise, "top"),
}


def draw(brief: Brief, file_format: FileFormat) -> bytes:
    """The picture of `brief`: about 0.1 s of work for a square of 1024 pixels, 0.2 s for one of 2048."""
    scene = _SCENES.get(brief.style, _MESH)
    colors = Random(f"{brief.seed} {brief.title}")  # noqa: S311 - without the style: all formats of a product match
    palette = palette_for(colors, brief.palette_name, brief.palette_members)
    rng = Random(f"{brief.style} {brief.seed} {brief.title}")  # noqa: S311 - a picture, not a secret
    canvas = Image.new("RGB", brief.size_px, palette.paper)
    side, text, art = _layout(brief.size_px, scene)
    scene.paint(canvas, palette, art, rng)
    if not scene.is_flat:
        _calm(canvas, side, text, palette)
        canvas = grained(canvas, rng)
    margin = _margin(brief.size_px)
    foot = Box(margin, margin, canvas.width - margin, canvas.height - margin * 0.72)
    anchor = {"left": "middle", "top": "top", "bottom": "bottom"}[side]
    set_text(canvas, text, (_capitalized(brief.title) or _UNTITLED, brief.text), palette, anchor=anchor)
    set_footer(canvas, foot, brief.foot, has_plate=side == "top")
    return _encoded(_cut_out(canvas, brief), file_format)


def draw_plain(brief: Brief, file_format: FileFormat) -> bytes:
    """A picture of the same size and a single colour, which tells the seed; costs a few milliseconds.

    As PNG it is the kind with a palette of its own, the cheapest there is.
    """
    canvas = Image.new("P", brief.size_px)
    canvas.putpalette([brief.seed % 256, brief.seed // 256 % 256, brief.seed // 65_536 % 256])
    is_small = file_format == "PNG" and not brief.is_transparent
    return _encoded(canvas if is_small else _cut_out(canvas.convert("RGB"), brief), file_format)


def _cut_out(canvas: Image.Image, brief: Brief) -> Image.Image:
    """The sheet with nothing around it, where no ground is wanted."""
    if brief.is_transparent:
        canvas.putalpha(cut_out(brief.size_px))
    return canvas


def _layout(size_px: tuple[int, int], scene: _Scene) -> tuple[Side, Box, Box]:
    """On which side the text stands, its box within the margins, and the box of the art."""
    width, height = size_px
    margin = _margin(size_px)
    foot = height - margin * 1.45
    if width / height >= 1.2:
        split = width * (0.47 if width / height < 2.2 else 0.5)
        return "left", Box(margin, margin, split - margin * 0.4, foot), Box(split + margin, 0, width, height)
    share = 0.4 if height / width < 2.2 else 0.34
    if scene.text_side == "top":
        split = height * share
        return "top", Box(margin, margin, width - margin, split), Box(0, split, width, height)
    split = height * (1 - share)
    return "bottom", Box(margin, split + margin * 0.3, width - margin, foot), Box(0, 0, width, split)


def _calm(canvas: Image.Image, side: Side, text: Box, palette: Palette) -> None:
    """Lay the colour of the paper under the text."""
    width, height = canvas.size
    if side == "left":
        veil(canvas, Box(0, 0, text.right * 1.24, height), palette.paper, fades_to="right", softness=0.26)
    elif side == "top":
        veil(canvas, Box(0, 0, width, text.bottom * 1.35), palette.paper, fades_to="bottom", softness=0.46)
    else:
        top = text.top - (height - text.top) * 0.35
        veil(canvas, Box(0, top, width, height), palette.paper, fades_to="top", softness=0.46)


def _margin(size_px: tuple[int, int]) -> float:
    return min(size_px) * 0.065


def spoken(prompt: str) -> str:
    """A prompt as a sentence: what a structured one says at its top, any other as it is."""
    try:
        document = json.loads(prompt) if prompt.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        return prompt
    said = document.get("high_level_description") if isinstance(document, dict) else None
    return said if isinstance(said, str) else prompt


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _encoded(canvas: Image.Image, file_format: FileFormat) -> bytes:
    file = io.BytesIO()
    canvas = canvas.convert("RGB") if file_format == "JPEG" else canvas
    canvas.save(file, file_format, **_ENCODING[file_format])
    return file.getvalue()
