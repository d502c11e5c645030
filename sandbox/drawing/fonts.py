"""Faces for any script: Pillow's own for Latin text, the system's for the rest, and none where a glyph is missing."""

import os
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageFont, features

_FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "C:/Windows/Fonts",
)
_STEMS: Final = (
    "NotoSans-Bold", "DejaVuSans-Bold", "NotoSans-Regular", "DejaVuSans", "NotoSansCJK-Bold", "NotoSansCJK-Regular",
    "NotoSansCJKjp-Regular", "NotoSansJP-Regular", "NotoSansSC-Regular", "NotoSansKR-Regular", "DroidSansFallbackFull",
    "wqy-microhei", "ipag", "NotoSansArabic-Bold", "NotoSansArabic-Regular", "NotoNaskhArabic-Regular",
    "NotoSansDevanagari-Bold", "NotoSansDevanagari-Regular", "Lohit-Devanagari", "NotoSansHebrew-Regular",
    "NotoSansThai-Regular", "NotoSansBengali-Regular", "NotoSansTamil-Regular", "FreeSans", "Arial Unicode",
    "ヒラギノ角ゴシック W6", "Hiragino Sans GB", "Kohinoor", "segoeuib", "meiryob", "msyhbd", "malgunbd", "Nirmala",
)  # fmt: skip
_ABSENT: Final = "\U0010ffff"
_UNSEEN: Final = frozenset({"Cf", "Cc", "Zs", "Zl", "Zp", "Mn"})
_SAMPLE_PX: Final = 100


class Face:
    """One font at every size; `path` None is the font that Pillow brings along."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.is_bold = path is not None and "bold" in path.stem.lower()

    @lru_cache(maxsize=64)  # noqa: B019 - faces live as long as the process
    def at(self, size_px: int) -> ImageFont.FreeTypeFont:
        """The face at one size."""
        if self._path is not None:
            return ImageFont.truetype(str(self._path), size_px)
        font = ImageFont.load_default(size_px)
        if not isinstance(font, ImageFont.FreeTypeFont):
            raise TypeError("Pillow was built without FreeType")
        return font

    def covers(self, text: str) -> bool:
        """Whether every visible character of `text` has a glyph."""
        if _is_shaped(text) and not features.check("raqm"):
            return False
        return all(self._has(char) for char in set(text) if unicodedata.category(char) not in _UNSEEN)

    def width_em(self, text: str) -> float:
        """The width of `text`, in multiples of the font size."""
        return self.at(_SAMPLE_PX).getlength(text) / _SAMPLE_PX

    @lru_cache(maxsize=4096)  # noqa: B019 - faces live as long as the process
    def _has(self, char: str) -> bool:
        return self._shape(char) != self._shape(_ABSENT)

    def _shape(self, char: str) -> tuple[tuple[int, int], bytes]:
        mask = self.at(_SAMPLE_PX).getmask(char)
        return mask.size, bytes(mask)


BUILT_IN: Final = Face(None)


@lru_cache(maxsize=4096)
def face_for(text: str, *, is_bold: bool) -> Face | None:
    """The first face that covers `text`, of the wanted weight if there is one; None where no font here does."""
    if BUILT_IN.covers(text):
        return BUILT_IN
    faces = sorted(_system_faces(), key=lambda face: face.is_bold != is_bold)
    return next((face for face in faces if face.covers(text)), None)


@lru_cache(maxsize=1)
def _system_faces() -> tuple[Face, ...]:
    found: dict[str, Path] = {}
    for path in _font_files():
        found.setdefault(path.stem, path)
    return tuple(Face(found[stem]) for stem in _STEMS if stem in found)


def _font_files() -> Iterator[Path]:
    for folder in _FOLDERS:
        for parent, _, names in os.walk(Path(folder).expanduser()):
            yield from (Path(parent, name) for name in sorted(names) if name.lower().endswith((".ttf", ".otf", ".ttc")))


def _is_shaped(text: str) -> bool:
    """Whether letters of `text` join or change order, which needs the layout engine Raqm."""
    return any("\u0590" <= char <= "\u109f" or "\u1780" <= char <= "\u17ff" for char in text)
