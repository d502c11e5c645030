"""Labels are checked before anything is paid: by row and column, against font and variants, with their files."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tasks.images.label_font import LabelFont
from tasks.images.labels import Pen
from tasks.planning.label_rules import UNSHAPED, LabelCheck
from tasks.records.label import UNLABELLED
from tasks.records.plan import Plan
from tasks.records.says import USUAL
from tests.matrices import a_file, faults_of, plan_of
from tests.tasks.pictures import saved

FONT_ONLY = Pen(LabelFont())
ONE = "product\nCup\n"


def planned(folder: Path, matrix: str = ONE, **options: Any) -> Plan:
    """The plan of a CSV whose output is in a folder of its own; it says nothing of labels unless named."""
    options = {"label": None, "output": str(folder / "out"), **options}
    return plan_of(a_file(folder, matrix), **options)


def told(folder: Path, matrix: str = ONE, **options: Any) -> list[str]:
    """The faults, without the folder."""
    options = {"label": None, "output": str(folder / "out"), **options}
    return [str(one).replace(f"{folder}/", "") for one in faults_of(a_file(folder, matrix), **options)]


def an_icon(folder: Path, size: tuple[int, int] = (64, 64), name: str = "ai.png", colour: str = "navy") -> str:
    """The path of an icon."""
    return a_file(folder, saved(Image.new("RGBA", size, colour)), name)


def test_a_row_goes_before_its_format_and_that_before_the_campaign(tmp_path: Path) -> None:
    """An empty field says nothing, `none` takes the label away; no request knows of it, so nothing is paid anew."""
    formats = a_file(tmp_path, "format,label\nhero,Hero by AI\nad,\nbare,none\n", "formats.csv")
    plan = planned(tmp_path, "product,label\nCup,\nPot,By AI\nPan,None\n", formats=formats, label="AI")
    assert [cell.label for cell in plan.cells] == ["Hero by AI", None, "", "By AI", "By AI", "By AI", "", "", ""]
    bare = planned(tmp_path, "product\nCup\nPot\nPan\n", formats=a_file(tmp_path, "format\nhero\nad\nbare\n", "f.csv"))
    assert [cell.cell_id for cell in plan.cells] == [cell.cell_id for cell in bare.cells]
    assert "labelled 'AI' and as rows and formats say: og, thumb, social" in plan.notes


def test_glyphs_that_are_missing_are_told_by_row_and_column(tmp_path: Path) -> None:
    """With the characters, wherever a label may stand; nothing is sent."""
    formats = a_file(tmp_path, "format,label\nhero,AI 生\n", "formats.csv")
    kit = a_file(tmp_path, 'label = "✨ AI"\n', "brand.toml")
    faults = told(tmp_path, "product,label\nCup,🫖 AI\n", formats=formats, brand=kit)
    assert [fault.partition(", for which")[0] for fault in faults] == [
        "brand.toml, label: '✨ AI' has '✨' (U+2728)",
        "formats.csv, row 2, label: 'AI 生' has '生' (U+751F)",
        "m.csv, row 2, label: '🫖 AI' has '🫖' (U+1FAD6)",
    ]
    (fault,) = told(tmp_path, label="生成")
    assert fault.startswith(
        "--label: '生成' has '生' (U+751F), '成' (U+6210), for which the font has no glyph; name one"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yes", "would be drawn as it stands"),
        ("{product} by AI", "nothing fills in"),
        ("#N/A", ""),
        ("A" * 81, "a label has 80 at most"),
        ("\u200b", "has nothing that is seen"),
    ],
)
def test_what_is_no_label_is_told_of_a_row(tmp_path: Path, text: str, said: str) -> None:
    """A ticked box, a placeholder, an error of a spreadsheet, a text without end, nothing to be seen."""
    matrix = f'product,label\nCup,"{text}"\n'
    (fault,) = told(tmp_path, matrix)
    assert fault.startswith("m.csv, row 2, label:")
    assert said in fault


def test_a_variant_without_room_is_told_before_anything_is_paid(tmp_path: Path) -> None:
    """By its name, with what helps; one that takes no label needs no room."""
    (fault,) = told(tmp_path, label="AI-generated", variants="og=1200x630 icon=32x32")
    assert fault.startswith("--label: 'AI-generated' has no room on icon (32x32), not even in letters of 8 pixels")
    assert planned(tmp_path, label="AI-generated", variants="og=1200x630 icon=32x32,nolabel hero=640x360,widths=60")
    assert planned(tmp_path, label="AI-generated", variants="og=1200x630,label icon=32x32")


def test_a_variant_that_asks_for_a_label_needs_one(tmp_path: Path) -> None:
    """From an option, a column, a kit, or an icon."""
    asking = {"variants": "og=1200x630,label thumb=400x400"}
    (fault,) = told(tmp_path, **asking)
    assert fault.startswith("--variant: 'og' asks for a label, and there is none")
    assert planned(tmp_path, "product,label\nCup,AI\n", **asking)
    assert planned(tmp_path, brand=a_file(tmp_path, 'label = "AI"\n', "b.toml"), **asking)
    assert "labelled the icon ai.png: og" in planned(tmp_path, label_icon=an_icon(tmp_path), **asking).notes


def test_the_kit_labels_and_credits(tmp_path: Path) -> None:
    """What its keys say; an option goes before the label, as it does before its variants."""
    kit = a_file(tmp_path, 'name = "Oak"\nlabel = "AI, by Oak"\ncredit = "Oak & Linen / AI"\n', "brand.toml")
    plan = planned(tmp_path, brand=kit)
    assert plan.label.text == "AI, by Oak"
    assert plan.cells[0].credit == "Oak & Linen / AI"
    assert planned(tmp_path, brand=kit, label="AI").label.text == "AI"
    assert planned(tmp_path, brand=kit, label="none").label.text == ""
    for wrong in ('label = "yes"', "label = 7", f'credit = "{"x" * 201}"', 'credit = ""'):
        assert told(tmp_path, brand=a_file(tmp_path, wrong, "brand.toml"))[0].startswith("brand.toml, ")


def test_each_language_has_its_own_label(tmp_path: Path) -> None:
    """Beside the words of its prompt; a picture that serves several has that of the first, and glyphs are looked at."""
    matrix = "prompt,prompt:de,label,label:de\nA cup,Eine Tasse,By AI,Von KI\nA pot,A pot,By AI,Von KI\n"
    cells = planned(tmp_path, matrix, languages="en,de").cells
    assert [(cell.language, cell.label) for cell in cells] == [("en", "By AI"), ("de", "Von KI"), ("en de", "By AI")]
    (fault,) = told(tmp_path, "prompt,label,label:ja\nA cup,By AI,生成\n", languages="en,ja", language_fallback=True)
    assert fault.startswith("m.csv, row 2, label:ja: '生成' has '生' (U+751F)")


def test_whoever_pays_is_told_once_that_there_is_no_label(tmp_path: Path) -> None:
    """Not a trial, nor whoever has one, on some rows at least, or has said that there shall be none."""
    assert planned(tmp_path).notes.count(UNLABELLED) == 1
    quiet = ({"sandbox": True}, {"label": "AI"}, {"label": "none"}, {"label_icon": an_icon(tmp_path)})
    assert [one for one in quiet if UNLABELLED in planned(tmp_path, **one).notes] == []
    assert UNLABELLED not in planned(tmp_path, "product,label\nCup,AI\nPot,\n").notes


def test_an_original_is_told_to_be_without(tmp_path: Path) -> None:
    """It keeps every pixel, also where all variants are labelled."""
    plan = planned(tmp_path, label="AI", variants="og=1200x630 full=original")
    assert "labelled 'AI': og; not full, of which every pixel is kept" in plan.notes


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "does not exist"),
        (b"", "is no PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no PNG"),
        (saved(Image.new("RGB", (64, 64)), "JPEG"), "is no PNG"),
        (saved(Image.new("RGBA", (64, 64), "navy"))[:-20], "damaged or cut off"),
        (saved(Image.new("RGBA", (64, 64))), "shows nothing"),
        (saved(Image.new("RGBA", (64, 4), "navy")), "shows 64x4 pixels"),
    ],
    ids=["absent", "empty", "svg", "jpeg", "cut off", "clear", "flat"],
)
def test_an_icon_that_cannot_be_drawn_is_told(tmp_path: Path, content: bytes | None, said: str) -> None:
    """Whatever is wrong with it, before anything is paid."""
    place = str(tmp_path / "icon.png") if content is None else a_file(tmp_path, content, "icon.png")
    (fault,) = faults_of(a_file(tmp_path, ONE), output=str(tmp_path / "out"), label_icon=place, label="AI")
    assert (fault.source, fault.value) == ("--label-icon", place)
    assert said in fault.problem


def test_a_font_that_is_none_is_told(tmp_path: Path) -> None:
    """With the icon that is none, at once."""
    place = a_file(tmp_path, b"no font", "font.ttf")
    faults = told(tmp_path, label_font=place, label_icon=place, label="AI")
    assert [fault.partition(":")[0] for fault in faults] == ["--label-icon", "--label-font"]
    (alone,) = told(tmp_path, label_font=place, label="生成")  # and not that the usual font lacks these
    assert alone.startswith("--label-font")


def test_files_are_known_by_their_content(tmp_path: Path) -> None:
    """The plan says where they were found; `none` is no file."""
    plan = planned(tmp_path, label="AI", label_icon=an_icon(tmp_path), label_font="none")
    (source,) = plan.label_files
    assert (source.file, source.file.name) == (plan.label.icon, "ai.png")
    assert plan.label.font is not None
    assert plan.label.font.sha256 == ""


def test_a_script_that_cannot_be_set_here_is_refused() -> None:
    """Unjoined letters from left to right are no Arabic: whoever lacks FriBiDi is told what to install."""
    check = LabelCheck(USUAL, (), FONT_ONLY, can_shape=False)
    assert check.problem("x\u0301") == UNSHAPED
    assert check.problem("AI-generated") == ""
