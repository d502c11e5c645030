"""Pictures to be decoded and cut: ordinary ones, and such as Pillow does not write."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
FORMATS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "AVIF": "avif", "GIF": "gif", "TIFF": "tif"}


def gradient(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """A picture without two equal halves."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, down, Image.new("L", (width, height), 90))).convert(mode)


def saved(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """The bytes of `image` as a file."""
    out = BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """The image in `data`, by Pillow alone."""
    image = Image.open(BytesIO(data))
    image.load()
    return image


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(size: tuple[int, int], bits: int, colour_type: int, rows: bytes, *more: bytes) -> bytes:
    """A PNG built by hand, for what Pillow does not write."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, bits, colour_type, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + body


def with_chunks(data: bytes, *before: bytes, behind: bytes = b"", between: bytes = b"") -> bytes:
    """The PNG `data` with more chunks: before its pixels, behind them, and between two halves of them."""
    start, end = data.index(b"IDAT") - 4, data.rindex(b"IEND") - 4
    packed = data[start + 8 : end - 4]
    halves = (packed[: len(packed) // 2], packed[len(packed) // 2 :])
    pixels = [chunk(b"IDAT", half) for half in halves] if between else [data[start:end]]
    return data[:33] + b"".join(before) + data[33:start] + between.join(pixels) + behind + data[end:]


def spoiled(whole: bytes) -> bytes:
    """A chunk whose checksum is wrong."""
    return whole[:-1] + bytes([whole[-1] ^ 1])


def profile(gamma: float = 2.2, space: bytes = b"RGB ", *, swap: bool = False) -> bytes:
    """A minimal ICC profile: sRGB's colours (`swap`: red and green exchanged) with a curve that is a plain power."""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(gamma * 256))
    red, green, blue = xyz(0.4361, 0.2225, 0.0139), xyz(0.3851, 0.7169, 0.0971), xyz(0.1431, 0.0606, 0.7141)
    if swap:
        red, green = green, red
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags = {b"desc": text, b"cprt": b"text\0\0\0\0none", b"wtpt": xyz(0.9642, 1, 0.8249)}
    if space == b"GRAY":
        tags |= {b"kTRC": curve}
    else:
        tags |= {b"rXYZ": red, b"gXYZ": green, b"bXYZ": blue, b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    table, body, start = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, value in tags.items():
        padded = value + bytes(-len(value) % 4)
        table += name + struct.pack(">II", start + len(body), len(value))
        body += padded
    head = bytes(4) + struct.pack(">I", 0x02100000) + b"mntr" + space + b"XYZ " + bytes(12) + b"acsp" + bytes(28)
    head += struct.pack(">iii", 63190, 65536, 54061) + bytes(48)
    return struct.pack(">I", start + len(body)) + head + table + body


def oriented(value: int) -> Image.Exif:
    """EXIF that says only which side is up."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = value
    return exif
