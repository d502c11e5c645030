"""Workbooks for tests, written by hand as the programs write them whose habits are of interest."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import openpyxl

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"


def zipped(parts: Mapping[str, str | bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _root(target: str) -> str:
    relation = f'<Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}">{relation}</Relationships>'


def xlsx(
    sheet: str, texts: str = "", styles: str = "", *, name: str = "Sheet1", beside: str = "", behind: str = ""
) -> bytes:
    """An xlsx of one sheet: what stands in its `sheetData`, and beside that; `texts` are its shared strings."""
    relations = f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": _root("xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets>{behind}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData>{beside}</worksheet>',
    }
    if texts:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{texts}</sst>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>'
    return zipped(parts)


def with_sheet(content: bytes, change: Callable[[str], str]) -> bytes:
    """An xlsx of one sheet with the XML of that changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
        part = "xl/worksheets/sheet1.xml"
        parts[part] = change(archive.read(part).decode())
    return zipped(parts)


def row(*cells: str, number: int | None = None, more: str = "") -> str:
    """A row of cells."""
    place = "" if number is None else f' r="{number}"'
    return f"<row{place}{more}>{''.join(cells)}</row>"


def text(content: str) -> str:
    """A cell with a text of its own."""
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(content)}</t></is></c>'


def ods(rows: str, name: str = "Sheet1", columns: str = "") -> bytes:
    """An ods of one sheet."""
    spaces = " ".join(f'xmlns:{one}="{_ODF}{one}:1.0"' for one in ("office", "text", "table"))
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    content = (
        f"<office:document-content {spaces} {calc}><office:body><office:spreadsheet>"
        f"<table:table table:name={quoteattr(name)}>{columns}{rows}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<manifest:manifest xmlns:manifest="{_ODF}manifest:1.0"/>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content})


def ods_row(*cells: str, more: str = "") -> str:
    """A row of an ods."""
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def ods_cell(content: str, attributes: str = 'office:value-type="string"') -> str:
    """A cell of an ods, with its paragraphs."""
    return f"<table:table-cell {attributes}>{content}</table:table-cell>"


def xlsb(records: Iterable[tuple[int, bytes]], name: str = "Sheet1") -> bytes:
    """An xlsb of one sheet, whose cells stand in `records`: the number of each kind, and what is in it."""
    size = struct.pack("<4I", 0, 9, 0, 9)
    sheet = [(129, b""), (148, size), (145, b""), *records, (146, b""), (130, b"")]
    book = [(131, b""), (143, b""), (156, struct.pack("<II", 0, 1) + wide("rId1") + wide(name)), (144, b""), (132, b"")]
    relations = f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.bin"/>'
    return zipped(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": _root("xl/workbook.bin"),
            "xl/workbook.bin": _records(book),
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>',
            "xl/worksheets/sheet1.bin": _records(sheet),
        }
    )


def wide(content: str) -> bytes:
    """A text as an xlsb has it."""
    return struct.pack("<I", len(content)) + content.encode("utf-16-le")


def _records(records: Iterable[tuple[int, bytes]]) -> bytes:
    out = bytearray()
    for kind, data in records:
        out += bytes([kind & 0x7F | 0x80, kind >> 7]) if kind > 0x7F else bytes([kind])
        size = len(data)
        while True:
            out.append(size & 0x7F | (0x80 if size > 0x7F else 0))
            size >>= 7
            if not size:
                break
        out += data
    return bytes(out)


def a_workbook(folder: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], name: str = "launch.xlsx") -> str:
    """The path of a workbook of openpyxl's with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for one in rows:
            sheet.append(list(one))
    path = folder / name
    book.save(path)
    return str(path)
