"""A changed brand kit says beforehand what it would make anew."""

from pathlib import Path

from tasks.records.cell import Cell
from tasks.running.brand_change import changed
from tests.matrices import a_file, plan_of


def cells(folder: Path, kit: str, rows: str = "Cup,\nJar,\nPot,As it is\n") -> tuple[Cell, ...]:
    """The cells of three products with a kit."""
    return plan_of(a_file(folder, f"product,prompt\n{rows}"), brand=a_file(folder, kit, "brand.toml")).cells


def test_what_would_be_made_anew_is_counted_and_priced(tmp_path: Path) -> None:
    """By what would be asked for: a prompt that is sent as it is stays what it was."""
    made = cells(tmp_path, 'look = "soft light"')
    said = changed(made, cells(tmp_path, 'look = "hard light"'))
    assert said == ["the brand kit has changed since the last run: 2 of 3 images would be made anew, $0.16"]


def test_a_comment_that_changed_makes_nothing_anew(tmp_path: Path) -> None:
    """The digest is another one, and no image is."""
    made = cells(tmp_path, 'look = "soft light"')
    now = cells(tmp_path, 'look = "soft light"  # as ever')
    assert made[0].brand != now[0].brand
    assert changed(made, now)[0].endswith("no image would be made anew")


def test_images_that_were_never_there_are_new(tmp_path: Path) -> None:
    """A row, a format or a language more makes nothing anew, whether or not the kit is what asks for it."""
    made = cells(tmp_path, 'look = "soft light"')
    more = "Cup,\nJar,\nPot,As it is\nMug,\n"
    said = changed(made, cells(tmp_path, 'look = "soft light"  # as ever', more))
    assert said[0].endswith("last run: no image would be made anew; 1 is new, $0.08")
    said = changed(made, cells(tmp_path, 'look = "hard light"', more + "Jug,\n"))
    assert said[0].endswith("last run: 2 of 5 images would be made anew, $0.16; 2 are new, $0.16")


def test_a_kit_or_a_model_that_is_forgotten_is_told(tmp_path: Path) -> None:
    """Whoever types the command again without --brand, or --model, would pay for all of it once more."""
    matrix = a_file(tmp_path, "product\nCup\nJar\n")
    kit = a_file(tmp_path, 'name = "Oak"\nlook = "soft light"', "brand.toml")
    made = plan_of(matrix, brand=kit, model="4.5").cells
    assert changed(made, plan_of(matrix, model="4.5").cells) == [
        "the last run had the brand kit 'Oak' (--brand), and this one has none: 2 of 2 images would be made anew, $0.12"
    ]
    (told,) = changed(made, plan_of(matrix, brand=kit).cells)
    drew, _, anew = told.partition(": ")
    assert drew == "the last run drew with ideogram-4-5 (--model), and this one draws with V_2"
    assert anew == "2 of 2 images would be made anew, $0.16"
    assert changed(made, plan_of(matrix, brand=kit, model="4.5").cells) == []
