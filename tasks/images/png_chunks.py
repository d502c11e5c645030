"""What of a PNG bears on how it looks. Pure: bytes in, a record out; no pixel is decoded.

The pixels decide whether it is an image. What stands beside them is used where it is sound; where it is not, it is
passed over with a note, as browsers do: https://www.w3.org/TR/png-3/#13Decoders.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import dropwhile, islice, takewhile
from typing import Final, NamedTuple

from tasks.errors import ImageUnreadable
from tasks.images.png import COLOUR, DEPTHS, GREY, PALETTE, Png, chunk

_HEADER_END: Final = 33
_END: Final = b"\0\0\0\0IEND\xaeB`\x82"
_LENGTHS: Final = {b"PLTE": range(3, 769), b"cICP": [4], b"sRGB": [1], b"gAMA": [4], b"cHRM": [32]}
_TRANSPARENCY: Final = {PALETTE: range(1, 257), GREY: range(2, 257), COLOUR: range(6, 257)}
_USED: Final = {b"tRNS", b"iCCP", b"eXIf", *_LENGTHS}
_TEXTS: Final = {b"tEXt", b"zTXt", b"iTXt"}
_TEXT_MAX: Final = 2**20
_TEXTS_MAX: Final = 32
_NOTES_MAX: Final = 20
"""A file may be made to hold a million of each."""

Notes = dict[str, None]
"""Sentences, each once, in their order."""


class Chunk(NamedTuple):
    """Where a chunk lies: from its length to behind its checksum, which may be behind the end of the file."""

    name: bytes
    start: int
    end: int


def read_png(data: bytes) -> Png:
    """What bears on how the PNG looks. Raises ImageUnreadable where its pixels cannot be whole."""
    notes: Notes = {}
    header = _header(data)
    used = _used(data, takewhile(_is_before, chunks(data)), header[9], notes)
    pixels, is_sealed = _pixels(data, dropwhile(_is_before, chunks(data)), notes)
    if _has_large_text(data):
        _note(notes, "its text is larger than 1 MiB and was passed over")
    return Png(header, used, pixels, is_sealed, tuple(notes))


def bare(png: Png, data: bytes) -> bytes:
    """The PNG `data` without anything but its pixels and their palette: `data` itself where it holds nothing else."""
    palette = png.used[b"PLTE"] if png.colours == PALETTE else b""
    palette += palette[-3:] * (256 - len(palette) // 3)  # a pixel of a colour behind the last has the last
    parts: list[bytes | memoryview] = [
        data[:_HEADER_END],
        chunk(b"PLTE", palette) if palette else b"",
        *png.pixels,
        _END,
    ]
    return data if sum(map(len, parts)) == len(data) else b"".join(parts)


def chunks(data: bytes) -> Iterator[Chunk]:
    """What follows the header, one behind the other. The last may be cut off."""
    start = _HEADER_END
    while start + 8 <= len(data):
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
        yield Chunk(data[start + 4 : start + 8], start, end)
        start = end


def _header(data: bytes) -> bytes:
    """The body of the header."""
    if len(data) < _HEADER_END:
        raise _cut_off()
    body = data[16:29]
    is_known = body[8] in DEPTHS.get(body[9], ()) and body[10:12] == b"\0\0" and body[12] <= 1
    if data[8:_HEADER_END] != chunk(b"IHDR", body) or not is_known or not any(body[:4]) or not any(body[4:8]):
        raise ImageUnreadable("the PNG that was downloaded is damaged: its header is wrong")
    return body


def _is_before(found: Chunk) -> bool:
    """Whether the pixels have not begun yet."""
    return found.name not in {b"IDAT", b"IEND"}


def _used(data: bytes, before: Iterable[Chunk], colours: int, notes: Notes) -> dict[bytes, bytes]:
    """The body of the first sound chunk of each kind that we look at."""
    used: dict[bytes, bytes] = {}
    for found in before:
        name, body = found.name, data[found.start + 8 : found.end - 4]
        if name[0] < ord("a") and name != b"PLTE":
            raise ImageUnreadable(
                f"the PNG that was downloaded cannot be drawn: we do not know its {_shown(name)} chunk"
            )
        if name == b"acTL":
            _note(notes, "it holds more than one picture, of which the first was taken")
        if not _is_sound(data, found, notes) or name not in _USED:
            continue
        if name in used:
            _note(notes, f"of its {_shown(name)} chunks, all but the first were passed over")
        elif len(body) not in _LENGTHS.get(name, [len(body)]) or (name == b"tRNS" and not _fits(body, colours, used)):
            _note(notes, f"its {_shown(name)} chunk is malformed and was passed over")
        else:
            used[name] = body
    if colours == PALETTE and b"PLTE" not in used:
        raise ImageUnreadable("the PNG that was downloaded is damaged: its palette is missing or wrong")
    return used


def _fits(transparency: bytes, colours: int, used: Mapping[bytes, bytes]) -> bool:
    """Whether a tRNS chunk belongs to such pixels; to a palette, only behind it."""
    return len(transparency) in _TRANSPARENCY.get(colours, ()) and (colours != PALETTE or b"PLTE" in used)


def _pixels(data: bytes, rest: Iterable[Chunk], notes: Notes) -> tuple[tuple[memoryview, ...], bool]:
    """The runs of IDAT chunks, and whether their checksums are right."""
    runs: list[slice] = []
    is_sealed, end = True, len(data)
    for found in rest:
        end = found.start
        if found.name == b"IEND" or found.end > len(data):
            break
        is_sound = _is_sound(data, found, notes)
        if found.name == b"IDAT":
            is_sealed = is_sealed and is_sound
            start = runs.pop().start if runs and runs[-1].stop == found.start else found.start
            runs.append(slice(start, found.end))
        end = found.end
    if not runs and data.startswith(_END, end):
        raise ImageUnreadable("the PNG that was downloaded holds no pixels")
    if not runs or not _ends(data, runs[-1].stop, end, notes):
        raise _cut_off()
    if len(runs) > 1:
        _note(notes, "other chunks stand between its pixels")
    view = memoryview(data)
    return tuple(view[run] for run in runs), is_sealed


def _ends(data: bytes, pixels_end: int, end: int, notes: Notes) -> bool:
    """Whether the file has an end, which should begin at `end`, be it behind a fault."""
    if not data.startswith(_END, end):
        _note(notes, "there is a fault behind its pixels")
        return (data[end + 4 : end + 8] == b"IEND" and len(data) >= end + 12) or _END in data[pixels_end:]
    if len(data) > end + len(_END):
        _note(notes, "something follows its end")
    return True


def _is_sound(data: bytes, found: Chunk, notes: Notes) -> bool:
    """Whether its checksum is right. One that is not is noted."""
    checksum = zlib.crc32(memoryview(data)[found.start + 4 : found.end - 4]).to_bytes(4, "big")
    is_sound = data[found.end - 4 : found.end] == checksum
    if not is_sound:
        _note(notes, f"the checksum of its {_shown(found.name)} chunk is wrong")
    return is_sound


def _has_large_text(data: bytes) -> bool:
    """Whether there is a text of more than `_TEXT_MAX` bytes, unpacked."""
    texts = islice((found for found in chunks(data) if found.name in _TEXTS), _TEXTS_MAX)
    return any(_text_size(found.name, data[found.start + 8 : found.end - 4]) > _TEXT_MAX for found in texts)


def _text_size(name: bytes, body: bytes) -> int:
    """The size of a chunk's text when it is unpacked; of a larger one than `_TEXT_MAX`, some size above that."""
    text = body.partition(b"\0")[2]
    packed = text[1:] if name == b"zTXt" else text[2:].split(b"\0", 2)[-1] if text[:1] == b"\1" else b""
    with suppress(zlib.error):
        return max(len(body), len(zlib.decompressobj().decompress(packed, _TEXT_MAX + 1)))
    return len(body)


def _note(notes: Notes, sentence: str) -> None:
    """Keep the sentence, unless there are enough."""
    if len(notes) < _NOTES_MAX:
        notes[sentence] = None


def _shown(name: bytes) -> str:
    """The name of a chunk, without anything that a terminal would act on."""
    return name.decode("latin-1") if name.isalpha() else "nameless"


def _cut_off() -> ImageUnreadable:
    return ImageUnreadable("the PNG that was downloaded is cut off: its end is missing")
