"""A row that does not fit its header is told with its text, and no prompt is cut without a word."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tasks.tables.tables import open_table
from tests.matrices import a_file, a_parquet

if TYPE_CHECKING:
    from tasks.records.fault import Fault

HEADER = "product,prompt,notes\n"
TWO_CELLS_MORE = "has 5 fields under 3 column names; quote a field that holds the delimiter"
ONE_CELL_MORE = "has 4 fields under 3 column names; quote a field that holds the delimiter"


def read(path: str) -> tuple[list[tuple[str, ...]], list[str]]:
    """The rows of the table at `path`, and what is reported, without the source."""
    reports: list[Fault] = []
    with open_table(path, report=reports.append) as table:
        rows = [texts for _, texts in table.rows]
    return rows, [str(fault).removeprefix(f"{path}, ") for fault in reports]


def told(folder: Path, content: str) -> list[str]:
    """What is reported of a CSV."""
    return read(a_file(folder, content))[1]


@pytest.mark.parametrize(
    "row",
    [
        "Hat, “A felt hat, on oak”,",
        "Hat,“A felt hat, on oak”,x",
        "Hat,„Ein Hut, auf Holz“,x",
        "Hat,«Un chapeau, sur bois»,x",
        "Hat,« Un chapeau, sur bois »,x",
        "Hat,»Ein Hut, auf Holz«,x",
        "Hat,”En hatt, i filt”,x",
        "Hat,「帽子, 木の上」,x",
        "Hat,'A felt hat, on oak',x",
        "Hat,‘A woman’s hat, on oak’,x",
        'Hat,“A felt hat, on oak",x',
        "Hat,“A felt hat, on oak,x",
        "Hat,“A felt hat,red, on oak”",
        "Hat,A sign that says “Sale, now”,x",
        'Hat,A sign that says "Sale, now",x',
        "“Hat, felt”,A hat",
    ],
)
def test_a_text_that_is_parted_inside_its_quotes_is_told(tmp_path: Path, row: str) -> None:
    """Whichever quotes, closed by whichever, for the whole text or a part of it; the row is not read as cells."""
    rows, reports = read(a_file(tmp_path, f"{HEADER}Tea,A cup,x\n{row}\n"))
    assert rows == [("Tea", "A cup", "x")]
    assert len(reports) == 1
    assert reports[0].startswith(f"row 3: {row.strip()!r} was parted inside quotes;")


@pytest.mark.parametrize(
    "row",
    [
        'Frame 5" x 7",A 5" frame,x',
        'TV 12",A 12" screen,x',
        "Frame 5” x 7”,A 5” frame,x",
        "Hat,“A felt hat on oak”,x",
        "Hat,A sign that says “Sale”,x",
        '"Hat","A sign that says ""Sale, now""",x',
        '"Hat","“A felt hat, on oak”",x',
        "'90s radio,A table for the dogs',x",
        "Rock 'n roll,The '60s,the fans'",
        "women's hat,The dogs' hats,a 6' table",
        "Möwe „Klaus“,A gull,«x»",
        "» New,A hat,x",
        "Home » Hats,A hat,Home » Sale",
        "Home » Hats » Felt,A hat,»x«",
    ],
)
def test_quotes_that_part_nothing_are_text(tmp_path: Path, row: str) -> None:
    """Inches, feet, apostrophes, quoted words, and quotes inside of a quoted text."""
    rows, reports = read(a_file(tmp_path, f"{HEADER}{row}\n"))
    assert reports == []
    assert len(rows[0]) == 3


@pytest.mark.parametrize(
    "row",
    [
        '"“Hat","A felt hat”",x',
        'Hat,"“A felt hat, on oak",A hat”',
        '"The sign ""SALE","A 27"" screen",x',
        '« Frame »,"A 27"" screen",x',
        '"Hat"," A felt ‘hat"," on oak’"',
        'Hat,A felt hat," on oak"',
        'Hat,"A felt hat", on oak',
        '"Two\nlines","“A felt hat"," on oak”"',
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_stands_in_straight_quotes_was_parted_nowhere(tmp_path: Path, row: str, end: str) -> None:
    """That is what the faults ask for, and a spreadsheet writes so whatever holds a quote or a delimiter."""
    row = row.replace("\n", end)
    rows, reports = read(a_file(tmp_path, f"{HEADER.strip()}{end}Tea,A cup,x{end}{row}{end}"))
    assert reports == []
    assert len(rows) == 2


def test_a_text_that_is_parted_around_one_in_quotes_is_told(tmp_path: Path) -> None:
    """Quotes inside are not those around it."""
    assert len(told(tmp_path, f'{HEADER}“A hat,"red, blue",on oak”\n')) == 1


def test_in_parquet_nothing_parts_a_text(tmp_path: Path) -> None:
    """A quote that is opened in one column and closed in another is what somebody wrote."""
    assert read(a_parquet(tmp_path, {"product": ["“Hat"], "prompt": ["felt”"]})) == ([("“Hat", "felt”")], [])


@pytest.mark.parametrize(
    ("rows", "reports"),
    [
        (["Shoe,Red shoes,on sand,", "Hat,A hat,x"], [f"row 2: 'Shoe,Red shoes,on sand,' {ONE_CELL_MORE}"]),
        (["Hat,A hat,x", "Shoe,Red shoes,on sand,"], [f"row 3: 'Shoe,Red shoes,on sand,' {ONE_CELL_MORE}"]),
        (["Hat,A hat", "Shoe,Red shoes,on sand,"], [f"row 3: 'Shoe,Red shoes,on sand,' {ONE_CELL_MORE}"]),
        (["Shoe,Red shoes,on sand,"], [f"row 2: 'Shoe,Red shoes,on sand,' {ONE_CELL_MORE}"]),
        (
            ["Shoe,Red shoes,on sand,", "Hat,A hat,felt,,"],
            [
                f"row 2: 'Shoe,Red shoes,on sand,' {ONE_CELL_MORE}",
                f"row 3: 'Hat,A hat,felt,,' {TWO_CELLS_MORE}",
            ],
        ),
        (["Shoe,Red shoes,x,", "Hat,A hat,x,", "Bag,A bag,x,"], []),
        (["Shoe,Red shoes,x", "Hat,A hat", "Bag"], []),
    ],
)
def test_a_row_that_ends_in_more_delimiters_than_others_is_told(
    tmp_path: Path, rows: list[str], reports: list[str]
) -> None:
    """A text without quotes was parted there; some tools end every row with one, and some leave the last ones out."""
    assert told(tmp_path, HEADER + "\n".join(rows)) == reports


def test_empty_columns_under_a_header_that_has_them_are_no_surplus(tmp_path: Path) -> None:
    """A spreadsheet writes as many as were ever touched."""
    assert told(tmp_path, "product,prompt,,,\nShoe,A red shoe,,,\nHat,A hat\nBag,A bag,,\n") == []
    assert len(told(tmp_path, "product,prompt,,\nShoe,Red shoes\nHat,A hat,,,,\nBag,A bag,,\n")) == 1


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (f"{HEADER}Shoe,Red shoes, on sand\n", 1),
        ("prompt;notes\nRote Schuhe; auf Sand\n", 1),
        (f"{HEADER}Shoe,Red shoes, “on sand”\n", 1),
        (f"{HEADER}Shoe,Red shoes, (on sand)\n", 1),
        (f"{HEADER}Shoe,Red shoes, #sale\n", 1),
        (f"{HEADER}Shoe,Red shoes, – on sand\n", 1),
        (f"{HEADER}Shoe,Red shoes, - \n", 0),
        (f"{HEADER}Shoe,Red shoes, #N/A\n", 0),
        ("prompt,negative_prompt\nRed shoes, on sand\n", 1),
        ("prompt,price\nRed shoes,  3.50\n", 0),
        ("prompt,aspect_ratio\nRed shoes, 16:9\n", 0),
        ("prompt,seed,notes\nRed shoes, 7,x\n", 0),
        ("product, prompt, notes\nShoe, Red shoes, x\n", 0),
        (f"{HEADER}Shoe, Red shoes, x\n", 0),
        (f"{HEADER}Shoe,Red shoes, \n", 0),
        (f'{HEADER}Shoe, "Red shoes, on sand", x\n', 0),
        ('prompt,notes\n"Red shoes, on sand", x\n', 0),
        ("prompt\tnotes\nRed shoes\t x\n", 0),
        ("product,note\nShoe, x \n", 0),
    ],
)
def test_a_cell_that_goes_on_with_a_prompt_is_told(tmp_path: Path, content: str, count: int) -> None:
    """A comma of prose has a space behind it, and no other cell of the row has."""
    reports = told(tmp_path, content)
    assert len(reports) == count
    assert all("seems to be parted within 'prompt'" in report for report in reports)


@pytest.mark.parametrize(
    ("row", "is_told"),
    [
        ('Shoe,"Red shoes, on sand,x"', True),
        ('Shoe,"Red shoes, on sand,"', True),
        ('"Shoe,Red shoes",x', True),
        ('Shoe,"Red shoes, on sand"', False),
        ('Shoe,"Red shoes,on sand",x', False),
        ("Shoe", False),
    ],
)
def test_a_short_row_with_a_delimiter_in_its_quotes_is_told(tmp_path: Path, row: str, *, is_told: bool) -> None:
    """Where it has no space behind it: the quotes were closed too late, and what came after is in the prompt."""
    assert ["close the quotes" in report for report in told(tmp_path, f"{HEADER}{row}\n")] == [True] * is_told


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (f"{HEADER}Shoe;Red shoes;x\nHat;A hat; on oak\n", 2),
        (f"{HEADER}Shoe\tRed shoes\t\n", 1),
        ("product;prompt\nShoe,Red shoes\n", 1),
        (f"{HEADER}Hat;A hat, in felt;x\n", 1),
        ("product,prompt\nShoe; red\n", 0),
        ("product,prompt,notes\nShoe;Red shoes\n", 0),
        ("product,prompt\nShoe;Red shoes,x\n", 0),
        ("product\nShoe;Red shoes\n", 0),
    ],
)
def test_rows_that_another_delimiter_parts_are_told(tmp_path: Path, content: str, count: int) -> None:
    """A header was written by hand above what a spreadsheet of another country had saved."""
    reports = told(tmp_path, content)
    assert len(reports) == count
    assert all("use one of them throughout" in report for report in reports)


@pytest.mark.parametrize("row", ["\u200b,,", "\ufeff", "\x1a", "\u200b,\u00ad,\x7f", "\u3164,\u2800", ",\u200b , "])
def test_a_row_of_nothing_to_be_seen_is_told(tmp_path: Path, row: str) -> None:
    """It is no blank row to a spreadsheet, and would be paid for; the characters are named, to be looked for."""
    rows, reports = read(a_file(tmp_path, f"{HEADER}Shoe,Red shoes,x\n{row}\n"))
    assert len(rows) == 1
    assert reports[0].startswith("row 3: ")
    assert "holds only characters that nobody sees (U+" in reports[0]


def test_many_rows_that_end_alike_are_not_kept(tmp_path: Path) -> None:
    """The first hundred are enough to tell, once one ends otherwise."""
    reports = told(tmp_path, HEADER + "Shoe,Red shoes,x,\n" * 300 + "Hat,A hat,x\nShoe,Red shoes,x,\n")
    assert len(reports) == 101
