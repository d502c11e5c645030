"""What Pillow makes of a file that is no PNG. Safe to call from many threads."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Final, NamedTuple

from PIL import ExifTags, Image, ImageChops, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile

from tasks.errors import ImageUnreadable
from tasks.images.image_colour import colours_of_file, in_srgb

_UPRIGHT: Final = 1
_PACKINGS: Final = {"raw", "tiff_raw_16", "packbits", "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "jpeg"}
"""How a TIFF may be packed; what else there is reaches decoders that hardly anybody uses."""
_NCLX: Final = re.compile(rb"colrnclx(..)(..)", re.DOTALL)


class Format(NamedTuple):
    """A format that we read: how its files begin, and what opens them."""

    name: str
    suffix: str
    beginning: re.Pattern[bytes]
    open: Callable[[BytesIO], ImageFile.ImageFile] | None = None
    """None for PNG, which we take apart ourselves."""
    mended: Callable[[bytes], bytes] | None = None
    """The file without what may keep the decoder from its pixels."""


class Picture(NamedTuple):
    """What a file shows."""

    image: Image.Image
    """In sRGB, RGB or RGBA, as it is stored."""
    orientation: int
    """As EXIF counts: what makes it upright."""
    notes: tuple[str, ...]


def opened(kind: Format, data: bytes) -> tuple[ImageFile.ImageFile, tuple[str, ...]]:
    """The file, without what keeps the decoder from opening it, if there is such a thing."""
    if kind.open is None:
        raise ValueError(kind.name)
    try:
        return kind.open(BytesIO(data)), ()
    except Exception:
        if kind.mended is None:
            raise
        file = kind.open(BytesIO(kind.mended(data)))
        return file, ("what stands beside its pixels is malformed and was passed over",)


def picture(file: ImageFile.ImageFile, data: bytes) -> Picture:
    """What the file `data` shows first. Raises whatever the decoder raises."""
    packing = file.info.get("compression", "raw")
    if packing not in _PACKINGS:
        raise ImageUnreadable(f"the TIFF that was downloaded is packed in a way that we do not read: {packing}")
    if file.mode in {"I", "F"}:
        raise ImageUnreadable("the TIFF that was downloaded has samples of 32 bits, which we do not read")
    drawn = file.tile[0].extents if isinstance(file, GifImageFile) else None
    file.load()
    nclx = _NCLX.search(data) if isinstance(file, AvifImageFile) else None
    colours = colours_of_file(file, (nclx[1][1], nclx[2][1]) if nclx else None)
    image = in_srgb(file, colours)
    if drawn not in {None, (0, 0, *file.size)}:
        image = _clear_outside(image, drawn)
    more = ("it holds more than one picture, of which the first was taken",) if _has_more(file) else ()
    return Picture(image, _orientation_in(file), (*more, *colours.notes))


def orientation_of(exif: bytes | None) -> int:
    """Which side is up, by EXIF; the first row, where that says nothing that can be read."""
    found = Image.Exif()
    try:
        found.load(exif or b"")
        return int(found.get(ExifTags.Base.Orientation, _UPRIGHT))
    except Exception:  # noqa: BLE001  any bytes may call themselves EXIF, and it is only a hint
        return _UPRIGHT


def _orientation_in(file: ImageFile.ImageFile) -> int:
    """The same, by whatever of the file Pillow looks at."""
    try:
        return int(file.getexif().get(ExifTags.Base.Orientation, _UPRIGHT))
    except Exception:  # noqa: BLE001  as above
        return _UPRIGHT


def _has_more(file: ImageFile.ImageFile) -> bool:
    """Whether it is an animation, or has several pages; what is broken behind its first picture is more, too."""
    try:
        return bool(getattr(file, "is_animated", False))
    except Exception:  # noqa: BLE001  only the first picture counts
        return True


def _clear_outside(image: Image.Image, drawn: tuple[int, int, int, int]) -> Image.Image:
    """The image, transparent where nothing was drawn."""
    inside = Image.new("L", image.size)
    inside.paste(255, drawn)
    image = image.convert("RGBA")
    image.putalpha(ImageChops.darker(image.getchannel("A"), inside))
    return image
