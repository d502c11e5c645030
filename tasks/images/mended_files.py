"""Files without what keeps a decoder from their pixels. Pure: bytes in, bytes out."""

import re
from typing import Final

_SCAN, _COMMENT = 0xDA, 0xFE
_APPLICATIONS: Final = range(0xE0, 0xF0)
_SOUND: Final = {0xE0: (b"JFIF\0", 14), 0xE1: (b"Exif\0\0", 14), 0xE2: (b"ICC_PROFILE\0", 15), 0xEE: (b"Adobe", 12)}
"""How the segments begin that bear on how a JPEG looks, and how long they are at least."""

_EXIF_ITEM: Final = re.compile(rb"(infe[\2\3].{3}(?:.{2}|.{4}).{2})Exif", re.DOTALL)


def jpeg_without_oddities(data: bytes) -> bytes:
    """The JPEG without comments and without those segments of applications that are broken, or that nobody needs."""
    parts, start = [data[:2]], 2
    while data[start : start + 1] == b"\xff" and data[start + 1 : start + 2] != bytes([_SCAN]):
        marker = data[start + 1]
        end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        beginning, length = _SOUND.get(marker, (b"", 0))
        body = data[start + 4 : end]
        is_sound = marker in _SOUND and body.startswith(beginning) and len(body) >= length
        if is_sound or (marker not in _APPLICATIONS and marker != _COMMENT):
            parts.append(data[start:end])
        start = end
    return b"".join(parts) + data[start:]


def avif_without_exif(data: bytes) -> bytes:
    """The AVIF, where EXIF is an item of a kind that no decoder knows. Which side is up stands elsewhere in an AVIF."""
    return _EXIF_ITEM.sub(rb"\1none", data, count=1)
