"""What bytes are, told by how they begin, and not by a name."""

import io
import re
from typing import IO, TYPE_CHECKING, Final

from fsspec.compression import compr

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD_BYTES: Final = 4096
SHARE_IT: Final = "share it by link (everybody who has it), or use File > Download and name that file"
"""What to do about a table that is given out after a sign-in only."""
PARQUET: Final = (b"PAR1", b"PARE")
"""The second of a file that is encrypted as a whole."""

_PACKED: Final = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
_SAVE_IT: Final = "open it in a spreadsheet program, and save it as xlsx"
_OLD: Final = f"is of an Excel older than 1997; {_SAVE_IT}"
_OTHERS: Final = {
    b"MIME-Version:": f"is a web archive inside, whatever its name says; {_SAVE_IT}",
    b"%PDF": "is a PDF; export the table in it as CSV UTF-8",
    **dict.fromkeys((b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00"), _OLD),
}
_PAGE: Final = re.compile(
    rb"\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body|title|script|style|meta|table|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML: Final = re.compile(rb"\s*<\?xml\b", re.IGNORECASE)
_XML_SHEETS: Final = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet|opendocument\.spreadsheet|Excel\.Sheet")
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


def no_table(head: bytes, source: str) -> str | None:
    """What `head`, the beginning of the file at `source`, is instead of text in columns, as the end of a sentence."""
    for magic, problem in _OTHERS.items():
        if head.startswith(magic):
            return problem
    text = head.removeprefix(_BOM)
    if is_page(text):
        return _page(text, source)
    if _XML.match(text):
        is_sheet = _XML_SHEETS.search(text)
        return (
            f"is a spreadsheet kept as XML; {_SAVE_IT}" if is_sheet else "is XML and no table; export it as CSV UTF-8"
        )
    return "is JSON and no table; export the table as CSV UTF-8" if _JSON.match(text) else None


def _page(text: bytes, source: str) -> str:
    if _ASKS_WHO.search(text):
        return f"is a page that asks for a sign-in; {SHARE_IT}"
    if "://" not in source:
        return f"is a web page inside, whatever its name says; {_SAVE_IT}"
    return (
        "is a web page and no table; give the address of the file itself, of a Google sheet the one that its "
        "browser shows"
    )
