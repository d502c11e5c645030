"""What of a PNG bears on how it looks."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tasks.images.geometry import Size

GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6
DEPTHS: Final = {
    GREY: (1, 2, 4, 8, 16),
    COLOUR: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GREY_ALPHA: (8, 16),
    COLOUR_ALPHA: (8, 16),
}
"""Bits of a sample that a colour type may have."""
_CHANNELS: Final = {GREY: 1, COLOUR: 3, PALETTE: 1, GREY_ALPHA: 2, COLOUR_ALPHA: 4}


@dataclass(frozen=True)
class Png:
    """What bears on how a PNG looks."""

    header: bytes
    used: Mapping[bytes, bytes]
    """The body of each sound chunk before the pixels that we look at, by its name."""
    pixels: tuple[memoryview, ...]
    """The runs of IDAT chunks; one, where nothing stands between them."""
    is_sealed: bool
    """Whether the checksums of all IDAT chunks are right."""
    notes: tuple[str, ...]

    @property
    def size(self) -> Size:
        """As it is stored, not turned."""
        return Size(int.from_bytes(self.header[:4], "big"), int.from_bytes(self.header[4:8], "big"))

    @property
    def depth(self) -> int:
        """Bits of a sample."""
        return self.header[8]

    @property
    def colours(self) -> int:
        """The colour type, a key of `DEPTHS`."""
        return self.header[9]

    @property
    def rows_size(self) -> int:
        """How many bytes the rows have when they are unpacked; a few more if they are interlaced."""
        bits = self.size.width_px * self.depth * _CHANNELS[self.colours]
        return self.size.height_px * (1 + (bits + 7) // 8)


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk as it stands in a file."""
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
