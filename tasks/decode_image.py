"""From bytes to a proven image. Safe to call from many threads.

The format is told by the first bytes and opened by its own class: `Image.open` would warn, or raise, by a limit that
is global to the process.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Final, NamedTuple

from PIL import ExifTags, Image, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from tasks.errors import ImageTooLarge, ImageUnreadable
from tasks.image_colour import in_srgb
from tasks.models.geometry import Size

PIXELS_MAX: Final = 64_000_000

# Pillow warns of odd metadata while it reads. Said once for the process: `catch_warnings` is not safe between threads.
warnings.filterwarnings("ignore", module=r"PIL\.")


class Format(NamedTuple):
    """A format that we accept: how its files begin and end, and what reads them."""

    name: str
    suffix: str
    beginning: re.Pattern[bytes]
    end: bytes
    open: Callable[[BytesIO], ImageFile.ImageFile]


FORMATS: Final = (
    Format("PNG", "png", re.compile(rb"\x89PNG\r\n\x1a\n"), b"IEND\xaeB`\x82", PngImageFile),
    Format("JPEG", "jpg", re.compile(rb"\xff\xd8\xff"), b"", JpegImageFile),
    Format("WebP", "webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL), b"", WebPImageFile),
    Format("AVIF", "avif", re.compile(rb".{4}ftyp(avif|avis|mif1|msf1)", re.DOTALL), b"", AvifImageFile),
    Format("GIF", "gif", re.compile(rb"GIF8[79]a"), b"", GifImageFile),
    Format("TIFF", "tif", re.compile(rb"II\*\0|MM\0\*"), b"", TiffImageFile),
)
"""Pillow notices one missing byte of a JPEG or a WebP by itself; a PNG it takes without its end."""

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


_TURNED: Final = (b"eXIf", b"tEXtexif\0", b"Raw profile type", b"Orientation", b"XML:com.adobe.xmp\0\1", b"zTXtXML:")
"""Where a PNG may say which side is up, plain or packed; Pillow looks there, also behind the pixels."""


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
    is told before any pixel is decoded. Broken EXIF or a broken colour profile costs no paid image: it is passed over.
    """
    with _opened(data) as (kind, file):
        file.load()
        turn = _turn_of(file)
        image = without_idle_alpha(in_srgb(file))
    del file  # and with it the decoder's own copies of the pixels
    image.info.clear()
    if turn is not None:
        image = image.transpose(turn)
    return Original(kind.suffix, Size(*image.size), image=image)


def check(data: bytes) -> Proven:
    """What `decode` tells of `data`, and no pixels. Raises ImageUnreadable as it does."""
    original = decode(data)
    return Proven(original.suffix, original.size, original.notes)


def check_sums(data: bytes) -> Proven:
    """What `check` tells, of a PNG whose checksums hold in a hundredth of the time.

    Any other file is decoded. Pixels that were packed wrongly and sealed rightly pass, and are found when they are cut.
    """
    with _opened(data) as (kind, file):
        if kind.name == "PNG" and not any(mark in data for mark in _TURNED):
            size = Size(*file.size)
            with suppress(Exception):  # decoding is not as strict, and has the last word
                file.verify()
                return Proven(kind.suffix, size)
    return check(data)


@contextmanager
def _opened(data: bytes) -> Iterator[tuple[Format, ImageFile.ImageFile]]:
    """The file that `data` is, of an acceptable size and with its end. Whatever fails inside is ImageUnreadable."""
    kind = _format_of(data)
    try:
        file = kind.open(BytesIO(data))
        _refuse_giant(kind, Size(*file.size))
        _refuse_endless(kind, data)
        yield kind, file
    except ImageUnreadable:
        raise
    except Exception as error:  # a decoder raises whatever the bytes lead it into
        reason = str(error) or type(error).__name__
        raise ImageUnreadable(f"the {kind.name} that was downloaded cannot be read: {reason}") from error


def _format_of(data: bytes) -> Format:
    """The format that `data` begins like."""
    for kind in FORMATS:
        if kind.beginning.match(data):
            return kind
    begins = f"it begins with {data[:12]!r}" if data else "it is empty"
    raise ImageUnreadable(f"what was downloaded is no image that we read (PNG, JPEG, WebP, AVIF, GIF, TIFF): {begins}")


def _refuse_giant(kind: Format, size: Size) -> None:
    """Raise ImageTooLarge for a size that would fill the memory."""
    if size.width_px * size.height_px > PIXELS_MAX:
        raise ImageTooLarge(f"the {kind.name} has {size} pixels; at most {PIXELS_MAX:,} in all are accepted")


def _refuse_endless(kind: Format, data: bytes) -> None:
    """Raise ImageUnreadable for a file whose end has not come."""
    if kind.end not in data:
        raise ImageUnreadable(f"the {kind.name} that was downloaded is cut off: its end is missing")


def _turn_of(file: ImageFile.ImageFile) -> Image.Transpose | None:
    """What makes the image upright, if it is not, or if its EXIF cannot be read."""
    try:
        return _TURNS.get(file.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001  any bytes may call themselves EXIF, and it is only a hint
        return None


def without_idle_alpha(image: Image.Image) -> Image.Image:
    """The image without an alpha channel that hides nothing."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image
