"""Rows that are passed over change nothing of what is found in a sheet."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.errors import InputInvalid
from tasks.workbooks.marks import Marks, column_letters
from tasks.workbooks.ooxml import ooxml_marks
from tasks.workbooks.packed import Bounds, Packed
from tasks.workbooks.plain_rows import ROW_MAX_BYTES, PlainRows
from tests.workbooks import row, xlsx

STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="164"/></cellXfs>'
)
CONTENTS = (
    "><v>7</v></c>",
    ' s="0"><v>0.15</v></c>',
    ' s="1"><v>0.15</v></c>',
    ' s="2"><v>7</v></c>',
    ' s="12" t="s"><v>0</v></c>',
    ' t="b"><v>1</v></c>',
    ' t="inlineStr"><is><t>Grün &gt; é</t></is></c>',
    ' t="inlineStr"><is><t xml:space="preserve"> Tee </t></is></c>',
    ' t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>',
    ' t="e"><v>#N/A</v></c>',
    "><f>A1+1</f></c>",
    '><f t="shared" si="0">A1</f></c>',
    '><f t="shared" si="0"/></c>',
    "><f>A1</f><v>0</v></c>",
    '><f>"x"</f><v>3</v></c>',
    ' t="str"><f>A1</f><v></v></c>',
    "/>",
    ' s="1"/>',
    ' s="0" t="n" />',
    "><v/></c>",
)
CELLS = st.tuples(
    st.sampled_from(["A", "B", "C", "Z", "AA", "AB", "BZ", "ABC"]), st.sampled_from([*CONTENTS, *CONTENTS[:1] * 40])
)
ROWS = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.sampled_from(["", ' spans="1:3"', ' hidden="1"', ' ht="13.8" hidden="false"', ' hidden="true"']),
        st.lists(CELLS, max_size=4),
        st.sampled_from(["", "", "", "\n", "other"]),
    ),
    max_size=12,
)


def marks_of(sheet: str, behind: str = "") -> Marks | None:
    """Those of a sheet; None where it is damaged."""
    content = xlsx(sheet, styles=STYLES, beside='<mergeCells><mergeCell ref="A2:A3"/></mergeCells>', behind=behind)
    try:
        return ooxml_marks(Packed("m.xlsx", io.BytesIO(content), Bounds()), "Sheet1")
    except InputInvalid:
        return None


def one_row(number: int, more: str, cells: list[tuple[str, str]], otherwise: str) -> str:
    """A row as it is written, or with cells that say they were of another."""
    of = number + 3 if otherwise == "other" else number
    return row(*(f'<c r="{letters}{of}"{rest}' for letters, rest in cells), number=number, more=more) + (
        otherwise if otherwise == "\n" else ""
    )


@settings(max_examples=300, deadline=None)
@given(rows=ROWS, behind=st.sampled_from(["", '<calcPr fullCalcOnLoad="1"/>']))
def test_what_is_found_does_not_depend_on_what_is_passed_over(
    rows: list[tuple[int, str, list[tuple[str, str]], str]], behind: str
) -> None:
    """A comment in front has all of it parsed."""
    sheet = "".join(one_row(*each) for each in rows)
    assert marks_of(sheet, behind) == marks_of(f"<!-- all of it -->{sheet}", behind)


@pytest.mark.parametrize(
    "second",
    [
        row('<c r="A2" s="1"><v>0.15</v></c>', number=2),
        row('<c r="A2" s="2" t="n"><v>7</v></c>', number=2),
        row('<c r="A7"><v>1</v></c>', number=2),
        row('<c r="C2"><v>1</v></c>', number=2),
        row('<c r="AB2"><v>1</v></c>', '<c r="A2"><v>1</v></c>', number=2),
        row('<c r="A2"><v>1</v></c>', '<c r="ABC2"/>', number=2),
        row('<c r="A2"><v>1</v></c>', number=2, more=' hidden="1"'),
        row('<c r="A20"><v>1</v></c>', number=20) + row('<c r="A9"><v>1</v></c>', number=9),
        row('<c r="A2"><v>1</v></c>', number=2) + row('<c t="e"><v>#N/A</v></c>'),
        row('<c r="A2"><v>1</v></c>', number=2, more=' r="9"'),
        row('<c r="A2"/>', number=2),
    ],
)
def test_a_row_of_which_anything_is_to_be_known_is_not_plain(second: str) -> None:
    """Below one that is: its numbers, its place, and whether it is hidden."""
    sheet = row('<c r="A1"><v>1</v></c>', '<c r="B1"><v>1</v></c>', number=1) + second
    assert marks_of(sheet) == marks_of(f"<!-- all of it -->{sheet}")


@pytest.mark.parametrize("width", [1, 2, 26, 27, 28, 52, 53, 701, 702])
def test_columns_up_to_the_last_filled_one_are_known(width: int) -> None:
    """By their letters, one or two of them."""
    for column in {0, width - 1, width, width + 1, 25, 26, 51, 52}:
        far = row(f'<c r="{column_letters(column)}1"><v>1</v></c>', number=1).encode()
        ((xml, number),) = PlainRows(Marks(height=1, width=width), ()).parted(far)
        assert (xml, number) == ((b"", 1) if column < width else (far, 0))


@pytest.mark.parametrize(
    "text",
    ["]]>", "&none;", "<", "\x01", "\ufffe", "a &amp; b", '</t></is></c></row><row r="9"><c r="A9"><v>1</v></c>'],
)
def test_what_is_no_xml_is_found_to_be_none(text: str) -> None:
    """In rows that look plain as well."""
    sheet = row('<c r="A1"><v>1</v></c>', number=1)
    sheet += row(f'<c r="A2" t="inlineStr"><is><t>{text}</t></is></c>', number=2)
    assert marks_of(sheet) == marks_of(f"<!-- all of it -->{sheet}")


def test_rows_in_a_comment_are_none() -> None:
    """Nor are those in other parts that nobody sees."""
    first, far = row('<c r="A1"><v>1</v></c>', number=1), row('<c r="A9"><v>1</v></c>', number=9)
    for hidden in (f"<!--{far}-->", f"<?x {far}?>"):
        found = marks_of(first + hidden)
        assert found is not None
        assert found.height == 1


PLAIN = "".join(row(f'<c r="A{n}"><v>{n}</v></c>', f'<c r="B{n}" t="s"><v>0</v></c>', number=n) for n in range(1, 9))


@pytest.mark.parametrize("size", [1, 7, 30, 1000])
def test_rows_are_passed_over_however_they_come(size: int) -> None:
    """In pieces of any size; what is left is the same document."""
    data = f"<sheetData>{PLAIN}{row('<c><f>A1</f></c>')}{PLAIN}</sheetData>".encode()
    plain, left, last = PlainRows(Marks(height=1, width=2), ()), b"", 0
    for at in range(0, len(data), size):
        for xml, number in plain.parted(data[at : at + size]):
            left, last = left + xml, max(last, number)
    first = row('<c r="A1"><v>1</v></c>', '<c r="B1" t="s"><v>0</v></c>', number=1)
    assert left + plain.end() == f"<sheetData>{first}{row('<c><f>A1</f></c>')}</sheetData>".encode()
    assert last == 8


@pytest.mark.parametrize(
    "begins", ['<?xml version="1.0" encoding="ISO-8859-1"?>', "<!DOCTYPE x>", "x" * (ROW_MAX_BYTES + 1)]
)
def test_what_is_not_understood_is_parsed_as_a_whole(begins: str) -> None:
    """Other encodings, documents of their own kind, and rows of which there is no end."""
    plain = PlainRows(Marks(height=1, width=2), ())
    pieces = [piece for chunk in (begins, PLAIN, PLAIN) for piece in plain.parted(chunk.encode())]
    assert b"".join(xml for xml, _ in pieces) + plain.end() == f"{begins}{PLAIN}{PLAIN}".encode()
