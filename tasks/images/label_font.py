"""The font that labels are drawn with: the one that comes along, or a user's own."""

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Final

from PIL import ImageFont, features

_OURS: Final = ("font_source_sans_pro", "files/SourceSansPro-Semibold.ttf")
"""Latin, Greek and Cyrillic, so every official language of the EU."""
_ABSENT: Final = "\U0010ffff"
"""No character, so every font draws it as one that it does not have."""
_SAMPLE_PX: Final = 64
_SHAPED: Final = re.compile(
    "[\u0900-\u109f\u1780-\u18af\u1900-\u1aff\u1b00-\u1c4f\ua800-\uabff\U00011000-\U00011fff\U00016100-\U0001613f]"
)
"""Scripts of India and its neighbours, whose letters change places and shapes."""
_JOINERS: Final = "\u200c\u200d\u200e\u200f"


class NoFont(Exception):
    """What was found is no font to draw labels with; its text says why, as the end of a sentence."""


class LabelFont:
    """A font at every size. Raises NoFont where `data` is none; without `data` it is the one that comes along."""

    def __init__(self, data: bytes | None = None) -> None:
        self._data = own_font() if data is None else data
        try:
            self.at(_SAMPLE_PX).getmask(_ABSENT)
        except OSError as error:
            raise NoFont("is no font whose outlines can be drawn; use a TTF, an OTF or a TTC") from error

    def at(self, size_px: int, text: str = "") -> ImageFont.FreeTypeFont:
        """The font at one size, laid out by Raqm only where `text` needs it: so other texts look alike everywhere."""
        engine = ImageFont.Layout.RAQM if is_shaped(text) else ImageFont.Layout.BASIC
        return ImageFont.truetype(BytesIO(self._data), size_px, layout_engine=engine)

    def missing(self, text: str) -> list[str]:
        """The characters of `text` that it has no glyph for, each once; joiners and spaces need none."""
        seen = (char for char in dict.fromkeys(text) if not char.isspace() and char not in _JOINERS)
        return [char for char in seen if unicodedata.category(char) == "Cs" or not self._has_shape(char)]

    def _has_shape(self, char: str) -> bool:
        font = ImageFont.truetype(BytesIO(self._data), _SAMPLE_PX, layout_engine=ImageFont.Layout.BASIC)
        try:
            shapes = [(mask.size, bytes(mask)) for mask in (font.getmask(char), font.getmask(_ABSENT))]
        except OSError:  # an outline that FreeType cannot draw
            return False
        return shapes[0] != shapes[1]


@lru_cache(maxsize=1)
def own_font() -> bytes:
    """The bytes of the font that comes along."""
    package, name = _OURS
    return files(package).joinpath(name).read_bytes()


def is_shaped(text: str) -> bool:
    """Whether letters of `text` join, carry marks, change places or run from right to left."""
    return _SHAPED.search(text) is not None or any(
        unicodedata.bidirectional(char) in {"R", "AL"} or unicodedata.category(char).startswith("M") for char in text
    )


def can_shape() -> bool:
    """Whether Pillow has here what such texts need: Raqm, which wants FriBiDi of the system."""
    return bool(features.check("raqm"))
