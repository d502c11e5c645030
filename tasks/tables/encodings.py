"""Which encoding a text is in: what its byte order mark says, else UTF-8 where it can be, else the one named."""

import codecs
import io
import re
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from tasks.errors import InputInvalid
from tasks.records.fault import shortened

UTF_8: Final = "utf-8"

_BOMS: Final = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_USUAL: Final = ("cp1252", "mac_roman")
"""What most tables are in that are not UTF-8: older Excels of Windows and of the Mac write them."""
_CHUNK_BYTES: Final = 1 << 20
_HELD_BYTES: Final = 1 << 24
_MIXED_LEAST: Final = 3
"""So many characters that are UTF-8 beyond doubt do not come by chance, if no fewer are not."""
_PROBE: Final = "prompt,format;1\n"
_LOST: Final = re.compile("[\ud800-\udfff]+")
_LOST_BYTE: Final = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_SHOWN_CHARS: Final = 40


class _Copy(SpooledTemporaryFile[bytes]):
    """Closes itself once nobody reads it any more: Python 3.13 would warn where a table is let go half read."""

    def __del__(self) -> None:
        self.close()


def decoded(source: str, file: "io.BufferedReader[Any]", named: str | None) -> tuple[str, IO[str]]:
    """The name of the encoding of `file`, and its text. Raises InputInvalid where the encoding `named` is none.

    What cannot be decoded becomes half characters. A copy on disk is looked at as a whole where an encoding is named:
    a file may be ASCII up to its last row, and a web server may not go back.
    """
    if named is not None:
        _check_known(source, named)
    head = file.peek(4)[:4]
    codec = next((codec for bom, codec in _BOMS.items() if head.startswith(bom)), None)
    whole: IO[bytes] = file
    if codec is None and named is not None:
        whole = _Copy(_HELD_BYTES)
        codec = _copied(file, whole).likeliest(named)
        whole.seek(0)
    codec = codec or UTF_8
    return codec.removesuffix("-sig"), io.TextIOWrapper(whole, codec, errors="surrogateescape", newline="")


def unlike(text: str, encoding: str) -> tuple[str, str]:
    """`text`, in which half characters stand for what is not `encoding`, to be shown, and what to do about it.

    Typed values have no encoding.
    """
    if not encoding:
        return _replaced(text), "is binary data that is not UTF-8; store it as text, or leave its column out"
    lost = _LOST.search(text)
    begin = max(0, lost.start() - _SHOWN_CHARS // 2) if lost else 0
    raw = text[begin : begin + _SHOWN_CHARS].encode(UTF_8, "surrogateescape")
    readings = {name: reading for name in _USUAL if (reading := _reading(raw, name))} if encoding == UTF_8 else {}
    told = ", ".join(f"--encoding {name} reads {reading!r}" for name, reading in readings.items())
    problem = f"is not {encoding} text; save the file as CSV UTF-8, or name its encoding{': ' if told else ''}{told}"
    return _replaced(text), problem


def _replaced(text: str) -> str:
    return _LOST.sub("\N{REPLACEMENT CHARACTER}", text)


def wide_encoding(text: str) -> str:
    """The encoding that a `text` with a NUL is most likely in, such as `utf-16-le`."""
    wide = "utf-32" if "\0\0" in text.strip("\0") else "utf-16"
    return f"{wide}-{'be' if text.startswith(chr(0)) else 'le'}"


def is_same(codec: str, other: str) -> bool:
    """Whether two names mean one encoding, whatever a byte order mark has to say in it."""
    names = (re.sub("-(sig|le|be)$", "", codecs.lookup(name).name) for name in (codec, other))
    return len(set(names)) == 1


def _reading(raw: bytes, codec: str) -> str:
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return ""
    return shortened(text) if text.isprintable() else ""


def _check_known(source: str, codec: str) -> None:
    try:
        "".encode(codec)
    except (LookupError, ValueError) as error:
        problem = f"encoding {codec!r} is not known; such as utf-8, cp1252, mac_roman, utf-16, shift_jis"
        raise InputInvalid.of(source=source, problem=problem) from error


class _Signs:
    """What bytes show of their encoding, however long they are."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder(UTF_8)("surrogateescape")
        self._has_nul = False
        self._good = 0
        self._lost = 0

    def look_at(self, data: bytes, *, is_last: bool) -> None:
        """Count what is UTF-8 beyond ASCII, and the bytes that are not."""
        text = self._decoder.decode(data, is_last)
        self._has_nul |= "\0" in text
        if not text.isascii():
            lost = len(_LOST_BYTE.findall(text))
            self._lost += lost
            self._good += len(_BEYOND_ASCII.findall(text)) - lost

    def likeliest(self, named: str) -> str:
        """UTF-8, or the encoding `named`.

        UTF-8 with a few wrong bytes stays UTF-8, so that their rows are told. ASCII may be what `named` makes of it, as
        ISO-2022-JP does, but not where `named` writes letters otherwise, as UTF-16 and EBCDIC do.
        """
        if self._has_nul:
            return named
        if self._lost:
            return UTF_8 if self._good >= max(self._lost, _MIXED_LEAST) else named
        return UTF_8 if self._good or _PROBE.encode(named) != _PROBE.encode() else named


def _copied(file: IO[bytes], copy: IO[bytes]) -> _Signs:
    signs = _Signs()
    while data := file.read(_CHUNK_BYTES):
        copy.write(data)
        signs.look_at(data, is_last=False)
    signs.look_at(b"", is_last=True)
    return signs
