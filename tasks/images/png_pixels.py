"""The pixels of a PNG, proven whole. Safe to call from many threads."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Final, NamedTuple

from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngImageFile

from tasks.errors import ImageUnreadable
from tasks.images.image_colour import plain
from tasks.images.png import GREY, PALETTE, Png, chunk
from tasks.images.png_chunks import bare, chunks

_STEP: Final = 2**20
_BITS_OF_ONE, _BITS_OF_TWO = 8, 16


class Unpacked(NamedTuple):
    """What comes out of a packed stream."""

    size: int
    checksum: bytes
    """As it should stand behind the stream."""
    end: int
    """Where the checksum begins in the stream, or should."""


def pixels(png: Png, data: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    """The pixels as RGB, or as RGBA where some are transparent, colours as they are; and what was passed over.

    A checksum must vouch for them, be it that of the chunks or that of the packed stream, and no row may be missing.
    Raises ImageUnreadable, or whatever the decoder raises.
    """
    notes: tuple[str, ...] = ()
    shown = bare(png, data)
    try:
        file = _loaded(shown)
    except OSError:
        if not png.is_sealed:
            raise
        shown, notes = _resealed(png, shown), ("the checksum of its packed pixels is wrong",)
        file = _loaded(shown)
    if not png.is_sealed and not _is_vouched_for(png, shown):
        raise ImageUnreadable("the PNG that was downloaded is damaged: the checksums of its pixels are wrong")
    if _ends_blank(file) and unpacked(_stream(shown), png.rows_size).size < png.rows_size:
        raise ImageUnreadable("the PNG that was downloaded is cut off: its last rows are missing")
    if transparency := png.used.get(b"tRNS"):
        return _with_transparency(file, png, transparency, shown), notes
    return plain(file), notes


def unpacked(stream: bytes, size_max: int) -> Unpacked:
    """What comes out of `stream`, whatever its own checksum says; not much more than `size_max` is looked at."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    size, checksum, rest = 0, 1, stream[2:]
    while rest and size <= size_max:
        part = unpacker.decompress(rest, _STEP)
        size, checksum, rest = size + len(part), zlib.adler32(part, checksum), unpacker.unconsumed_tail
    return Unpacked(size, checksum.to_bytes(4, "big"), len(stream) - len(unpacker.unused_data) - len(rest))


def _loaded(shown: bytes, samples: str = "") -> PngImageFile:
    """The file decoded; `samples` is what is taken of each, in Pillow's words, where that is not the usual."""
    file = PngImageFile(BytesIO(shown))
    if samples:
        file.tile = [tile._replace(args=samples) for tile in file.tile]
    file.load()
    return file


def _stream(shown: bytes) -> bytes:
    """The packed pixels."""
    return b"".join(shown[found.start + 8 : found.end - 4] for found in chunks(shown) if found.name == b"IDAT")


def _resealed(png: Png, shown: bytes) -> bytes:
    """The PNG with the checksum that its packed pixels should have."""
    stream = _stream(shown)
    found = unpacked(stream, png.rows_size)
    first = next(one.start for one in chunks(shown) if one.name == b"IDAT")
    return shown[:first] + chunk(b"IDAT", stream[: found.end] + found.checksum) + chunk(b"IEND", b"")


def _is_vouched_for(png: Png, shown: bytes) -> bool:
    """Whether the packed pixels have the checksum that stands behind them."""
    stream = _stream(shown)
    found = unpacked(stream, png.rows_size)
    return stream[found.end : found.end + 4] == found.checksum


def _ends_blank(file: Image.Image) -> bool:
    """Whether the last two rows hold nothing but zeros, as those do that the decoder has not come to."""
    rows = Image.new(file.mode, (file.width, min(file.height, 2)))
    rows.paste(file, (0, rows.height - file.height))  # `crop` would warn by Pillow's own limit of pixels
    return not rows.tobytes().strip(b"\0")


def _with_transparency(file: PngImageFile, png: Png, transparency: bytes, shown: bytes) -> Image.Image:
    """The image as RGBA. `transparency` is the alpha of each colour of a palette, or the one colour that is clear."""
    if png.colours == PALETTE:
        file.info["transparency"] = transparency.ljust(256, b"\xff")
        return plain(file)
    image = plain(file)
    samples = struct.unpack(">H" if png.colours == GREY else ">3H", transparency[: 2 if png.colours == GREY else 6])
    clear = Image.new("L", image.size, 255)
    for band, sample in _samples(file, png, samples, shown):
        clear = ImageChops.darker(clear, band.point([255 * (value == sample) for value in range(256)]))
    image.putalpha(ImageChops.invert(clear))
    return image


def _samples(file: PngImageFile, png: Png, wanted: Sequence[int], shown: bytes) -> Iterator[tuple[Image.Image, int]]:
    """Bands of 8 bits, and what each holds where the samples are the `wanted` ones: 16 bits are two bands."""
    high, low = [sample >> 8 for sample in wanted], [sample & 255 for sample in wanted]
    if png.depth == _BITS_OF_TWO and png.colours == GREY:
        for order, sample in (("L;16", high[0]), ("L;16B", low[0])):
            yield Image.frombytes("L", file.size, file.tobytes(), "raw", order), sample
    elif png.depth == _BITS_OF_TWO:
        yield from zip(file.split(), high, strict=True)
        yield from zip(_loaded(shown, "RGB;16L").split(), low, strict=True)
    elif png.depth == _BITS_OF_ONE:
        yield from zip(file.split(), low, strict=True)
    else:  # fewer bits than 8 are spread over all shades
        yield file.convert("L"), wanted[0] * 255 // (2**png.depth - 1)
