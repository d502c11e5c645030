"""A brand kit is shared by campaigns: checked as columns are, below rows and formats, above options."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tasks.records.plan import Plan
from tests.matrices import a_file, faults_of, plan_of
from tests.tasks.planning.test_references import a_picture
from tests.workbooks import a_workbook

KIT = """name = "Oak & Linen"  # a comment
palette = ["#e8ddcb:0.5", "#7c6a55"]
style_type = "REALISTIC"
look = "soft north light"
negative = ["text errors", "people"]
forbidden = ["Rival Ltd", "cheap"]
label = "AI-generated"
[variants]
og = "1200x630,webp,85"
"""


def planned(folder: Path, matrix: str, kit: str = KIT, **options: Any) -> Plan:
    """The plan of a CSV with a kit."""
    return plan_of(a_file(folder, matrix), brand=a_file(folder, kit, "brand.toml"), **options)


def said(folder: Path, matrix: str, kit: str, **options: Any) -> list[str]:
    """The faults, without the folder."""
    brand = a_file(folder, kit, "brand.toml")
    return [str(one).replace(f"{folder}/", "") for one in faults_of(a_file(folder, matrix), brand=brand, **options)]


def test_a_kit_is_below_rows_and_above_options(tmp_path: Path) -> None:
    """Palette, style, template and variants stand where nobody nearer says them."""
    matrix = "product,style_type,color_palette,template\nCup,,,\nJar,DESIGN,EMBER,A {product}\n"
    plan = planned(tmp_path, matrix, 'template = "K {product}"\n' + KIT, template="O {product}")
    first, second = (cell.request for cell in plan.cells)
    assert (first.prompt, first.style_type) == ("K Cup, soft north light", "REALISTIC")
    assert first.color_palette is not None
    assert [one.color_hex for one in first.color_palette.members] == ["#e8ddcb", "#7c6a55"]
    assert (second.prompt, second.style_type) == ("A Jar, soft north light", "DESIGN")
    assert second.color_palette is not None
    assert second.color_palette.name == "EMBER"
    assert [variant.name for variant in plan.variants] == ["og"]
    mine = planned(tmp_path, matrix, variants="story=1080x1920")
    assert [variant.name for variant in mine.variants] == ["story"]


def test_the_look_ends_what_templates_make(tmp_path: Path) -> None:
    """The usual template too; never a prompt, which is sent as it is."""
    plan = planned(tmp_path, "product,prompt,template\nCup,,\nJar,A jar.,\nPot,,A {product}.\n")
    assert [cell.request.prompt for cell in plan.cells] == [
        "Cup, professional design, high quality, soft north light",
        "A jar.",
        "A Pot. soft north light",
    ]
    assert plan.cells[0].cell_id.startswith("cup-")


def test_negatives_are_joined_each_once(tmp_path: Path) -> None:
    """To what the row says, in its own words first."""
    plan = planned(tmp_path, 'product,negative_prompt\nCup,\nJar,"People, logos"\n')
    assert [cell.request.negative_prompt for cell in plan.cells] == [
        "text errors, people",
        "People, logos, text errors",
    ]


def test_what_a_model_does_not_take_is_left_out_with_a_note(tmp_path: Path) -> None:
    """A kit serves every model; a row's own wish is a fault as ever."""
    plan = planned(tmp_path, "product,model\nCup,4.5\n")
    assert (plan.cells[0].request.style_type, plan.cells[0].request.negative_prompt) == (None, None)
    told = [note.partition("brand.toml: ")[2] for note in plan.notes if "left out for" in note]
    assert told == [
        f"{key} is left out for ideogram-4-5, which takes no such thing"
        for key in ("palette", "style_type", "negative")
    ]


@pytest.mark.parametrize(
    ("matrix", "column"),
    [
        ("product,prompt\nCup,A CHEAP  cup\n", "prompt"),
        ("product,template\nCup,a {product} by rival ltd\n", "template"),
        ("product\nCheap cup\n", "product"),
    ],
)
def test_a_forbidden_word_is_a_fault(tmp_path: Path, matrix: str, column: str) -> None:
    """In any prompt, in any case, as a whole word."""
    (fault,) = said(tmp_path, matrix, KIT)
    assert fault.startswith(f"m.csv, row 2, {column}: ")
    assert "which brand.toml forbids; write it otherwise" in fault
    assert planned(tmp_path, "product\nCheaply made cup of Rival Ltda\n").cell_count == 1


@pytest.mark.parametrize(
    ("kit", "fault"),
    [
        ('pallete = "EMBER"', "brand.toml, pallete: is no key of a brand kit; did you mean 'palette'?"),
        ("xyz = 1", "brand.toml, xyz: is no key of a brand kit; use name, look, palette"),
        ('palette = "red"', "brand.toml, palette: 'red' is not accepted"),
        ('style_type = "REAL"', "brand.toml, style_type: 'REAL' is not accepted; use one of AUTO"),
        ("look = 7", "brand.toml, look: is not accepted; write a text"),
        ('negative = ["a", 1]', "brand.toml, negative: is not accepted; write a text, or a list"),
        ('look = ""', "brand.toml, look: '' is empty"),
        ('look = "{product} on linen"', "brand.toml, look: '{product} on linen' still holds {product}, which nothing"),
        ('look = "#REF!"', "brand.toml, look: '#REF!' is an error value of a spreadsheet"),
        ('negative = ["text", "-"]', "brand.toml, negative: holds no words"),
        ('negative = ["{{colour}}"]', "brand.toml, negative: still holds {{colour}}, which nothing fills in"),
        ('look = "soft"\nLook = "hard"', "brand.toml, Look: is the same key as 'look'; leave one of them out"),
        ('template = "A [cup"', "brand.toml, template: 'A [cup' has a [ without its ]"),
        (
            'template = "A {prodct}"',
            "brand.toml, template: 'A {prodct}' names {prodct}, which is no column",
        ),
        (
            'look = "cheap"\nforbidden = ["cheap"]',
            "brand.toml, look: 'cheap' holds 'cheap', which the kit",
        ),
        ('[variants]\nog = "1200"', "brand.toml, variants: is not a variant"),
        ("look = soft light", "brand.toml: is no TOML"),
    ],
)
def test_a_kit_is_checked_as_columns_are(tmp_path: Path, kit: str, fault: str) -> None:
    """Before anything is paid, by key."""
    (told,) = said(tmp_path, "product\nCup\n", kit)
    assert told.startswith(fault)


def test_widths_of_a_kits_variants_are_variants(tmp_path: Path) -> None:
    """As they are of the command's, or a `srcset` would have a file less."""
    plan = planned(tmp_path, "product\nCup\n", '[variants]\nhero = "640x360,widths=320"\n')
    assert [one.name for one in plan.variants] == ["hero", "hero-320"]


def test_a_kit_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With the other faults."""
    faults = faults_of(a_file(tmp_path, "product,seed\nCup,x\n"), brand=str(tmp_path / "absent.toml"))
    assert [Path(fault.source).name for fault in faults] == ["absent.toml", "m.csv"]


def test_the_plan_and_every_cell_name_the_kit(tmp_path: Path) -> None:
    """By its name and digest; it is no part of what a cell is."""
    plan = planned(tmp_path, "product,prompt\nCup,A cup\n", 'name = "Oak"\nstyle_codes = ["1A2B3C4D"]\n')
    assert any("the brand kit 'Oak' (" in note for note in plan.notes)
    assert plan.cells[0].brand.startswith("Oak sha256:")
    assert plan.cells[0].cell_id == plan_of(str(tmp_path / "m.csv")).cells[0].cell_id


def test_a_sheet_brand_is_a_kit_by_itself(tmp_path: Path) -> None:
    """A key in its first column, what it says beside it, as people write lists."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(["product"])
    book.worksheets[0].append(["Cup"])
    sheet = book.create_sheet("Brand")
    keys = {"name": "Oak, Elm", "Look": "soft, north light", "negative": "people, text", "forbidden": "cheap"}
    for row in keys.items():
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    (cell,) = plan_of(a_file(tmp_path, out.getvalue(), "m.xlsx")).cells
    assert cell.brand.startswith("Oak, Elm sha256:")
    assert cell.request.prompt.endswith("high quality, soft, north light")
    assert cell.request.negative_prompt == "people, text"
    sheet.append(["forbiden", "x"])
    book.save(tmp_path / "m.xlsx")
    (fault,) = faults_of(str(tmp_path / "m.xlsx"))
    assert "m.xlsx#Brand, forbiden: is no key of a brand kit; did you mean 'forbidden'?" in str(fault)


def test_a_sheet_that_is_called_brand_need_not_be_a_kit(tmp_path: Path) -> None:
    """It may list brands; that it was not read is said."""
    book = openpyxl.Workbook()
    for sheet, rows in ((book.worksheets[0], [["product"], ["Cup"]]), (book.create_sheet("brand"), [["who"], ["Kim"]])):
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "m.xlsx")
    plan = plan_of(str(tmp_path / "m.xlsx"))
    assert plan.cells[0].brand == ""
    assert any("m.xlsx#brand: was not read as a brand kit" in note for note in plan.notes)


def kit_in_a_sheet(folder: Path, *rows: list[str | None]) -> str:
    """A workbook of one product, with a sheet brand."""
    return a_workbook(folder, {"Products": [["product"], ["Cup"]], "brand": rows})


@pytest.mark.parametrize(
    "rows",
    [
        [["negative", "text", "logos"]],
        [["negative", "text, logos"]],
        [["negative", "text"], ["negative", "logos"]],
        [["negative", "text"], [None, "logos"]],
    ],
)
def test_a_list_in_a_sheet_is_written_as_people_write_lists(tmp_path: Path, rows: list[list[str | None]]) -> None:
    """In cells beside each other or below each other, or in one cell; first or last in the sheet."""
    for place, order in enumerate(([["look", "soft"], *rows], [*rows, ["look", "soft"]])):
        folder = tmp_path / str(place)
        folder.mkdir()
        (cell,) = plan_of(kit_in_a_sheet(folder, ["name", "Oak"], *order)).cells
        assert cell.request.negative_prompt == "text, logos"
        assert cell.request.prompt.endswith(", soft")


def test_a_key_of_a_sheet_beside_which_nothing_stands_says_nothing(tmp_path: Path) -> None:
    """Whatever column of a matrix has its name, the keys above it count as well."""
    rows = [["Our brand"], [], ["key", "value"], ["name", "Oak"], ["look", "soft"], ["label", None], ["languages"]]
    (cell,) = plan_of(kit_in_a_sheet(tmp_path, *rows, ["negative", "text"])).cells
    assert cell.brand.startswith("Oak sha256:")
    assert (cell.request.negative_prompt, cell.request.prompt[-6:]) == ("text", ", soft")


def test_a_sheet_that_is_named_as_a_kit_and_is_none_is_told(tmp_path: Path) -> None:
    """Whoever names it means something by it."""
    path = kit_in_a_sheet(tmp_path, ["name", "Oak"])
    (fault,) = faults_of(path, brand=f"{path}#Products")
    assert "#Products: has no keys of a brand kit in its first column; use name, look, palette" in str(fault)


def test_faults_of_a_sheet_brand_name_what_was_found(tmp_path: Path) -> None:
    """Two texts where one is meant, and a cell without a value."""
    (fault,) = faults_of(kit_in_a_sheet(tmp_path, ["name", "Oak"], ["look", "soft", "light"]))
    assert "#brand, look: holds 2 texts ('soft', 'light'); write one" in str(fault)
    (fault,) = faults_of(kit_in_a_sheet(tmp_path, ["name", "Oak"], ["look", "=A1"]))
    assert "#brand, row 2, B2: '=A1' is a formula without its result" in str(fault)


CODES = 'style_codes = ["1a2b3c4d", "5E6F7A8B"]\nstyle_type = "DESIGN"\n'


def test_style_codes_are_for_models_that_take_them(tmp_path: Path) -> None:
    """Before the kit's style, which is for the others; below what a row says of its style in any way."""
    matrix = "product,model,style_type,style_preset\nCup,3.0,,\nJar,V_2,,\nPot,3.0,FICTION,\nPan,3.0,,ART_DECO\n"
    plan = planned(tmp_path, matrix, CODES)
    assert [(cell.request.style_codes, cell.request.style_type) for cell in plan.cells] == [
        (("1A2B3C4D", "5E6F7A8B"), None),
        (None, "DESIGN"),
        (None, "FICTION"),
        (None, None),
    ]
    assert f"{tmp_path}/brand.toml: style_codes is left out for V_2, which takes no such thing" in plan.notes
    assert len(said(tmp_path, matrix, 'style_codes = "red"')) == 1


def test_reference_images_lie_beside_the_kit(tmp_path: Path) -> None:
    """They go along where the model takes pictures of a style, are copied as a row's, and are in its digest."""
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "mood.png").write_bytes(a_picture())
    kit = a_file(tmp_path / "kit", 'reference_images = ["mood.png"]', "brand.toml")
    matrix = a_file(tmp_path, "product,model,style_codes\nCup,3.0,\nJar,4.5,\nPot,3.0,1A2B3C4D\n")
    plan = plan_of(matrix, brand=kit)
    cup, jar, pot = plan.cells
    (one,) = cup.request.style_reference or ()
    assert [found.reference for found in plan.references] == [one]
    assert (jar.request.references, pot.request.references) == ((), ())
    assert cup.metadata["style_reference"] == "mood.png"
    assert any("reference_images is left out for ideogram-4-5" in note for note in plan.notes)
    (tmp_path / "kit" / "mood.png").write_bytes(a_picture("#ffffff"))
    changed = plan_of(matrix, brand=kit).cells[0]
    assert changed.brand != cup.brand
    assert changed.cell_id != cup.cell_id


def test_what_is_wrong_with_a_kits_pictures_is_told_once(tmp_path: Path) -> None:
    """By the key, before anything is paid."""
    matrix = "product,model\nCup,3.0\nJar,3.0\n"
    (missing,) = said(tmp_path, matrix, 'reference_images = "none.png"')
    assert missing.startswith("brand.toml, reference_images: 'none.png' does not exist in ")
    many = str([f"{n}.png" for n in range(11)])
    (fault,) = said(tmp_path, matrix, f"reference_images = {many}")
    assert fault == "brand.toml, reference_images: names 11 pictures; name 10 at most"
    both = said(tmp_path, matrix, CODES + 'reference_images = "a.png"')
    assert both == ["brand.toml, reference_images: and style_codes exclude each other; leave one of them out"]
