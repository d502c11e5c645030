"""Each row is made in each format, or in the one that it names; what the row says goes first."""

from pathlib import Path
from typing import Any

import pytest

from tasks.planning.cross_formats import over
from tests.matrices import a_file, faults_of, plan_of

FORMATS = "format,aspect_ratio,style_type,channel\nsquare,1:1,DESIGN,shop\nwide,16:9,REALISTIC,blog\n"

STYLED = "only by V_2, V_2_TURBO, V_2A, V_2A_TURBO, V_3, ideogram-2, ideogram-2a, ideogram-3"


def both(folder: Path, matrix: str, formats: str = FORMATS) -> dict[str, str]:
    """The options that name a matrix and its formats."""
    return {"matrix": a_file(folder, matrix), "formats": a_file(folder, formats, "f.csv")}


def said(folder: Path, matrix: str, formats: str = FORMATS, **options: Any) -> list[str]:
    """The faults, without the folder."""
    return [str(fault).replace(f"{folder}/", "") for fault in faults_of(**both(folder, matrix, formats), **options)]


def test_every_row_in_every_format(tmp_path: Path) -> None:
    """Row by row, the formats in their order; each cell has what its format says."""
    plan = plan_of(**both(tmp_path, "product\nTea\nCoffee\n"))
    assert [(cell.row, cell.format, cell.request.aspect_ratio, cell.request.style_type) for cell in plan.cells] == [
        (2, "square", "ASPECT_1_1", "DESIGN"),
        (2, "wide", "ASPECT_16_9", "REALISTIC"),
        (3, "square", "ASPECT_1_1", "DESIGN"),
        (3, "wide", "ASPECT_16_9", "REALISTIC"),
    ]
    assert plan.cells[1].request.prompt == "Tea, professional wide design, high quality"


def test_a_row_that_names_a_format_is_for_that_one(tmp_path: Path) -> None:
    """The others are for all of them."""
    plan = plan_of(**both(tmp_path, "product,format\nTea,wide\nCoffee,\n"))
    assert [(cell.product, cell.format) for cell in plan.cells] == [
        ("Tea", "wide"),
        ("Coffee", "square"),
        ("Coffee", "wide"),
    ]


def test_without_a_formats_table_a_format_is_a_label(tmp_path: Path) -> None:
    """It goes into the prompt and the file's name."""
    (cell,) = plan_of(a_file(tmp_path, "product,format\nTea,Poster A3\n")).cells
    assert cell.request.prompt == "Tea, professional Poster A3 design, high quality"
    assert cell.cell_id.startswith("tea-poster-a3-")


@pytest.mark.parametrize(
    ("formats", "row", "wishes"),
    [
        ({"style_type": "DESIGN"}, {"style_type": "ANIME"}, {"style_type": "ANIME"}),
        ({"style_type": "DESIGN"}, {}, {"style_type": "DESIGN"}),
        ({"aspect_ratio": "a"}, {"resolution": "r"}, {"resolution": "r"}),
        ({"resolution": "r"}, {"aspect_ratio": "a"}, {"aspect_ratio": "a"}),
        ({"resolution": "r"}, {"resolution": "s"}, {"resolution": "s"}),
        ({"resolution": "r", "aspect_ratio": "a"}, {}, {"resolution": "r", "aspect_ratio": "a"}),
        ({}, {"resolution": "r", "aspect_ratio": "a"}, {"resolution": "r", "aspect_ratio": "a"}),
    ],
)
def test_the_row_goes_before_the_format(formats: dict[str, str], row: dict[str, str], wishes: dict[str, str]) -> None:
    """Column by column; ratio and resolution are one choice, and so displace each other."""
    assert over(formats, row) == wishes


def test_metadata_of_both_tables_is_kept(tmp_path: Path) -> None:
    """The row's goes first where it says something."""
    plan = plan_of(**both(tmp_path, "product,sku,channel\nTea,007,\nCoffee,008,fair\n"))
    assert [cell.metadata for cell in plan.cells[1:3]] == [
        {"channel": "blog", "sku": "007"},
        {"channel": "fair", "sku": "008"},
    ]


def test_a_slip_of_the_pen_in_the_formats_is_asked_about(tmp_path: Path) -> None:
    """As in the matrix: images would be paid for that nobody has described."""
    notes = plan_of(**both(tmp_path, "product\nTea\n", "format,tempalte,channel\nhero,A {product},shop\n")).notes
    assert f"{tmp_path}/f.csv: is the column 'tempalte' meant to be 'template'? Then rename it" in notes


def test_any_column_of_a_request_may_stand_in_the_formats(tmp_path: Path) -> None:
    """Model, copies, even the prompt."""
    formats = "format,model,num_images,prompt\nfast,V_2_TURBO,2,\nslow,,,A still life\n"
    plan = plan_of(**both(tmp_path, "product\nTea\n", formats))
    assert [(cell.format, cell.request.model, cell.request.prompt) for cell in plan.cells] == [
        ("fast", "V_2_TURBO", "Tea, professional fast design, high quality"),
        ("fast", "V_2_TURBO", "Tea, professional fast design, high quality"),
        ("slow", "V_2", "A still life"),
    ]


def test_a_format_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With those that are."""
    assert said(tmp_path, "product,format\nTea,Square\n") == [
        "m.csv, row 2, format: 'Square' is not in f.csv; use one of square, wide, or leave it empty for all of them"
    ]


@pytest.mark.parametrize(
    ("formats", "faults"),
    [
        ("format,aspect_ratio\n", ["f.csv: has no formats below its header"]),
        (
            "name,aspect_ratio\nsquare,1:1\n",
            ["f.csv: has no column 'format'; it needs one, beside aspect_ratio, style_type and such"],
        ),
        ("format,aspect_ratio\n,1:1\n", ["f.csv, row 2, format: is empty; every format needs a name"]),
        (
            "format,aspect_ratio\na,1:1\na,4:3\n",
            [
                "f.csv, row 2, format: 'a' names more than one format; give each a name of its own",
                "f.csv, row 3, format: 'a' names more than one format; give each a name of its own",
            ],
        ),
        (
            "format,aspect_ratio,resolution\na,1:1,1024x1024\n",
            [
                (
                    "f.csv, row 2, resolution: '1024x1024' and the aspect_ratio '1:1' exclude each other; "
                    "leave one of them empty"
                )
            ],
        ),
        ("", ["f.csv: is empty; the first row names the columns"]),
    ],
)
def test_faults_of_the_formats_are_told_once_and_there(tmp_path: Path, formats: str, faults: list[str]) -> None:
    """However many rows the matrix has."""
    assert said(tmp_path, "product\nTea\nCoffee\nMilk\n", formats) == faults


def test_formats_that_are_the_same_are_one(tmp_path: Path) -> None:
    """As in the matrix, with a word about it."""
    plan = plan_of(**both(tmp_path, "product\nTea\n", "format\na\nb\na\n"))
    assert [cell.format for cell in plan.cells] == ["a", "b"]
    assert "1 row was left out, equal to an earlier row in every column: row 4 (as row 2)" in plan.notes[0]


def test_a_formats_style_is_left_out_for_models_without_one(tmp_path: Path) -> None:
    """One formats table serves every model; the plan says so once for each, and rows of others keep their style."""
    plan = plan_of(
        **both(tmp_path, "product,model,style_type\nTea,,\nCup,V_1,\nJar,V_2,\nJug,3.0,fiction\n"), model="4.5"
    )
    assert [cell.request.style_type for cell in plan.cells[::2]] == [None, None, "DESIGN", "FICTION"]
    assert [note for note in plan.notes if "style" in note] == [
        "the formats' style_type is left out for ideogram-4-5, V_1, which take none: say the style in the prompt"
    ]
    one = plan_of(**both(tmp_path, "product\nTea\n"), model="V_1")
    assert one.notes[-1].endswith("left out for V_1, which takes none: say the style in the prompt")


@pytest.mark.parametrize(
    ("matrix", "formats", "place"),
    [
        ("product,style_type,model\nTea,DESIGN,V_1\n", "format\na\n", "m.csv, row 2"),
        ("product,style_type\nTea,DESIGN\n", "format,model\na,V_1\n", "m.csv, row 2"),
        ("product\nTea\n", "format,style_type,model\na,DESIGN,V_1\n", "f.csv, row 2"),
    ],
)
def test_a_style_that_a_row_names_itself_is_a_fault_where_the_model_takes_none(tmp_path, matrix, formats, place):
    """Of the matrix, or of a format that names the model as well."""
    assert said(tmp_path, matrix, formats) == [
        f"{place}, style_type: 'DESIGN' is not accepted by V_1, {STYLED}; leave it empty, or change the model"
    ]


def test_a_row_with_a_model_of_its_own_is_told_in_the_matrix(tmp_path: Path) -> None:
    """The formats are right for every other row."""
    formats = FORMATS.replace("style_type", "style preset").replace("DESIGN", "").replace("REALISTIC", "art deco")
    assert said(tmp_path, "product,model,format\nTea,V_1,wide\nCoffee,3.0,\n", formats) == [
        (
            "m.csv, row 2, style_preset: 'art deco' of the format 'wide' is not accepted by V_1, only by V_3, "
            "ideogram-3; change the model or the format"
        )
    ]


def test_the_faults_of_both_tables_are_told_together(tmp_path: Path) -> None:
    """Also where one of them cannot be read at all."""
    path = a_file(tmp_path, "product,seed\nTea,x\n")
    assert [fault.source for fault in faults_of(path, formats="absent.csv")] == ["absent.csv", path]


def test_a_placeholder_in_the_formats_is_told_there(tmp_path: Path) -> None:
    """No template fills it in; also where it means a column of the other table; once, however many rows there are."""
    formats = 'format,prompt,channel\nsquare,"{product}, top view",\nwide,A view of [sku],\ntall,A view [from above],\n'
    faults = said(tmp_path, "product,sku,prompt\nTea,1,\nCup,2,\nJar,3,A jar for [channel]\n", formats)
    assert [fault.partition(", which")[0] for fault in faults] == [
        "f.csv, row 2, prompt: '{product}, top view' still holds {product}",
        "f.csv, row 3, prompt: 'A view of [sku]' still holds [sku]",
        "m.csv, row 4, prompt: 'A jar for [channel]' still holds [channel]",
    ]


def test_rows_that_are_none_are_told_of_formats_as_well(tmp_path: Path) -> None:
    """Errors, a header once more, a text that was parted, a name with words beside it."""
    formats = (
        "format,prompt,Aspect Ratio:\nsquare,#REF!,1:1\nformat,prompt,Aspect Ratio:\nwide,“A view, top”,\n,,FALSE\n"
    )
    faults = said(tmp_path, "product\nTea\n", formats)
    assert [fault.split(": ")[0].split(", ", 1)[1] for fault in faults] == [
        "row 1, Aspect Ratio:",
        "row 2, prompt",
        "row 3",
        "row 4",
    ]


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("color_palette", "ember"),
        ("color_palette", "#ABC:0.5, #def"),
        ("style_type", "realistic"),
        ("resolution", "1344 x 704"),
    ],
)
def test_a_value_that_its_model_does_not_take_is_told_as_it_was_typed(tmp_path, column, typed):
    """In a row and in a format; not as the record that was made of it."""
    quoted = f'"{typed}"'
    matrix = a_file(tmp_path, f"product,model,{column}\nTea,V_1,{quoted}\n")
    assert [fault.value for fault in faults_of(matrix)] == [typed]
    formats = a_file(tmp_path, f"format,model,{column}\nhero,V_1,{quoted}\n", "formats.csv")
    assert [fault.value for fault in faults_of(a_file(tmp_path, "product\nTea\n"), formats=formats)] == [typed]
