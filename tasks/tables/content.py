"""What bytes are, told by how they begin, and not by a name."""

import io
import re
from typing import IO, TYPE_CHECKING, Final

from fsspec.compression import compr

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD_BYTES: Final = 4096
PARQUET: Final = (b"PAR1", b"PARE")
"""The second of a file that is encrypted as a whole."""

_PACKED: Final = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
_WORKBOOK: Final = "is an Excel workbook, whatever its name says; save it as CSV UTF-8"
_OTHERS: Final = {
    b"PK\x03\x04": _WORKBOOK,
    b"\xd0\xcf\x11\xe0": _WORKBOOK,
    b"%PDF": "is a PDF; export the table in it as CSV UTF-8",
}
_PAGE: Final = re.compile(
    rb"\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body|title|script)\b", re.IGNORECASE | re.DOTALL
)
_XML: Final = re.compile(rb"\s*<\?xml\b", re.IGNORECASE)
_JSON: Final = re.compile(rb'\s*(\{\s*("|\}\s*$)|\[\s*[\[{"\]])')
_ASKS_WHO: Final = re.compile(rb"type=.?password|<title>[^<]*\b(sign|log)[ -]?in\b", re.IGNORECASE)
_BOM: Final = b"\xef\xbb\xbf"


class Forward(io.RawIOBase):
    """Reads `file` from front to back only, since a web server may not go back, and leaves the closing to others."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read as much as `buffer` takes, or what there is."""
        view = memoryview(buffer)
        data = self._file.read(len(view))
        view[: len(data)] = data
        return len(data)


def unpacked(file: IO[bytes]) -> "io.BufferedReader[Forward]":
    """`file`, unpacked where its bytes say that they are packed."""
    plain = io.BufferedReader(Forward(file))
    head = plain.peek(8)
    packing = next((name for magic, name in _PACKED.items() if head.startswith(magic)), None)
    return io.BufferedReader(Forward(compr[packing](plain, mode="rb"))) if packing else plain


def is_page(head: bytes) -> bool:
    """Whether `head` is the beginning of a web page."""
    return _PAGE.match(head.removeprefix(_BOM)) is not None


def no_table(head: bytes) -> str | None:
    """What `head`, the beginning of a file, is instead of text in columns, as the end of a sentence."""
    for magic, problem in _OTHERS.items():
        if head.startswith(magic):
            return problem
    text = head.removeprefix(_BOM)
    if is_page(text):
        if _ASKS_WHO.search(text):
            return "is a page that asks for a sign-in; publish the table, or share it with everybody who has the link"
        return (
            "is a web page and no table; give the address of the file itself, of a Google sheet that of "
            "File > Share > Publish to web as CSV"
        )
    if _XML.match(text):
        return "is XML and no table; export the table as CSV UTF-8"
    return "is JSON and no table; export the table as CSV UTF-8" if _JSON.match(text) else None
