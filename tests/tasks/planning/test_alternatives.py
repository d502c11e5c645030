"""Alternatives in templates are cells of their own, which the plan multiplies before anybody pays."""

from decimal import Decimal
from pathlib import Path

import pytest

from tasks.records.event import event_metadata
from tasks.records.plan import Plan
from tests.matrices import a_file, as_csv, faults_of, plan_of


def planned(folder: Path, matrix: str, template: str, **options: object) -> Plan:
    """The plan of a CSV with a template of the command's."""
    return plan_of(a_file(folder, matrix), template=template, **options)


def refused(folder: Path, matrix: str, template: str, **options: object) -> str:
    """Its only fault."""
    (fault,) = faults_of(a_file(folder, matrix), template=template, **options)
    return str(fault)


def rows(count: int) -> str:
    """A matrix of so many products."""
    return "product\n" + "".join(f"Cup {number}\n" for number in range(count))


def test_each_alternative_is_a_cell(tmp_path: Path) -> None:
    """With its choice as a column of manifest and callback; several multiply each other."""
    plan = planned(tmp_path, "product,sku\nCup,1\n", "{product} at {light=dawn|dusk}, {near|far}")
    assert [(cell.request.prompt, cell.metadata) for cell in plan.cells] == [
        ("Cup at dawn, near", {"sku": "1", "light": "dawn", "choice_1": "near"}),
        ("Cup at dawn, far", {"sku": "1", "light": "dawn", "choice_1": "far"}),
        ("Cup at dusk, near", {"sku": "1", "light": "dusk", "choice_1": "near"}),
        ("Cup at dusk, far", {"sku": "1", "light": "dusk", "choice_1": "far"}),
    ]
    assert len({cell.cell_id for cell in plan.cells}) == 4
    assert event_metadata("Spring", plan.cells[0])["light"] == "dawn"


def test_the_plan_multiplies_in_words_and_money(tmp_path: Path) -> None:
    """How many templates, how many times, what that costs and would cost without, and where to look."""
    plan = planned(tmp_path, rows(8), "{product} {a|b} {light=1|2|3}")
    note = (
        "alternatives: 1 template x 6 = 48 images, $3.84 (8 without alternatives, $0.64); "
        "which is which, the manifest's choice_1, light says"
    )
    assert note in plan.notes
    assert (plan.cell_count, plan.cost_usd) == (48, Decimal("3.84"))


def test_what_is_left_out_multiplies_nothing(tmp_path: Path) -> None:
    """An alternative in an optional part that a row leaves out would be paid for twice, for the same prompt."""
    plan = planned(tmp_path, "product,colour\nCup,red\nJar,\n", "{product}[ in {colour}, {a|b}]")
    assert [cell.request.prompt for cell in plan.cells] == ["Cup in red, a", "Cup in red, b", "Jar"]
    assert any("1 template x 2 = 2 images" in note for note in plan.notes)


def test_alternatives_of_a_row_share_its_seed(tmp_path: Path) -> None:
    """So that pictures differ by the words only; copies count up, as ever."""
    plan = planned(tmp_path, "product,seed,num_images\nCup,7,2\n", "{product} {a|b}")
    assert [(cell.request.prompt, cell.request.seed) for cell in plan.cells] == [
        ("Cup a", 7),
        ("Cup a", 8),
        ("Cup b", 7),
        ("Cup b", 8),
    ]
    assert not any("exactly what another one does" in note for note in plan.notes)


def test_formats_multiply_by_their_own(tmp_path: Path) -> None:
    """Each by the alternatives of its template; negatives have columns of their own."""
    formats = as_csv([["format", "template", "negative_template"], ["a", "{x|y}", "{p|q}"], ["b", "{product}", ""]])
    plan = plan_of(a_file(tmp_path, "product\nCup\n"), formats=a_file(tmp_path, formats, "f.csv"))
    assert [(c.request.prompt, c.request.negative_prompt, c.metadata) for c in plan.cells] == [
        ("x", "p", {"choice_1": "x", "negative_choice_1": "p"}),
        ("x", "q", {"choice_1": "x", "negative_choice_1": "q"}),
        ("y", "p", {"choice_1": "y", "negative_choice_1": "p"}),
        ("y", "q", {"choice_1": "y", "negative_choice_1": "q"}),
        ("Cup", None, {}),
    ]


def test_more_than_five_hundred_are_asked_for(tmp_path: Path) -> None:
    """Before anything is paid, with the number to type; typed, it plans."""
    said = refused(tmp_path, rows(251), "{product} {a|b}")
    assert said == (
        "--max-images: is needed: 1 template x 2 = 502 images, $40.16 (251 without alternatives, $20.08); more than "
        "500 images of alternatives are made only when somebody asks for them, with --max-images 502"
    )
    assert planned(tmp_path, rows(251), "{product} {a|b}", max_images=502).cell_count == 502
    assert planned(tmp_path, rows(250), "{product} {a|b}").cell_count == 500
    assert "is less than the 502 images" in refused(tmp_path, rows(251), "{product} {a|b}", max_images=501)


def test_a_great_many_are_counted_and_not_made(tmp_path: Path) -> None:
    """Ten choices of ten are ten thousand million images a row; the answer comes at once."""
    said = refused(tmp_path, rows(2), " ".join(["{1|2|3|4|5|6|7|8|9|0}"] * 10))
    assert "1 template x 10,000,000,000 = 20,000,000,000 images, $1,600,000,000.00" in said
    assert said.endswith("with --max-images 20000000000")


@pytest.mark.parametrize(("most", "is_refused"), [(3, False), (2, True)])
def test_any_plan_may_be_bounded(tmp_path: Path, most: int, is_refused: bool) -> None:
    """Also one without templates."""
    matrix = a_file(tmp_path, rows(3))
    if not is_refused:
        assert plan_of(matrix, max_images=most).cell_count == 3
        return
    (fault,) = faults_of(matrix, max_images=most)
    assert str(fault).startswith("--max-images: '2' is less than the 3 images of this plan (3 images, $0.24)")


def test_five_hundred_rows_without_alternatives_need_no_permission(tmp_path: Path) -> None:
    """It is what multiplies unseen that is asked about."""
    assert planned(tmp_path, rows(501), "{product} on linen").cell_count == 501


def test_alternatives_in_a_prompt_are_sent_and_said(tmp_path: Path) -> None:
    """A prompt is sent as it is; whoever means a template is told where it goes. JSON has no alternatives."""
    plan = plan_of(a_file(tmp_path, "prompt\nA cup\nA {red|blue} cup\n"))
    assert plan.cells[1].request.prompt == "A {red|blue} cup"
    (told,) = [note for note in plan.notes if "is sent as it is" in note]
    assert "{red|blue} in row 3, prompt, is sent as it is; put the whole text into the column 'template'" in told
    plain = plan_of(a_file(tmp_path, as_csv([["prompt"], ['A sign that reads {"a": "x|y"}']])))
    assert not any("is sent as it is" in note for note in plain.notes)
