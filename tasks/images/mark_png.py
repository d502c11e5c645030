"""PNGs with an XMP packet: of pixels, or of another PNG whose pixels stay packed as they are."""

from io import BytesIO
from typing import Final

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tasks.errors import ImageUnreadable
from tasks.images.png import chunk
from tasks.images.png_chunks import chunks, read_png

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEADER_END: Final = 33
_KEYWORD: Final = "XML:com.adobe.xmp"
_CREDENTIALS: Final = b"caBX"
"""A C2PA manifest: it is signed for the file as it came, and would call any other forged."""


def saved_png(image: Image.Image, xmp: bytes) -> bytes:
    """`image` as a PNG. Pillow passes `xmp=` over for PNG, and says nothing."""
    out, texts = BytesIO(), PngInfo()
    if xmp:
        texts.add_itxt(_KEYWORD, xmp.decode())
    image.save(out, "png", pnginfo=texts)
    return out.getvalue()


def marked_png(data: bytes, xmp: bytes) -> bytes | None:
    """The PNG `data` with this packet in the place of its own, and without Content Credentials.

    None where `data` is no PNG, or one in which anything is broken.
    """
    if not data.startswith(_SIGNATURE):
        return None
    try:
        png = read_png(data)
    except ImageUnreadable:
        return None
    if png.notes or not png.is_sealed:
        return None
    packet = chunk(b"iTXt", f"{_KEYWORD}\0\0\0\0\0".encode() + xmp) if xmp else b""
    kept = (data[one.start : one.end] for one in chunks(data) if not _goes(data, one.name, one.start))
    return b"".join([data[:_HEADER_END], packet, *kept])


def _goes(data: bytes, name: bytes, start: int) -> bool:
    """Whether a chunk is left out."""
    return name == _CREDENTIALS or (name == b"iTXt" and data.startswith(_KEYWORD.encode() + b"\0", start + 8))
