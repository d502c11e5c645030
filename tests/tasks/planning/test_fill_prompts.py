"""Templates of rows, formats and options make the prompts; what is wrong with them is told before anything is paid."""

import contextlib
import io
import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.errors import InputInvalid
from tasks.records.plan import Plan
from tests.matrices import a_file, as_csv, faults_of, plan_of
from tests.workbooks import a_workbook

MATRIX = "product,Product Colour,Material\nTeapot,blue,clay\nCup,,glass\n"


def planned(folder: Path, matrix: str, formats: str | None = None, **options: str) -> Plan:
    """The plan of two CSVs."""
    named = {} if formats is None else {"formats": a_file(folder, formats, "f.csv")}
    return plan_of(a_file(folder, matrix), **named, **options)


def prompts(folder: Path, matrix: str, formats: str | None = None, **options: str) -> list[str]:
    """The prompts of two CSVs."""
    return [cell.request.prompt for cell in planned(folder, matrix, formats, **options).cells]


def said(folder: Path, matrix: str, formats: str | None = None, **options: str) -> list[str]:
    """The faults, without the folder."""
    named = {} if formats is None else {"formats": a_file(folder, formats, "f.csv")}
    return [str(fault).replace(f"{folder}/", "") for fault in faults_of(a_file(folder, matrix), **named, **options)]


def test_each_format_has_a_template_of_its_own(tmp_path: Path) -> None:
    """Names are matched as headers are; a format without one has the usual prompt."""
    formats = 'format,template\nhero,"Wide: {product}[ in {product-colour}]"\nshop,{{ MATERIAL }} {PRODUCT}\nplain,\n'
    assert prompts(tmp_path, MATRIX, formats) == [
        "Wide: Teapot in blue",
        "clay Teapot",
        "Teapot, professional plain design, high quality",
        "Wide: Cup",
        "glass Cup",
        "Cup, professional plain design, high quality",
    ]


@pytest.mark.parametrize(
    ("row", "one", "prompt"),
    [
        ("prompt,As it is", "template,F {product}", "As it is"),
        ("template,R {product}", "template,F {product}", "R Tea"),
        ("template,R {product}", "prompt,F as it is", "R Tea"),
        ("sku,1", "template,F {product}", "F Tea"),
        ("sku,1", "prompt,F as it is", "F as it is"),
        ("sku,1", "channel,", "O Tea"),
    ],
)
def test_what_stands_nearer_goes_before(tmp_path: Path, row: str, one: str, prompt: str) -> None:
    """The row, then its format, then the option; of one of them the prompt, which is sent as it is."""
    (header, text), (other, given) = row.split(",", 1), one.split(",", 1)
    matrix, formats = as_csv([["product", header], ["Tea", text]]), as_csv([["format", other], ["wide", given]])
    assert prompts(tmp_path, matrix, formats, template="O {product}") == [prompt]


def test_without_an_option_the_usual_prompt_stays(tmp_path: Path) -> None:
    """Cells of a campaign that has no template are what they were."""
    plan = planned(tmp_path, MATRIX)
    assert plan.cells[0].request.prompt == "Teapot, professional design, high quality"
    assert not any("templates" in note for note in plan.notes)


def test_a_template_may_do_without_a_product(tmp_path: Path) -> None:
    """Any column can say what is seen."""
    assert prompts(tmp_path, "headline,sku\nSpring,1\n", template="A poster: {headline}") == ["A poster: Spring"]


def test_the_negative_prompt_has_templates_as_well(tmp_path: Path) -> None:
    """What a row says itself goes before."""
    formats = "format,negative_template\nwide,text on the {product}\n"
    plan = planned(tmp_path, "product,negative_prompt\nCup,\nJar,people\n", formats)
    assert [cell.request.negative_prompt for cell in plan.cells] == ["text on the Cup", "people"]


def test_a_negative_of_the_command_is_left_out_where_the_model_takes_none(tmp_path: Path) -> None:
    """And that is said; a row's own is a fault."""
    plan = planned(tmp_path, "product,model\nCup,4.5\nJar,V_2\n", negative_template="text on the {product}")
    assert [cell.request.negative_prompt for cell in plan.cells] == [None, "text on the Jar"]
    assert "negative_template of the whole campaign is left out for ideogram-4-5, which takes none" in plan.notes
    (fault,) = said(tmp_path, "product,model,negative_template\nCup,4.5,a {product}\n")
    assert fault.startswith("m.csv, row 2, negative_template: 'a {product}' is not accepted by ideogram-4-5, only by")


def test_a_template_that_changes_no_prompt_pays_nothing(tmp_path: Path) -> None:
    """A cell is what is sent."""
    one = planned(tmp_path, MATRIX, template="A {product} of {material}")
    other = planned(tmp_path, MATRIX, template="A [{{Product}} of {Material}]")
    typed = planned(tmp_path, "product,prompt\nTeapot,A Teapot of clay\nCup,A Cup of glass\n")
    ids = [cell.cell_id for cell in one.cells]
    assert ids == [cell.cell_id for cell in other.cells] == [cell.cell_id for cell in typed.cells]


def test_the_plan_tells_of_the_prompts(tmp_path: Path) -> None:
    """How many there are, how many differ, and the longest; which columns are sent with them."""
    plan = planned(tmp_path, MATRIX, "format,template\na,{product} on linen\nb,{product} on linen\n")
    assert (
        "4 prompts were filled in from templates, 2 of them different; "
        "the longest has 15 characters (row 2, a): Teapot on linen"
    ) in plan.notes
    plan = planned(tmp_path, MATRIX, template="{Material}")
    assert "kept as metadata, sent where a template names them: Material" in plan.notes
    assert "kept as metadata, not sent: Product Colour" in plan.notes


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("{prodct}", "f.csv, row 2, template: '{prodct}' names {prodct}, which is no column: did you mean {product}?"),
        ("{colr} {x}", "did you mean {Product Colour}?; names {x}"),
        ("{x}", "names {x}, which is no column; use one of {product}, {format}, {Product Colour}, {Material}"),
        ("{prompt}", "names {prompt}, which is sent itself"),
        ("{product} <material>", "holds <material>; a template names a column in braces"),
        ("{material=a|b}", "calls a choice 'material', as a column is called"),
        ("{seed=1|2}", "calls a choice 'seed', as a column is called"),
        ("[{product}", "has a [ without its ]"),
    ],
)
def test_an_unknown_name_is_told_once(tmp_path: Path, template: str, fault: str) -> None:
    """At the template, however many rows there are."""
    template = template.replace("{colr}", "{product colr}")
    (told,) = said(tmp_path, MATRIX, as_csv([["format", "template"], ["wide", template]]))
    assert fault.replace("{colr}", "{product colr}") in told


def test_an_empty_value_is_told_where_it_is_to_be_filled_in(tmp_path: Path) -> None:
    """By row and column, all of them at once."""
    formats = "format,template,channel\nhero,{product} {product colour} {channel},\n"
    assert [fault.partition(";")[0] for fault in said(tmp_path, MATRIX, formats)] == [
        "f.csv, row 2, channel: is empty, and the template of the format 'hero' names {channel}",
        "m.csv, row 3, Product Colour: is empty, and the template of the format 'hero' names {product colour}",
    ]
    (fault,) = said(tmp_path, "product,sku\n,1\n", template="A {product}")
    assert fault.startswith("m.csv, row 2, product: is empty, and --template names {product}")


def test_values_that_nobody_typed_are_told_once_they_are_sent(tmp_path: Path) -> None:
    """Metadata with an error, a lone dash or a placeholder in it is no matter until a template names it."""
    matrix = "product,a,b,c\nTea,#N/A,-,{name}\n"
    assert len(planned(tmp_path, matrix, template="{product}").cells) == 1
    for column, problem in (("a", "is an error value"), ("b", "holds no words"), ("c", "still holds {name}")):
        (fault,) = said(tmp_path, matrix, template=f"{{product}}[ {{{column}}}]")
        assert fault.startswith(f"m.csv, row 2, {column}: ")
        assert problem in fault


def test_what_is_too_long_or_nothing_is_told(tmp_path: Path) -> None:
    """Once it is filled in."""
    matrix = as_csv([["product", "a", "template"], ["Tea", "x" * 9_999, "{product} {a}"], ["Cup", "", "[{a}]"]])
    first, second = said(tmp_path, matrix)
    assert "comes to 10,003 characters with the values of this row; use 10,000 at most" in first
    assert second.startswith("m.csv, row 3, template: '' comes to an empty text")


def test_a_template_is_told_where_it_stands(tmp_path: Path) -> None:
    """Of a row whose own it is not: the option's, the kit's, or that of its format."""
    matrix, kit = "product,colour\nTea,red\nCup,\n", a_file(tmp_path, 'template = "[{colour}]"', "brand.toml")
    formats = "format,template\nhero,[{colour}]\n"
    (fault,) = said(tmp_path, matrix, template="[{colour}]")
    assert fault.startswith("m.csv, row 3: --template comes to an empty text")
    (fault,) = said(tmp_path, matrix, formats)
    assert fault.startswith("m.csv, row 3: the template of the format 'hero' comes to an empty text")
    (fault,) = said(tmp_path, matrix, brand=kit)
    assert fault.startswith("m.csv, row 3: the template of brand.toml comes to an empty text")
    kit = a_file(tmp_path, 'template = "A {colour} cup"', "brand.toml")
    (fault,) = said(tmp_path, matrix, brand=kit)
    assert fault.startswith("m.csv, row 3, colour: is empty, and the template of brand.toml names {colour}")


def test_a_prompt_is_sent_as_it_is(tmp_path: Path) -> None:
    """A placeholder in it is a fault that says where it would be filled in."""
    (fault,) = said(tmp_path, "prompt,sku\nA cup with {sku},1\n")
    assert "put it into the column 'template' to have it filled in" in fault
    (fault,) = said(tmp_path, "product,negative_prompt,sku\nCup,no {sku},1\n")
    assert "put it into the column 'negative_template'" in fault


def test_a_malformed_template_is_one_fault(tmp_path: Path) -> None:
    """The row is not told to have no prompt besides; also where the option is it."""
    (fault,) = said(tmp_path, "template,sku\nA { cup,1\n")
    assert fault.startswith("m.csv, row 2, template: 'A { cup' has a { without its }")
    (fault,) = said(tmp_path, MATRIX, template="A ] cup")
    assert fault.startswith("--template: 'A ] cup' has a ] without its [")


def test_a_spreadsheet_fills_as_a_csv_does(tmp_path: Path) -> None:
    """The same cells, with the templates in its sheet of formats; faults name the cell."""
    rows = [["product", "Price", "Colour"], ["Cup", 19.99, "red"], ["Jar", 5, None]]
    formats = [["format", "template"], ["hero", "{product} for {price}[ in {colour}]"]]
    book = openpyxl.Workbook()
    for sheet, content in ((book.worksheets[0], rows), (book.create_sheet("formats"), formats)):
        for row in content:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    plan = plan_of(a_file(tmp_path, out.getvalue(), "m.xlsx"))
    assert [cell.request.prompt for cell in plan.cells] == ["Cup for 19.99 in red", "Jar for 5"]
    as_text = [["" if value is None else str(value) for value in row] for row in rows]
    assert plan.cells == planned(tmp_path, as_csv(as_text), as_csv(formats)).cells
    book["formats"]["B2"] = "{product} in {colour}"
    book.save(tmp_path / "m.xlsx")
    (fault,) = faults_of(str(tmp_path / "m.xlsx"))
    assert (fault.row, fault.field) == (3, "Colour (C3)")


SIGNS = st.text(st.sampled_from("{}[]|\\ ab=") | st.characters(codec="utf-8", categories=("L", "N")), max_size=20)


@settings(max_examples=60, deadline=None)
@given(SIGNS, SIGNS.map(str.strip))
def test_any_template_plans_or_is_a_fault(template: str, value: str) -> None:
    """Nothing else comes of it, whatever stands in template and values."""
    with tempfile.TemporaryDirectory() as folder:
        matrix = a_file(Path(folder), as_csv([["product", "a"], ["Tea", value]]))
        with contextlib.suppress(InputInvalid):
            assert plan_of(matrix, template=template).cell_count > 0


@pytest.mark.parametrize("value", ["=B9&1", "#N/A"])
def test_a_cell_without_a_value_is_told_once(tmp_path: Path, value: str) -> None:
    """As the sheet has it, however many templates name it."""
    rows = [["product", "colour"], ["Cup", value], ["Mug", "red"]]
    formats = [["format", "template"], *([name, "{product} in {colour}"] for name in ("hero", "story"))]
    (fault,) = faults_of(a_workbook(tmp_path, {"Spring": rows, "formats": formats}))
    assert (fault.cell, fault.value) == ("B2", value)


MERGED = "is empty, since it is merged with {}, and only that holds {!r}; take the cells apart, and fill in each"


def with_merged(folder: Path, rows: list[list[str | None]], area: str, name: str = "m.xlsx") -> str:
    """A workbook with cells that are merged."""
    book = openpyxl.Workbook()
    for one in rows:
        book.worksheets[0].append(one)
    book.worksheets[0].merge_cells(area)
    book.save(folder / name)
    return str(folder / name)


def test_a_value_that_is_merged_over_rows_is_a_fault_once_a_template_names_it(tmp_path: Path) -> None:
    """Also in a part that would be left out: a person reads it there, and would miss it in the picture."""
    rows = [["product", "colour"], ["Cup", "red"], ["Mug", None], ["Jar", "blue"]]
    path = with_merged(tmp_path, rows, "B2:B3")
    assert plan_of(path, template="{product}").cell_count == 3
    (fault,) = faults_of(path, template="{product}[ in {colour}]")
    assert (fault.row, fault.cell, fault.problem) == (3, "B3", MERGED.format("B2", "red"))
    path = with_merged(tmp_path, [["colour", "product"], ["red", "Cup"], ["blue", None]], "B2:B3")
    (fault,) = faults_of(path, template="{colour}[ {product}]")
    assert (fault.cell, fault.problem) == ("B3", MERGED.format("B2", "Cup"))


@pytest.mark.parametrize("fallback", [False, True])
def test_a_translation_that_is_merged_over_rows_is_a_fault(tmp_path: Path, fallback: bool) -> None:
    """No other language stands for it, since it is there to be read."""
    rows = [["product", "headline", "headline:de"], ["Cup", "New", "Neu"], ["Mug", "Newer", None]]
    asked = {"languages": "en,de", "language_fallback": fallback, "template": "{product}[: {headline}]"}
    (fault,) = faults_of(with_merged(tmp_path, rows, "C2:C3"), **asked)
    assert (fault.cell, fault.problem) == ("C3", MERGED.format("C2", "Neu"))
    path = with_merged(tmp_path, [rows[0], rows[1], ["Mug", None, "Neuer"]], "B2:B3")
    (fault,) = faults_of(path, **asked)
    assert fault.cell == "B3"
    assert plan_of(path, **{**asked, "languages": "de"}).cell_count == 2
