"""Text from anywhere becomes the rows that a spreadsheet shows."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.errors import InputInvalid
from tasks.tables.delimited import CELL_MAX_CHARS, likely_delimiter, read_delimited
from tasks.tables.tables import open_table
from tests.matrices import a_file


def read(path: str, encoding: str | None = None) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]]]:
    """Header and rows of the table at `path`."""
    with open_table(path, encoding) as table:
        return table.header, list(table.rows)


def fault(path: str, encoding: str | None = None) -> str:
    """The one fault of the table at `path`, without its source."""
    with pytest.raises(InputInvalid) as raised:
        read(path, encoding)
    (found,) = raised.value.faults
    return str(found).removeprefix(path).lstrip(":, ")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("product,note\nThé,été\n".encode(), None),
        ("product,note\nThé,été\n".encode("utf-8-sig"), None),
        ("product,note\nThé,été\n".encode("utf-16"), None),
        ("product,note\nThé,été\n".encode("utf-32"), None),
        ("product,note\nThé,été\n".encode("cp1252"), "cp1252"),
        ("product,note\nThé,été\n".encode("utf-16-be"), "utf-16-be"),
        ("product,note\nThé,été\n".encode("utf-8-sig"), "cp1252"),
        ("\ufeffproduct,note\nThé,été\n".encode("utf-16-le"), "utf-16-le"),
        (b"product;note\r\nTh\xc3\xa9;\xc3\xa9t\xc3\xa9\r\n", None),
        (b"product\tnote\rTh\xc3\xa9\t\xc3\xa9t\xc3\xa9\r", None),
        (b"sep=;\r\nproduct;note\r\nTh\xc3\xa9;\xc3\xa9t\xc3\xa9", "utf-8"),
        (b'"sep=|"\nproduct|note\nTh\xc3\xa9|\xc3\xa9t\xc3\xa9', "UTF8"),
        (b"product,note,,\nTh\xc3\xa9,\xc3\xa9t\xc3\xa9,,\n,,,\n", None),
        (b'"product","note"\n"Th\xc3\xa9","\xc3\xa9t\xc3\xa9"', None),
    ],
)
def test_the_same_table_however_it_is_written(tmp_path: Path, content: bytes, encoding: str | None) -> None:
    """Encodings, marks, delimiters, line ends, quotes and empty columns to the right make no difference."""
    assert read(a_file(tmp_path, content), encoding) == (("product", "note"), [(2, ("Thé", "été"))])


def test_shift_jis_is_read_where_it_is_declared(tmp_path: Path) -> None:
    """A Japanese spreadsheet's own encoding, in which a second byte may look like a backslash or a bar."""
    path = a_file(tmp_path, "product\n表ポ能\n".encode("shift_jis"))
    assert read(path, "shift_jis")[1] == [(2, ("表ポ能",))]


def test_texts_survive_as_they_are(tmp_path: Path) -> None:
    """Nothing becomes a number or a gap."""
    texts = ("NA", "None", "null", "00123", "1e5", "TRUE", " x ", "", "1.10", "=1+1")
    path = a_file(tmp_path, "a,b,c,d,e,f,g,h,i,j\n" + ",".join(texts))
    assert read(path)[1] == [(2, texts)]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    """Blank rows count, a cell with line breaks is one row, and the header may stand below blank rows."""
    path = a_file(tmp_path, '\n,,\nproduct,note\n"two\nlines",x\n\n , \nlast,y\n')
    with open_table(path) as table:
        assert table.header_row == 3
        assert list(table.rows) == [(4, ("two\nlines", "x")), (7, ("last", "y"))]


def test_the_sep_line_of_excel_is_no_row(tmp_path: Path) -> None:
    """Excel hides it, so the header below it is row 1."""
    assert read(a_file(tmp_path, "sep=;\nproduct\nTea\n"))[1] == [(2, ("Tea",))]


def test_short_rows_are_filled_and_long_ones_told(tmp_path: Path) -> None:
    """A row has a text for every name, and keeps what is too much, so that it can be told."""
    path = a_file(tmp_path, "a,b\n1\n1,2,\n1,2,3\n")
    assert [texts for _, texts in read(path)[1]] == [("1", ""), ("1", "2"), ("1", "2", "3")]


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("product,note", ","),
        ("product", ","),
        ("", ","),
        ("product;note", ";"),
        ("product;price, net, EUR;prompt", ";"),
        ('product;"a, b, c"', ";"),
        ("product,a;b;c", ","),
        ("a|b|c", "|"),
        ("Product Name\tSeed-Number", "\t"),
        ('"product";"prompt, long"', ";"),
    ],
)
def test_the_delimiter_is_the_one_that_makes_sense(header: str, delimiter: str) -> None:
    """The names that we know decide, then the count, then a comma."""
    assert likely_delimiter(header) == delimiter


def test_a_header_may_have_line_breaks(tmp_path: Path) -> None:
    """A quoted name over two lines does not hide the delimiter that stands behind it."""
    assert read(a_file(tmp_path, '"the\nnote";product\nx;y\n')) == (("the\nnote", "product"), [(2, ("x", "y"))])


def test_bytes_that_are_no_text_are_told_by_row(tmp_path: Path) -> None:
    """The row is the spreadsheet's, not the line in the file, and the text is shown."""
    content = 'product,note\n"two\nlines",x\nThé,y\n'.encode("cp1252")
    assert fault(a_file(tmp_path, content)) == (
        "row 3, product: 'Th\N{REPLACEMENT CHARACTER}' is not utf-8 text; "
        "save the file as CSV UTF-8, or name its encoding: "
        "--encoding cp1252 reads 'Thé', --encoding mac_roman reads 'ThÈ'"
    )


def test_utf_16_without_its_mark_is_told(tmp_path: Path) -> None:
    """NULs in the text are the sign of it."""
    path = a_file(tmp_path, "product\nTea\n".encode("utf-16-le"))
    assert "row 1: 'p\\x00r" in fault(path)
    assert fault(path).endswith(
        "holds a NUL character; where the file is UTF-16, name its encoding (--encoding utf-16-le)"
    )


def test_utf_16_that_is_cut_off_is_told(tmp_path: Path) -> None:
    """Half a character at the end is a fault and no traceback."""
    assert "not" in fault(a_file(tmp_path, "product\nTea".encode("utf-16")[:-1]))


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13", "undefined", "a\0b"])
def test_an_unknown_encoding_is_told(tmp_path: Path, encoding: str) -> None:
    """Also one that Python knows, but not for text."""
    assert "is not known; such as utf-8" in fault(a_file(tmp_path, "product\nTea\n"), encoding)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('product\nTea\n"Cof\nfee\n', 3),
        ('product\nTea\nCoffee\n"Milk" x\n', 4),
        ('"product\nTea\n', 1),
        ("product\n" + "x" * (CELL_MAX_CHARS + 1), 2),
    ],
)
def test_quotes_that_do_not_close_are_told_where_they_open(tmp_path: Path, text: str, row: int) -> None:
    """An open quote swallows what is below it, so its row is the one to know; a huge cell is a sign of one."""
    assert fault(a_file(tmp_path, text)).startswith(f"row {row}: is not well-formed CSV from here on")


def test_a_quote_inside_a_cell_is_fine(tmp_path: Path) -> None:
    """Inches are written so, and doubled quotes are one."""
    assert read(a_file(tmp_path, 'product\n12" vinyl\n"the ""best"""\n'))[1] == [
        (2, ('12" vinyl',)),
        (3, ('the "best"',)),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"PK\x03\x04rest", "cannot be read: the workbook was cut off or damaged"),
        (b"\xd0\xcf\x11\xe0rest", "cannot be read: the workbook was cut off or damaged"),
        (b"PAR1rest", "cannot be read: the Parquet file was cut off"),
        (b"\x1f\x8brest", "cannot be read: it is compressed, and was cut off or damaged"),
        (b"", "is empty"),
        (b"\n\n , \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
    ],
)
def test_what_is_no_csv_is_named(tmp_path: Path, content: bytes, problem: str) -> None:
    """A workbook with the wrong ending, an empty file."""
    assert fault(a_file(tmp_path, content)).startswith(problem)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('product, prompt, note\nShoe, "Red, on sand", x\n', [("Shoe", "Red, on sand", "x")]),
        ('product,prompt,note\nShoe, "Red, on sand"\n', [("Shoe", "Red, on sand", "")]),
        ('product,prompt,note\n "Shoe" ,\t"Red, on sand" , "x" \n', [("Shoe", "Red, on sand", "x")]),
        ('product;prompt;note\r\nShoe; "Red; on ""sand""" ;x\r\n', [("Shoe", 'Red; on "sand"', "x")]),
        ('product\tprompt\tnote\nShoe\t "Red\ton sand"\tx\n', [("Shoe", "Red\ton sand", "x")]),
        (
            'product,prompt,note\nShoe, "Red,\non, "" sand" , "x,\ny"\nHat, "Felt", z\n',
            [("Shoe", 'Red,\non, " sand', "x,\ny"), ("Hat", "Felt", "z")],
        ),
        ('product,prompt,note\nShoe,\N{NO-BREAK SPACE}"Red, on sand",\u200b"x"\n', [("Shoe", "Red, on sand", "x")]),
        ('product, "prompt", "the, note"\nShoe,Red,x\n', [("Shoe", "Red", "x")]),
        (
            'product,prompt,note\nFrame 5" x 7",A 5" frame,"he said, ""x"""\n',
            [('Frame 5" x 7"', 'A 5" frame', 'he said, "x"')],
        ),
        ('product,prompt,note\nPoster, "SALE" in red,x\n', [("Poster", ' "SALE" in red', "x")]),
    ],
)
def test_blanks_around_quotes_part_no_text(tmp_path: Path, content: str, rows: list[tuple[str, ...]]) -> None:
    """Written by hand, or aligned; with any delimiter, over lines, and blanks without quotes stay."""
    assert [texts for _, texts in read(a_file(tmp_path, content))[1]] == rows


def test_a_text_that_is_quoted_in_part_and_holds_the_delimiter_is_told(tmp_path: Path) -> None:
    """No reading of it is sure."""
    assert fault(a_file(tmp_path, 'product,prompt\nPoster, "SALE, now" in red\n')).startswith(
        "row 2: is not well-formed"
    )


blanks = st.sampled_from(["", "", " ", "  ", "\N{NO-BREAK SPACE}", "\u200b "])
quoted = st.tuples(blanks, st.text(alphabet='a ,;"\n“\u200b', max_size=8), blanks)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(quoted, quoted), min_size=1, max_size=4), st.sampled_from(",;\t|"))
def test_texts_in_quotes_survive_any_blanks_around_them(
    rows: list[tuple[tuple[str, str, str], ...]], delimiter: str
) -> None:
    """Delimiters, quotes, line ends and blanks inside are theirs."""

    def line(cells: tuple[tuple[str, str, str], ...]) -> str:
        return delimiter.join(before + '"' + text.replace('"', '""') + '"' + after for before, text, after in cells)

    content = f"product{delimiter}note\n" + "\n".join(map(line, rows)) + "\n"
    records = read_delimited("m.csv", io.BufferedReader(io.BytesIO(content.encode())), None).records
    assert [record for _, record in records][1:] == [[text for _, text, _ in cells] for cells in rows]
