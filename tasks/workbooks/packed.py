"""The zip archive that a workbook is: what it holds, how large it is when it is unpacked, and whether it is whole."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath
from posixpath import join, normpath
from typing import IO, Final, NamedTuple
from xml.etree.ElementTree import ParseError, fromstring

from tasks.errors import InputInvalid

CHUNK_BYTES: Final = 1 << 18
_HEAD_BYTES: Final = 30
"""Of the header before each part; the lengths of its name and of what else stands there are in the last four."""
ENCRYPTED: Final = "is protected with a password; save it without one, and name that file"
DAMAGED: Final = "cannot be read: the workbook was cut off or damaged; copy or download it again"
_READ_FIRST: Final = (".xml", ".bin", ".rels")
_ROOT: Final = "_rels/.rels"
_OTHERS: Final = (
    ("word/", "is a Word document; put its table into a spreadsheet, or save it as CSV UTF-8"),
    ("ppt/", "is a PowerPoint presentation; put its table into a spreadsheet, or save it as CSV UTF-8"),
    ("index/", "is a Numbers document; use File > Export To > Excel, or CSV"),
    ("index.zip", "is a Numbers document; use File > Export To > Excel, or CSV"),
)
_ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
_ZIP: Final = "is a zip archive; unpack it, and name the table in it"


class Bounds(NamedTuple):
    """How many bytes a workbook may come to when it is unpacked."""

    total: int = 1 << 30
    sheet: int = 1 << 28
    texts: int = 1 << 28
    """Of the part in which the texts of all sheets stand."""


class Packed:
    """A workbook's archive. Raises InputInvalid where it is damaged, or larger than it may be."""

    def __init__(self, source: str, file: IO[bytes], bounds: Bounds) -> None:
        self.source = source
        self.bounds = bounds
        self._file = file
        try:
            self._parts = {info.filename: info for info in zipfile.ZipFile(file).infolist()}
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
            raise self._invalid(DAMAGED) from error
        if sum(info.file_size for info in self._parts.values()) > bounds.total:
            raise self._too_large(bounds.total)

    @property
    def names(self) -> frozenset[str]:
        """The names of its parts."""
        return frozenset(self._parts)

    @cached_property
    def main(self) -> str:
        """The part that an Office document begins with, such as `xl/workbook.xml`; empty where it is none."""
        try:
            relations = fromstring(self.read(_ROOT) or b"<none/>")  # noqa: S314  expat bounds what entities come to
        except ParseError as error:
            raise self.damaged() from error
        for one in relations:
            if one.get("Type", "").endswith("/officeDocument"):
                return one.get("Target", "").lstrip("/")
        return ""

    def related(self) -> dict[str, str]:
        """The parts that the main one names, by what it calls them. Raises ParseError."""
        folder, _, name = self.main.rpartition("/")
        content = self.read(f"{folder}/_rels/{name}.rels".lstrip("/"))
        targets = {one.get("Id", ""): one.get("Target", "") for one in fromstring(content)}  # noqa: S314
        return {key: normpath(join("/", folder, target)).lstrip("/") for key, target in targets.items()}

    def check_all(self) -> None:
        """Raise InputInvalid where a part is damaged or too large that is read before a sheet is."""
        for name in self._parts:
            if name.endswith(_READ_FIRST) and "sheets/" not in name:
                self.check(name, self.bounds.sheet if name == "content.xml" else self.bounds.texts)

    def kind(self) -> str:
        """`xlsx`, `xlsb` or `ods`. Raises InputInvalid where it is something else."""
        if PurePosixPath(self.main).name.lower().startswith("workbook"):
            return "xlsb" if self.main.endswith(".bin") else "xlsx"
        says = self.read("mimetype", 200).decode(errors="replace").strip() if "mimetype" in self._parts else ""
        if says.startswith(_ODS):
            if b"encryption-data" in self.read("META-INF/manifest.xml"):
                raise self._invalid(ENCRYPTED)
            return "ods"
        lower = [name.lower() for name in self._parts]
        for beginning, problem in _OTHERS:
            if any(name.startswith(beginning) for name in lower):
                raise self._invalid(problem)
        raise self._invalid("is no spreadsheet; save it as xlsx, ods, or CSV UTF-8" if says else _ZIP)

    def read(self, name: str, most: int = 1 << 24) -> bytes:
        """A part as a whole, empty where there is none. Raises InputInvalid where it has more than `most` bytes."""
        return b"".join(self.chunks(name, most)) if name in self._parts else b""

    def check(self, name: str, most: int) -> None:
        """Raise InputInvalid unless a part, if there is one, is whole, and has at most `most` bytes."""
        if name in self._parts:
            for _ in self.chunks(name, most):
                pass

    def chunks(self, name: str, most: int) -> Iterator[bytes]:
        """The bytes of a part, as many as there are: what its header says of them is not believed.

        Raises InputInvalid where they are more than `most`, or not what the header says.
        """
        info = self._parts[name]
        size = 0
        try:
            for chunk in _inflated(self._file, info):
                size += len(chunk)
                if size > most:
                    raise self._too_large(most)
                yield chunk
        except (zlib.error, OSError) as error:
            raise self._invalid(DAMAGED) from error
        if size != info.file_size:
            raise self._invalid(DAMAGED)

    def damaged(self) -> InputInvalid:
        """What is to be raised where a part is not what it should be."""
        return self._invalid(DAMAGED)

    def _too_large(self, most: int) -> InputInvalid:
        return self._invalid(f"unpacks to more than {most >> 20:,} MB; save the sheet alone, or as CSV UTF-8")

    def _invalid(self, problem: str) -> InputInvalid:
        return InputInvalid.of(source=self.source, problem=problem)


def _inflated(file: IO[bytes], info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of one part. Raises zlib.error."""
    file.seek(info.header_offset)
    head = file.read(_HEAD_BYTES)
    file.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), io.SEEK_CUR)
    left, at = info.compress_size, file.tell()
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zlib.error(f"packed in way {info.compress_type}")
    while left > 0:
        file.seek(at)  # others read the file meanwhile
        data = file.read(min(left, CHUNK_BYTES))
        if not data:
            raise zlib.error("cut off")
        left, at = left - len(data), at + len(data)
        if info.compress_type == zipfile.ZIP_STORED:
            yield data
            continue
        while data:
            yield inflate.decompress(data, CHUNK_BYTES)
            data = inflate.unconsumed_tail
