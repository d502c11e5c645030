"""A workbook that cannot be read is told by what it is, and none unpacks to more than there is room for."""

import io
import zipfile
import zlib
from contextlib import suppress

import pytest

from tasks.errors import InputInvalid
from tasks.tables.tables import open_table
from tasks.workbooks.marks import cell_name, column_number
from tasks.workbooks.packed import Bounds
from tasks.workbooks.workbook import OLE, Workbook, copied
from tests.matrices import a_file
from tests.workbooks import ods, ods_cell, ods_row, row, text, with_sheet, xlsx, zipped

SMALL = Bounds(total=100_000, sheet=50_000, texts=20_000)
GOOD = xlsx(row(text("product")) + row(text("Tea")))


def read(path: str) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of the table at `path`."""
    with open_table(path) as table:
        return list(table.rows)


def problem(content: bytes, bounds: Bounds = SMALL) -> str:
    """What hinders the reading of a workbook."""
    with pytest.raises(InputInvalid) as raised:
        read_first(content, bounds)
    return raised.value.faults[0].problem


def read_first(content: bytes, bounds: Bounds) -> None:
    """Read the first sheet."""
    book = Workbook("m.xlsx", io.BytesIO(content), bounds)
    book.sheet(book.sheets[0].name)


def test_what_unpacks_to_more_than_there_is_room_for_is_refused():
    """As a whole, by its sheet, by the texts of all sheets: a few kilobytes may stand for gigabytes."""
    much = "<row>" + "<c/>" * 20_000 + "</row>"
    assert problem(xlsx(much)).startswith("unpacks to more than")
    assert problem(xlsx("", "<si><t>x</t></si>" * 3_000)).startswith("unpacks to more than")
    assert problem(zipped({"xl/media/1.png": bytes(200_000)})).startswith("unpacks to more than")
    assert problem(ods(ods_row(ods_cell("<text:p>" + "x" * 60_000 + "</text:p>")))).startswith("unpacks to more than")


def test_a_header_that_says_less_than_what_comes_is_not_believed():
    """Its checksum may be right for the part that it admits."""
    content = bytearray(with_sheet(GOOD, lambda xml: xml + " " * 30_000))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
        admitted = archive.read(info)[:100]
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(info.filename.encode()))
    content[at + 16 : at + 20] = zlib.crc32(admitted).to_bytes(4, "little")
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert problem(bytes(content)).startswith("cannot be read: the workbook was cut off or damaged")


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_way_of_packing_that_no_spreadsheet_uses_is_damage(packing):
    """It is named as such, and nothing is raised that nobody understands."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert problem(zipped(parts, packing)).startswith("cannot be read: the workbook was cut off or damaged")


@pytest.mark.parametrize("end", range(4, len(GOOD), 97))
def test_what_is_cut_off_is_told(tmp_path, end):
    """Wherever: a download that broke off, a copy that was not finished."""
    with pytest.raises(InputInvalid, match="cut off or damaged; copy or download it again"):
        read(a_file(tmp_path, GOOD[:end], "m.xlsx"))


@pytest.mark.parametrize("at", range(0, len(GOOD), 61))
def test_a_wrong_byte_is_told_or_does_no_harm(tmp_path, at):
    """Nothing but a named fault is raised, and no other text is read."""
    content = bytearray(GOOD)
    content[at] ^= 0xFF
    with suppress(InputInvalid), open_table(a_file(tmp_path, bytes(content), "m.xlsx")) as table:
        assert list(table.rows) == [(2, ("Tea",))]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "is protected with a password; save it without"),
        (OLE + bytes(600) + "WordDocument".encode("utf-16-le"), "is a Word document; put its table into a spreadsheet"),
        (OLE + bytes(600) + "Workbook".encode("utf-16-le"), "cannot be read: the workbook was cut off or damaged"),
        (OLE + bytes(600), "cannot be read: the workbook was cut off or damaged"),
        (zipped({"word/document.xml": "<x/>"}), "is a Word document"),
        (zipped({"ppt/presentation.xml": "<x/>"}), "is a PowerPoint presentation"),
        (zipped({"Index/Document.iwa": "x"}), "is a Numbers document; use File > Export To > Excel"),
        (zipped({"launch.csv": "product\nTea\n"}), "is a zip archive; unpack it, and name the table in it"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "is no spreadsheet"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "cannot be read: the workbook"),
    ],
)
def test_what_is_kept_alike_is_named(tmp_path, content, said):
    """By its content, whatever its name says."""
    with pytest.raises(InputInvalid) as raised:
        read(a_file(tmp_path, content, "m.csv"))
    assert raised.value.faults[0].problem.startswith(said)


def test_an_encrypted_ods_is_told():
    """LibreOffice says so in the manifest, and packs what nobody can read."""
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    entry = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{space}">{entry}</manifest:manifest>',
        "content.xml": bytes(range(256)),
    }
    assert problem(zipped(parts)).startswith("is protected with a password")


def test_a_file_that_is_too_large_is_not_copied():
    """It is told by its size."""
    with pytest.raises(InputInvalid, match="is larger than 1 MB"):
        copied("m.xlsx", io.BytesIO(bytes(3 << 20)), most=1 << 20)


PLACES = {(0, 0): "A1", (13, 2): "C14", (1, 25): "Z2", (1, 26): "AA2", (1, 16383): "XFD2"}


@pytest.mark.parametrize(("place", "name"), PLACES.items())
def test_cells_are_named_as_a_spreadsheet_names_them(place, name):
    """And back."""
    assert cell_name(*place) == name
    assert column_number(name.rstrip("0123456789")) == place[1]
