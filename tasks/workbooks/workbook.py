"""Opens a workbook, whatever wrote it: its sheets, what stands in their cells, and what is to be known of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, NamedTuple, TypeVar

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from tasks.errors import InputInvalid
from tasks.workbooks import odf, ooxml, xls, xlsb
from tasks.workbooks.marks import Marks
from tasks.workbooks.packed import CHUNK_BYTES, DAMAGED, ENCRYPTED, Bounds, Packed

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0"
_HELD_BYTES: Final = 1 << 24
_KEPT_ALIKE: Final = {
    "EncryptedPackage": ENCRYPTED,
    "WordDocument": "is a Word document; put its table into a spreadsheet, or save it as CSV UTF-8",
    "PowerPoint Document": "is a PowerPoint presentation; put its table into a spreadsheet, or save it as CSV UTF-8",
}
"""What else is kept in the kind of file that an xls is, by a name in its directory."""
_XLS_STREAMS: Final = ("Workbook", "Book\0")
_MARKS: Final[dict[str, Callable[[Packed, str], Marks]]] = {
    "xlsx": ooxml.ooxml_marks,
    "xlsb": xlsb.xlsb_marks,
    "ods": odf.odf_marks,
}
Given = TypeVar("Given")


class SheetName(NamedTuple):
    """A sheet of a workbook, by its name."""

    name: str
    is_visible: bool


@dataclass(frozen=True)
class OpenSheet:
    """What stands in a sheet."""

    rows: Iterator[list[Any]]
    """From the first row of the sheet on; all begin with one column, and are equally wide."""
    first_column: int
    """The column that they begin with, from 0."""
    marks: Marks


class Workbook:
    """A workbook that is open. Raises InputInvalid where the file is damaged, locked, or something else."""

    def __init__(self, source: str, file: IO[bytes], bounds: Bounds) -> None:
        self._source = source
        self._packed = None if _begins(file, OLE) else Packed(source, file, bounds)
        self.kind = self._packed.kind() if self._packed else "xls"
        self._content = b"" if self._packed else _content_of_xls(source, file)
        if self._packed:
            self._packed.check_all()
        file.seek(0)
        self._book = self._tried(lambda: CalamineWorkbook.from_filelike(file))

    @property
    def sheets(self) -> tuple[SheetName, ...]:
        """The sheets in which cells may stand, in their order."""
        kinds = ((one.name, one.visible, one.typ) for one in self._book.sheets_metadata)
        return tuple(
            SheetName(name, visible == SheetVisibleEnum.Visible)
            for name, visible, kind in kinds
            if kind == SheetTypeEnum.WorkSheet
        )

    def sheet(self, name: str) -> OpenSheet:
        """The sheet of that very name. Raises InputInvalid."""
        if self._packed:
            marks = _MARKS[self.kind](self._packed, name)
        else:
            marks = self._tried(lambda: xls.xls_marks(self._content, self._book.sheet_names.index(name)))
        marks.check_extent(self._source)
        values = self._tried(lambda: self._book.get_sheet_by_name(name))
        return OpenSheet(values.iter_rows(), values.start[1] if values.start else 0, marks)

    def _tried(self, read: Callable[[], Given]) -> Given:
        """What `read` gives. A library that panics raises what is no Exception."""
        try:
            return read()
        except PasswordError as error:
            raise InputInvalid.of(source=self._source, problem=ENCRYPTED) from error
        except (CalamineError, OSError, ValueError) as error:
            raise InputInvalid.of(source=self._source, problem=DAMAGED) from error
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            raise InputInvalid.of(source=self._source, problem=DAMAGED) from error


def is_workbook(head: bytes) -> bool:
    """Whether a file that begins so is a workbook, or is kept as one is."""
    return head.startswith((ZIP, OLE))


def copied(source: str, file: IO[bytes], most: int = 1 << 28) -> IO[bytes]:
    """A copy of `file` in which one can go back. Raises InputInvalid where it has more than `most` bytes."""
    copy = SpooledTemporaryFile(_HELD_BYTES)  # noqa: SIM115  whoever asks for it closes it
    while data := file.read(CHUNK_BYTES):
        copy.write(data)
        if copy.tell() > most:
            copy.close()
            problem = f"is larger than {most >> 20:,} MB; save the sheet alone, or as CSV UTF-8"
            raise InputInvalid.of(source=source, problem=problem)
    copy.seek(0)
    return copy


def _begins(file: IO[bytes], magic: bytes) -> bool:
    file.seek(0)
    return file.read(len(magic)) == magic


def _content_of_xls(source: str, file: IO[bytes]) -> bytes:
    """All of an xls. Raises InputInvalid where the file, which is kept as one, is something else, or locked."""
    file.seek(0)
    content = file.read()
    if any(name.encode("utf-16-le") in content for name in _XLS_STREAMS):
        return content
    for name, problem in _KEPT_ALIKE.items():
        if name.encode("utf-16-le") in content:
            raise InputInvalid.of(source=source, problem=problem)
    raise InputInvalid.of(source=source, problem=DAMAGED)
