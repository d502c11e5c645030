"""The small picture of an original that the page shows: whole, in the original's shape, and no variant of anybody's.

```
previews/{cell_id}.webp
```
"""

from fractions import Fraction
from io import BytesIO
from typing import Final

from PIL import Image

from tasks.images.decode_image import without_idle_alpha
from tasks.images.geometry import Size

PREVIEWS: Final = "previews"
SIDE_PX: Final = 512
"""Of the longer side: sharp on a card of 270 pixels on a dense screen."""
_QUALITY: Final = 75
_METHOD: Final = 2
_REDUCING_GAP: Final = 1.1
"""Shrinks by a whole factor first, as far as it goes: 5.5 ms in the place of 8.8, and nobody sees it at this size."""


def preview_key(cell_id: str) -> str:
    """Where the preview of a cell's original lies, relative to the campaign's folder."""
    return f"{PREVIEWS}/{cell_id}.webp"


def cell_of_preview(key: str) -> str:
    """Whose preview lies under `key`."""
    return key.removeprefix(f"{PREVIEWS}/").removesuffix(".webp")


def preview_size(original: Size) -> Size:
    """How large the preview of an original is; none is larger than its original."""
    scale = min(Fraction(1), Fraction(SIDE_PX, max(original)))
    return Size(max(1, round(original.width_px * scale)), max(1, round(original.height_px * scale)))


def preview(image: Image.Image) -> bytes:
    """A WebP of `image` (RGB or RGBA, sRGB), without metadata. The same image gives the same bytes."""
    size = preview_size(Size(*image.size))
    small = without_idle_alpha(image.resize(size, Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP))
    small.info.clear()
    out = BytesIO()
    small.save(out, "webp", quality=_QUALITY, method=_METHOD)
    return out.getvalue()
