"""From bytes to a proven image. Safe to call from many threads.

The pixels decide; what is broken beside them is passed over with a note. The format is told by the first bytes and
opened by its own class: `Image.open` would warn, or raise, by a limit that is global to the process.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from PIL import Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from tasks.errors import ImageTooLarge, ImageUnreadable
from tasks.images.geometry import Size
from tasks.images.image_colour import colours_of_png, in_srgb
from tasks.images.image_files import Format, Picture, opened, orientation_of, picture
from tasks.images.mended_files import avif_without_exif, jpeg_without_oddities
from tasks.images.png_chunks import read_png
from tasks.images.png_pixels import pixels

PIXELS_MAX: Final = 64_000_000

# Pillow warns of odd metadata while it reads. Said once for the process: `catch_warnings` is not safe between threads.
warnings.filterwarnings("ignore", module=r"PIL\.")

_PNG: Final = Format("PNG", "png", re.compile(rb"\x89PNG\r\n\x1a\n"))
FORMATS: Final = (
    _PNG,
    Format("JPEG", "jpg", re.compile(rb"\xff\xd8\xff"), JpegImageFile, jpeg_without_oddities),
    Format("WebP", "webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL), WebPImageFile),
    Format("AVIF", "avif", re.compile(rb".{4}ftyp(?:.{4}){,12}?avi[fs]", re.DOTALL), AvifImageFile, avif_without_exif),
    Format("GIF", "gif", re.compile(rb"GIF8[79]a"), GifImageFile),
    Format("TIFF", "tif", re.compile(rb"II\*\0|MM\0\*"), TiffImageFile),
)

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes an image upright, by its EXIF orientation."""
_LYING: Final = {5, 6, 7, 8}


@dataclass(frozen=True)
class Proven:
    """What is known of bytes that are an image."""

    suffix: str
    """Of the format that the bytes really are, whatever the link is called."""
    size: Size
    """Of the upright image; a file turned by its EXIF stores its sides the other way round."""
    notes: tuple[str, ...] = ()
    """What was passed over beside the pixels, such as "the checksum of its caBX chunk is wrong"."""


@dataclass(frozen=True, kw_only=True)
class Original(Proven):
    """An image as it is looked at."""

    image: Image.Image
    """Upright, sRGB, every pixel decoded, mode RGB, or RGBA where it is not all opaque."""


def decode(data: bytes) -> Original:
    """The image that `data` is, whole; of an animation its first picture.

    Raises ImageUnreadable if it is none that we read, and ImageTooLarge if it has more pixels than `PIXELS_MAX`, which
    is told before any pixel is decoded.
    """
    kind = _format_of(data)
    with _faults_of(kind):
        made = _png(data) if kind is _PNG else _other(kind, data)
        image = without_idle_alpha(made.image)
    image.info.clear()
    if made.orientation in _TURNS:
        image = image.transpose(_TURNS[made.orientation])
    return Original(kind.suffix, Size(*image.size), made.notes, image=image)


def check(data: bytes) -> Proven:
    """What `decode` tells of `data`, and no pixels. Raises ImageUnreadable as it does."""
    original = decode(data)
    return Proven(original.suffix, original.size, original.notes)


def check_sums(data: bytes) -> Proven:
    """What `check` tells, of a PNG without a fault in a fiftieth of the time.

    Any other file is decoded. Pixels that were packed wrongly and sealed rightly pass, and are found when they are cut.
    """
    if _format_of(data) is not _PNG:
        return check(data)
    with _faults_of(_PNG):
        png = read_png(data)
        _refuse_giant(_PNG, png.size)
        if png.notes or not png.is_sealed:
            return check(data)
        width, height = png.size
        size = Size(height, width) if orientation_of(png.used.get(b"eXIf")) in _LYING else png.size
        return Proven(_PNG.suffix, size, colours_of_png(png).notes)


def _png(data: bytes) -> Picture:
    """What a PNG shows."""
    png = read_png(data)
    _refuse_giant(_PNG, png.size)
    colours = colours_of_png(png)
    image, notes = pixels(png, data)
    orientation = orientation_of(png.used.get(b"eXIf"))
    return Picture(in_srgb(image, colours), orientation, (*png.notes, *notes, *colours.notes))


def _other(kind: Format, data: bytes) -> Picture:
    """What another file shows."""
    file, notes = opened(kind, data)
    _refuse_giant(kind, Size(*file.size))
    made = picture(file, data)
    return made._replace(notes=(*notes, *made.notes))


def suffix_of(data: bytes) -> str | None:
    """The suffix of the format that `data` begins like, which tells nothing of the rest; None where it is like none."""
    return next((kind.suffix for kind in FORMATS if kind.beginning.match(data)), None)


@contextmanager
def _faults_of(kind: Format) -> Iterator[None]:
    """Whatever fails inside is ImageUnreadable, and not in the decoder's words."""
    try:
        yield
    except ImageUnreadable:
        raise
    except Exception as error:  # a decoder raises whatever the bytes lead it into
        fault = f"the {kind.name} that was downloaded cannot be read: its pixels are damaged or cut off"
        raise ImageUnreadable(fault) from error


def _format_of(data: bytes) -> Format:
    """The format that `data` begins like."""
    for kind in FORMATS:
        if kind.beginning.match(data):
            return kind
    begins = f"it begins with {repr(data[:12]).removeprefix('b')}" if data else "it is empty"
    names = ", ".join(kind.name for kind in FORMATS)
    raise ImageUnreadable(f"what was downloaded is no image that we read ({names}): {begins}")


def _refuse_giant(kind: Format, size: Size) -> None:
    """Raise ImageTooLarge for a size that would fill the memory."""
    if size.width_px * size.height_px > PIXELS_MAX:
        raise ImageTooLarge(f"the {kind.name} has {size} pixels; at most {PIXELS_MAX:,} in all are accepted")


def without_idle_alpha(image: Image.Image) -> Image.Image:
    """The image without an alpha channel that hides nothing."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image
