"""What the numbers of an image mean, and the same in sRGB. Safe to call from many threads."""

import zlib
from collections.abc import Collection, Sequence
from io import BytesIO
from typing import Final, NamedTuple

from PIL import Image, ImageCms, ImageFile

from tasks.images.colour_profile import HDR, of_cicp, of_gamma
from tasks.images.png import GREY, GREY_ALPHA, Png

_PROFILE_MAX: Final = 8 * 2**20
_UNSPECIFIED: Final = 2
_AS_SRGB: Final = {1, _UNSPECIFIED, 6, 14, 15}
_HEADER_SIZE: Final = 128
_CLASSES: Final = {"mntr", "scnr", "prtr", "spac"}
"""Profiles of what has pixels; the others are links, abstractions or lists of names."""
_MODES: Final = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}
_SPACES: Final = {
    "CMYK": {"CMYK"},
    "1": {"GRAY", "RGB"},
    "L": {"GRAY", "RGB"},
    "LA": {"GRAY", "RGB"},
    "I;16": {"GRAY", "RGB"},
    "I;16B": {"GRAY", "RGB"},
}
_UNREAD: Final = "its colour profile cannot be read and was passed over"
_MISFIT: Final = "its colour profile does not fit its pixels and was passed over"


class Colours(NamedTuple):
    """How an image's numbers become sRGB."""

    notes: tuple[str, ...] = ()
    transform: ImageCms.ImageCmsTransform | None = None
    """None where they are sRGB already, or are taken to be."""
    mode: str = "RGB"
    """What it is applied to: L, RGB or CMYK."""


def colours_of_png(png: Png) -> Colours:
    """By the first chunk that says so, in this order: cICP, iCCP, sRGB, gAMA with cHRM.

    https://www.w3.org/TR/png-3/#13Color-space-handling
    """
    notes: list[str] = []
    if cicp := png.used.get(b"cICP"):
        primaries, transfer, matrix, is_full = cicp
        if (matrix, is_full) == (0, 1) and (colours := _numbered(primaries, transfer)):
            return colours
        notes.append("its cICP chunk names no colours that we know and was passed over")
    if (iccp := png.used.get(b"iCCP")) is not None:
        if profile := _opened(_unpacked(iccp)):
            return _by(profile, {"GRAY", "RGB"} if png.colours in {GREY, GREY_ALPHA} else {"RGB"}, notes)
        notes.append(_UNREAD)
    if png.used.get(b"sRGB", b"\xff") > b"\3" and (gamma := png.used.get(b"gAMA")):
        made = of_gamma(gamma, png.used.get(b"cHRM"))
        if made is not None:
            return _made(made, notes)
        notes.append("its gAMA and cHRM chunks mean nothing and were passed over")
    return Colours(tuple(notes))


def colours_of_file(file: ImageFile.ImageFile, nclx: tuple[int, int] | None) -> Colours:
    """By the profile that Pillow has found, else by an AVIF's numbers of its primaries and its transfer.

    What an AVIF says of video, or leaves open, browsers take for sRGB.
    """
    if data := file.info.get("icc_profile"):
        profile = _opened(data)
        return _by(profile, _SPACES.get(file.mode, {"RGB"}), []) if profile else Colours((_UNREAD,))
    if nclx:
        primaries = 1 if nclx[0] == _UNSPECIFIED else nclx[0]
        transfer = 13 if nclx[1] in _AS_SRGB else nclx[1]
        return _numbered(primaries, transfer) or Colours()
    return Colours()


def in_srgb(image: Image.Image, colours: Colours) -> Image.Image:
    """The image as RGB, or as RGBA if it can be transparent, in sRGB."""
    if colours.transform and colours.mode == "CMYK":
        return colours.transform.apply(image)
    image = plain(image)
    if not colours.transform:
        return image
    source = image if image.mode == colours.mode else image.convert(colours.mode)
    coloured = colours.transform.apply_in_place(source) if colours.mode == "RGB" else colours.transform.apply(source)
    if image.mode == "RGBA":
        coloured.putalpha(image.getchannel("A"))
    return coloured


def plain(image: Image.Image) -> Image.Image:
    """The image as RGB, or as RGBA if it can be transparent, colours as they are. Of 16 bits the upper 8 stay."""
    if image.mode.startswith("I;16"):
        wide = image if image.mode == "I;16" else image.convert("I")
        image = wide.point(lambda value: value / 256).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _numbered(primaries: int, transfer: int) -> Colours | None:
    """By two numbers of ITU-T H.273, if we know them."""
    profile = of_cicp(primaries, transfer)
    notes = [f"it is HDR ({HDR[transfer]}) and was dimmed to what any screen shows"] if transfer in HDR else []
    return None if profile is None else _made(profile, notes)


def _made(profile: bytes, notes: Sequence[str]) -> Colours:
    """By a profile that we have made ourselves; none is sRGB."""
    return _by(ImageCms.ImageCmsProfile(BytesIO(profile)), {"RGB"}, notes) if profile else Colours(tuple(notes))


def _by(profile: ImageCms.ImageCmsProfile, spaces: Collection[str], notes: Sequence[str]) -> Colours:
    """By `profile`, if it is one of `spaces`."""
    space = profile.profile.xcolor_space.strip()
    if space in spaces and profile.profile.device_class in _CLASSES:
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        try:
            transform = ImageCms.ImageCmsTransform(profile, srgb, _MODES[space], "RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            return Colours((*notes, _UNREAD))
        return Colours(tuple(notes), transform, _MODES[space])
    return Colours((*notes, _MISFIT))


def _opened(data: bytes) -> ImageCms.ImageCmsProfile | None:
    """The profile, if it is one, and whole."""
    if len(data) < _HEADER_SIZE or int.from_bytes(data[:4], "big") > len(data):
        return None
    try:
        return ImageCms.ImageCmsProfile(BytesIO(data))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _unpacked(iccp: bytes) -> bytes:
    """The profile in an iCCP chunk; nothing where it cannot be unpacked, or is far too large."""
    packed = iccp.partition(b"\0")[2]
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed[1:], _PROFILE_MAX) if packed[:1] == b"\0" else b""
    except zlib.error:
        return b""
    return b"" if unpacker.unconsumed_tail else profile
