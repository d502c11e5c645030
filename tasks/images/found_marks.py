"""Which marks a file carries of how it was made. Pure: bytes in, a record out; no pixel is decoded, nothing is raised.

C2PA names where its manifests lie: https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html#embedding_manifests
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final

from tasks.images.png_chunks import chunks
from tasks.records.marks import OF_AI
from tasks.records.outcome import FoundMarks, StoredOriginal

_C2PA_BOX: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_XMP_IN_PNG: Final = b"XML:com.adobe.xmp\0"
_XMP_IN_JPEG: Final = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_MAX: Final = 2**20
_ADDRESS: Final = rb"https?://cv\.iptc\.org/newscodes/digitalsourcetype/"
_WORD: Final = rb"([A-Za-z]{1,60})"
_SIGNED: Final = re.compile(_ADDRESS + _WORD)
_STATED: Final = re.compile(rb"DigitalSourceType(?:\s+rdf:resource)?\s*[>=]\s*[\"']?\s*(?:" + _ADDRESS + rb")?" + _WORD)
_PNG, _JPEG, _END_OF_SEGMENTS = b"\x89PNG", b"\xff\xd8", 0xDA
_TEXT, _CREDENTIALS, _PACKED = b"iTXt", b"c2pa", 1


def found_marks(data: bytes) -> FoundMarks:
    """What the file `data` carries: Content Credentials or not, and the DigitalSourceType that it states.

    That of the XMP goes before what a C2PA manifest says in it.
    """
    credentials = list(_credentials(data))
    stated = {found.decode() for xmp in _packets(data) for found in _STATED.findall(xmp)}
    signed = {found.decode() for box in credentials for found in _SIGNED.findall(box)}
    first = next((word for words in (stated, signed) for word in OF_AI if word in words), None)
    return FoundMarks(c2pa=bool(credentials), iptc=bool(stated), source_type=first or min(stated, default=None))


def with_marks(original: StoredOriginal, data: bytes) -> StoredOriginal:
    """The record of an original whose bytes are at hand, with the marks that an earlier version has not looked for."""
    return original if original.marks is not None else original.model_copy(update={"marks": found_marks(data)})


def _credentials(data: bytes) -> Iterator[bytes]:
    """Each part of the file that holds a C2PA manifest."""
    if data.startswith(_PNG):
        yield from (data[one.start + 8 : one.end - 4] for one in chunks(data) if one.name == b"caBX")
    elif data.startswith(_JPEG):
        boxes = b"".join(body for marker, body in _segments(data) if marker == 0xEB and body.startswith(b"JP"))  # noqa: PLR2004
        yield from [boxes] if _CREDENTIALS in boxes else []
    elif data[8:12] == b"WEBP":
        yield from (body for name, body in _riff(data) if name == b"C2PA")
    elif data[4:8] == b"ftyp":
        yield from (body for name, body in _boxes(data) if name == b"uuid" and body.startswith(_C2PA_BOX))
    elif _CREDENTIALS in data and b"jumb" in data:
        yield data


def _packets(data: bytes) -> Iterator[bytes]:
    """Each XMP packet of the file."""
    if data.startswith(_PNG):
        for one in chunks(data):
            body = data[one.start + 8 : one.end - 4]
            if one.name == _TEXT and body.startswith(_XMP_IN_PNG):
                yield _text(body[len(_XMP_IN_PNG) :])
    elif data.startswith(_JPEG):
        yield from (body for marker, body in _segments(data) if marker == 0xE1 and body.startswith(_XMP_IN_JPEG))  # noqa: PLR2004
    elif data[8:12] == b"WEBP":
        yield from (body for name, body in _riff(data) if name == b"XMP ")
    else:
        yield data[data.find(b"<x:xmpmeta") : data.find(b"</x:xmpmeta>")]


def _text(body: bytes) -> bytes:
    """The text of an iTXt chunk behind its keyword, unpacked."""
    text = body[2:].split(b"\0", 2)[-1]
    if body[:1] != bytes([_PACKED]):
        return text
    try:
        return zlib.decompressobj().decompress(text, _XMP_MAX)
    except zlib.error:
        return b""


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The segments of a JPEG before its pixels: marker and body."""
    start = 2
    while data[start : start + 1] == b"\xff" and start + 4 <= len(data):
        marker, size = data[start + 1], int.from_bytes(data[start + 2 : start + 4], "big")
        if marker == 0xFF:  # noqa: PLR2004  a marker may have any number of these before it
            start += 1
            continue
        if marker == _END_OF_SEGMENTS:
            return
        yield marker, data[start + 4 : start + 2 + size]
        start += 2 + size


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a WebP: name and body."""
    start = 12
    while start + 8 <= len(data):
        size = int.from_bytes(data[start + 4 : start + 8], "little")
        yield data[start : start + 4], data[start + 8 : start + 8 + size]
        start += 8 + size + size % 2


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The outermost boxes of an AVIF: name and body."""
    start = 0
    while start + 8 <= len(data):
        size, head = int.from_bytes(data[start : start + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        end = len(data) if size == 0 else start + size
        if end < start + head:
            return
        yield data[start + 4 : start + 8], data[start + head : end]
        start = end
