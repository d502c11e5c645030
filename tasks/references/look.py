"""What the bytes of a picture are, and whether the API takes them."""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Final, NamedTuple

from PIL import Image

from tasks.errors import ImageTooLarge
from tasks.images.decode_image import PIXELS_MAX, check_sums, suffix_of
from tasks.images.geometry import Size
from tasks.records.reference import REFERENCE_MAX_BYTES, MediaType
from tasks.tables.content import is_page

_TYPES: Final[Mapping[str, MediaType]] = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
_OTHERS: Final = (
    (re.compile(rb"GIF8"), "a GIF"),
    (re.compile(rb"II\*\0|MM\0\*"), "a TIFF"),
    (re.compile(rb".{4}ftypavi", re.DOTALL), "an AVIF"),
    (re.compile(rb".{4}ftyp(hei|mif|msf)", re.DOTALL), "a HEIC, as phones take them"),
    (re.compile(rb"8BPS"), "a Photoshop file"),
    (re.compile(rb"%!PS"), "an EPS"),
    (re.compile(rb"%PDF"), "a PDF"),
    (re.compile(rb"BM.{4}\0{4}", re.DOTALL), "a BMP"),
    (re.compile(rb"\s*(<\?xml.*?)?(<!--.*?-->\s*|<!DOCTYPE svg.*?>\s*)*<svg\b", re.DOTALL | re.IGNORECASE), "an SVG"),
)
_SAVE_IT: Final = "the API takes PNG, JPEG and WebP; save it as one of these"
_HEAD_BYTES: Final = 4096
_MARK: Final = b"\xff"
_SCAN: Final = 0xDA
_JPEG_END: Final = b"\xff\xd9"
TOO_LARGE: Final = f"is larger than {REFERENCE_MAX_BYTES // 1_000_000} MB, which is the API's limit; make it smaller"


class NoPicture(Exception):
    """What was found is nothing that can go along; its text says why, as the end of a sentence."""


class Looked(NamedTuple):
    """What was seen."""

    media_type: MediaType
    width_px: int
    height_px: int


def look_at(data: bytes) -> Looked:
    """What `data` is, whatever its name says, and that it is whole. Raises NoPicture."""
    media_type = _type_of(data)
    try:
        size = check_sums(data).size if media_type == "image/png" else _size(data, media_type)
    except ImageTooLarge as error:
        raise NoPicture(f"has more than {PIXELS_MAX:,} pixels; make it smaller") from error
    except Exception as error:  # a decoder raises whatever the bytes lead it into
        name = media_type.removeprefix("image/").upper()
        raise NoPicture(f"is a {name} that is damaged or cut off; copy or save it again") from error
    return Looked(media_type, *size)


def _type_of(data: bytes) -> MediaType:
    if not data:
        raise NoPicture("is empty")
    if len(data) > REFERENCE_MAX_BYTES:
        raise NoPicture(TOO_LARGE)
    found = _TYPES.get(suffix_of(data) or "")
    if found is not None:
        return found
    head = data[:_HEAD_BYTES]
    if is_page(head):
        raise NoPicture("is a web page and no picture; give the address of the picture itself")
    named = next((name for begins, name in _OTHERS if begins.match(head)), None)
    raise NoPicture(f"is {named}; {_SAVE_IT}" if named else f"is no picture; {_SAVE_IT}")


def _size(data: bytes, media_type: MediaType) -> Size:
    """Its size as its head tells it. Raises whatever Pillow raises, or ValueError where its end is missing."""
    with Image.open(BytesIO(data), formats=("JPEG", "WEBP")) as image:
        size = Size(*image.size)
    if size.width_px * size.height_px > PIXELS_MAX:
        raise ImageTooLarge(str(size))
    if not (_ends_as_jpeg(data) if media_type == "image/jpeg" else _ends_as_webp(data)):
        raise ValueError("cut off")
    return size


def _ends_as_jpeg(data: bytes) -> bool:
    """Whether the mark of its end comes behind its pixels, among which it cannot stand; that of a thumbnail is before.

    Decoding would find more, and take minutes for a thousand photographs.
    """
    place = 2
    while data[place : place + 1] == _MARK and data[place + 1] != _SCAN:
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return data.find(_JPEG_END, place) != -1


def _ends_as_webp(data: bytes) -> bool:
    return len(data) >= int.from_bytes(data[4:8], "little") + 8
