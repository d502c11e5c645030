"""Rows become wishes and metadata, and rows that say the same are one."""

from pathlib import Path

import pytest

from tasks.planning.equal_rows import Duplicates
from tasks.planning.faults import Faults
from tasks.planning.parse_matrix import parse_rows
from tasks.planning.parsed_row import ParsedRow
from tasks.planning.read_header import read_header
from tasks.tables.tables import open_table
from tests.matrices import a_file


def parse(folder: Path, content: str) -> tuple[list[ParsedRow], list[str], list[str]]:
    """Rows, faults (without their source) and notes of a CSV."""
    path = a_file(folder, content)
    faults = Faults()
    with open_table(path, report=faults.note) as table:
        duplicates = Duplicates("m.csv")
        rows = list(parse_rows(table, read_header(table, faults), faults, duplicates))
    return rows, [str(fault).removeprefix(f"{path}, ") for fault in faults.found], duplicates.notes()


def test_columns_of_ours_become_values_and_others_metadata(tmp_path: Path) -> None:
    """Empty fields of ours are left out; metadata is kept as typed, empty fields included."""
    rows, faults, _ = parse(tmp_path, "product,SEED,sku,season, Note \n Tea ,7,00123,NA, x \nCoffee,,,None,\n")
    assert faults == []
    assert [(row.number, row.wishes, row.metadata) for row in rows] == [
        (2, {"product": "Tea", "seed": 7}, {"sku": "00123", "season": "NA", "Note": " x "}),
        (3, {"product": "Coffee"}, {"sku": "", "season": "None", "Note": ""}),
    ]


def test_a_column_without_a_name_is_called_by_its_place(tmp_path: Path) -> None:
    """Its texts are somebody's notes."""
    rows, _, _ = parse(tmp_path, "product,,sku\nTea,call me,1\n")
    assert rows[0].metadata == {"column_2": "call me", "sku": "1"}


def test_two_headers_for_one_column_are_a_fault(tmp_path: Path) -> None:
    """One of them would be passed over, whichever names they have."""
    _, faults, _ = parse(tmp_path, "\nstyle,Style Type,product,sku,sku\nDESIGN,ANIME,Tea,1,2\n")
    assert faults == [
        "row 2, Style Type: is named twice, the other time as 'style'; leave one of them out",
        "row 2, sku: is named twice, the other time as 'sku'; leave one of them out",
    ]


def test_every_fault_of_a_row_is_told(tmp_path: Path) -> None:
    """With the column as the file names it, and the text as it stands there."""
    _, faults, _ = parse(tmp_path, "product,Seed Number,style\nTea, -1 ,cubist\nTea,1,DESIGN,more\n")
    assert faults == [
        "row 2, Seed Number: '-1' is not accepted; use a whole number from 0 to 2147483647",
        (
            "row 2, style: 'cubist' is not accepted; "
            "use one of AUTO, GENERAL, REALISTIC, DESIGN, RENDER_3D, ANIME, FICTION"
        ),
        "row 3: 'Tea,1,DESIGN,more' has 4 fields under 3 column names; quote a field that holds the delimiter",
    ]


@pytest.mark.parametrize(
    "header",
    [
        "prompt\u200b",
        "\ufeffprompt",
        "pro\u00admpt",
        "\u2060Prompt\N{NO-BREAK SPACE}",
        "\u202aprompt\u202c",
        "ｐｒｏｍｐｔ",
    ],
)
def test_what_nobody_sees_makes_no_other_column(tmp_path: Path, header: str) -> None:
    """The second byte order mark of a file, and what was pasted with a name."""
    rows, faults, _ = parse(tmp_path, f"\ufeff{header},aspect\u2011ratio,\ufeffsku\nA shoe,16:9,1\n")
    assert faults == []
    assert (rows[0].wishes["prompt"], set(rows[0].metadata)) == ("A shoe", {"sku"})
    assert rows[0].wishes["aspect_ratio"] == "ASPECT_16_9"


def test_a_header_that_begins_with_a_name_is_asked_about(tmp_path: Path) -> None:
    """It would be metadata, and another prompt paid for; once for each, with what to do."""
    remedy = "Then name it so; if it is not, begin its name with another word"
    _, faults, _ = parse(tmp_path, "product,Prompt (required),Aspect Ratio:\nShoe,A shoe,16:9\n")
    assert faults == [
        f"row 1, Prompt (required): is it the column 'prompt'? {remedy}",
        f"row 1, Aspect Ratio:: is it the column 'aspect_ratio'? {remedy}",
    ]


def test_words_beside_a_name_are_metadata_where_the_column_is_there(tmp_path: Path) -> None:
    """Then nothing is passed over."""
    rows, faults, _ = parse(
        tmp_path, "product_id,product,product url,prompt,Prompt (old),prompt_de\n7,Shoe,u,A shoe,x,y\n"
    )
    assert faults == []
    assert list(rows[0].metadata) == ["product_id", "product url", "Prompt (old)", "prompt_de"]


@pytest.mark.parametrize("text", ["#REF!", "#N/A", " #DIV/0! ", "#WERT!", "Err:502", "####", "\u200b#REF!"])
@pytest.mark.parametrize("column", ["product", "prompt", "negative_prompt", "seed"])
def test_an_error_value_is_told_in_any_column_that_is_sent(tmp_path: Path, text: str, column: str) -> None:
    """By name, and once."""
    other = "product" if column == "prompt" else "prompt"
    _, [fault], _ = parse(tmp_path, f"{other},{column}\nA,{text}\n")
    assert fault.startswith(f"row 2, {column}: ")
    assert "is an error value of a spreadsheet; " in fault


def test_a_formula_is_told(tmp_path: Path) -> None:
    """Shown formulas, and texts that a tool has made formulas of so that they stay texts."""
    _, [fault], _ = parse(tmp_path, 'prompt\n"=A1&"" on sand"""\n= equals sign poster\n@home studio\n')
    assert fault.startswith("row 2, prompt: '=A1&\" on sand\"' is a formula, and not what it gives; save the table")


def test_error_values_of_metadata_are_noted_and_kept(tmp_path: Path) -> None:
    """They reach no image, and a price that is missing is no reason to stop."""
    path = a_file(tmp_path, "product,price,tag\nTea,#N/A,#1\nCup,2,#REF!\n")
    faults = Faults()
    with open_table(path) as table:
        columns = read_header(table, faults)
        rows = list(parse_rows(table, columns, faults, Duplicates(path)))
    assert faults.found == []
    assert [row.metadata for row in rows] == [{"price": "#N/A", "tag": "#1"}, {"price": "2", "tag": "#REF!"}]
    [note] = columns.notes("m.csv")
    assert note.startswith("m.csv: 2 error values of a spreadsheet are in metadata, first '#N/A' in row 2, price;")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("product,prompt,sku", "product,prompt,sku"),
        ("product,prompt,sku", "\ufeffproduct,prompt,sku"),
        ("product,prompt,sku", '\ufeff"product","prompt","sku"'),
        ("Product,Prompt,sku", "PRODUCT, prompt ,SKU"),
        ("product,prompt,sku", "prompt,product,"),
        ("product,prompt,sku", "product,prompt,colour"),
        ("product,aspect_ratio,sku", "Product,Aspect Ratio,sku"),
        ("prompt", "prompt"),
        ("prompt", "\ufeffPrompt"),
        ("sku,product", "sku,product"),
    ],
)
def test_a_header_once_more_is_told(tmp_path: Path, header: str, row: str) -> None:
    """Tables that were put one after the other, each with its byte order mark."""
    rows, faults, _ = parse(
        tmp_path, f"{header}\n{','.join('abc'[: header.count(',') + 1])}\n{row}\n".replace(",b,", ",1:1,")
    )
    assert len(rows) == 1
    assert len(faults) == 1
    assert faults[0].startswith("row 3: ")
    assert faults[0].endswith("repeats the names of the columns; delete the row")


@pytest.mark.parametrize("row", ["Style,A page in style", "Seed,", "Format,Model of a town", "Prompt service,A prompt"])
def test_a_product_that_is_called_as_a_column_is_a_product(tmp_path: Path, row: str) -> None:
    """Seeds are sold."""
    rows, faults, _ = parse(tmp_path, f"product,prompt\n{row}\n")
    assert (len(rows), faults) == (1, [])


def test_a_placeholder_is_told_in_any_text_that_is_sent(tmp_path: Path) -> None:
    """With what stands there, and how to write it if it is meant."""
    _, faults, _ = parse(
        tmp_path, "product,prompt,sku\n{name},A shoe,{x}\nHat,[SKU] on a table,\nCap,A cap (sku) {a|b},\n"
    )
    assert [fault.partition(", which")[0] for fault in faults] == [
        "row 2, product: '{name}' still holds {name}",
        "row 3, prompt: '[SKU] on a table' still holds [SKU]",
    ]


@pytest.mark.parametrize("word", ["FALSE", "false", "FALSCH", "FAUX"])
def test_rows_of_boxes_without_a_tick_are_blank(tmp_path: Path, word: str) -> None:
    """A spreadsheet's column of checkboxes goes on below the rows; a ticked one is somebody's doing."""
    rows, faults, notes = parse(
        tmp_path, f"product,prompt,a,b\nTea,,{word},\n" + f",,{word},\n,,{word},{word}\n" * 3 + ",,TRUE,\n"
    )
    assert [row.number for row in rows] == [2, 9]
    assert (faults, notes) == ([], [])


def test_equal_rows_each_tell_their_fault(tmp_path: Path) -> None:
    """Who mends the first and runs it again should not be told of the next."""
    _, faults, notes = parse(tmp_path, "product,seed\n" + "Tea,x\n" * 3 + "Cup,1\nCup,1\n")
    assert [fault.split(",")[0] for fault in faults] == ["row 2", "row 3", "row 4"]
    assert len(notes) == 1


def test_a_text_that_holds_a_row_is_told(tmp_path: Path) -> None:
    """One row lacks the quote that ends its text, the next the one that begins it; lines of prose have spaces."""
    content = (
        'product,prompt,aspect_ratio\nShoe,"Red shoes, on sand,16:9\nHat,A hat",1:1\n'
        'Shop,"A window,\nwith roses, tulips","1:1"\nTown,"1,000 lamps, lit\nover 2,000 roofs",1:1\n'
    )
    _, [fault], _ = parse(tmp_path, content)
    assert fault.startswith("row 2, prompt: 'Red shoes, on sand,16:9 Hat,A hat' seems to hold a row: close the quotes")
