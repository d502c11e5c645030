"""A spreadsheet made for the batch page of ideogram.ai is a matrix as it is.

Its two templates, rebuilt from the page that describes their columns and values (docs.ideogram.ai, Batch generation).
"""

from pathlib import Path
from typing import Any

import pytest

from tests.matrices import a_file, as_csv, faults_of, plan_of
from tests.workbooks import a_workbook

SIMPLE = ("prompt", "visibility", "aspect_ratio", "magic_prompt")
FULL = (
    *("prompt", "visibility", "aspect_ratio", "magic_prompt", "model", "num_images", "seed_number", "rendering"),
    *("negative_prompt", "style", "color_palette"),
)
ROWS: tuple[tuple[Any, ...], ...] = (
    ("A red fox in snow", "public", "1:1", "on", 3.0, 2, 12345, "quality", None, None, None),
    (
        "A poster that says OPEN",
        "private",
        "16:9",
        "off",
        2.0,
        1,
        2147483647,
        "turbo",
        "blurry, people",
        "DESIGN",
        None,
    ),
    ("A lighthouse", "private", "9:16", "on", "2a", 1, None, "default", None, "AUTO", None),
    ("A bowl of fruit", "public", "3:4", "on", 1.0, 4, 0, "default", "text", None, None),
)
NAMES = ("V_3", "V_2_TURBO", "V_2A", "V_1")


def as_texts(row: tuple[Any, ...]) -> list[str]:
    """A row as a CSV of that page has it."""
    return ["" if value is None else str(value) for value in row]


@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_the_simple_template(tmp_path: Path, case: Any) -> None:
    """As a workbook with the ratios as texts, with its columns in whatever case."""
    path = a_workbook(tmp_path, {"Sheet1": [[*map(case, SIMPLE)], *(row[:4] for row in ROWS)]})
    requests = [cell.request for cell in plan_of(path).cells]
    assert [request.prompt for request in requests] == [row[0] for row in ROWS]
    assert [request.aspect_ratio for request in requests] == ["ASPECT_1_1", "ASPECT_16_9", "ASPECT_9_16", "ASPECT_3_4"]
    assert [request.magic_prompt for request in requests] == ["ON", "OFF", "ON", "ON"]


def test_the_full_template_is_the_same_as_a_workbook_and_as_text(tmp_path: Path) -> None:
    """3.0 in a cell is the number 3, and a rendering is the model's sister or a quality of its own."""
    workbook = plan_of(a_workbook(tmp_path, {"Full": [FULL, *ROWS]}))
    text = plan_of(a_file(tmp_path, as_csv([FULL, *map(as_texts, ROWS)])))
    assert [cell.cell_id for cell in workbook.cells] == [cell.cell_id for cell in text.cells]
    assert [cell.request for cell in workbook.cells] == [cell.request for cell in text.cells]
    models = {cell.row: cell.request.model for cell in workbook.cells}
    assert tuple(models.values()) == NAMES
    assert workbook.cell_count == 2 + 1 + 1 + 4
    assert [cell.request.seed for cell in workbook.cells if cell.row in {2, 3}] == [12345, 12346, 2147483647]
    assert workbook.cells[2].request.negative_prompt == "blurry, people"


def test_a_template_without_rows_is_told(tmp_path: Path) -> None:
    """As that page's own instructions have its example rows deleted."""
    (fault,) = faults_of(a_workbook(tmp_path, {"Full": [FULL]}))
    assert fault.problem == "has no rows below its header"
