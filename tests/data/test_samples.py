"""The sample matrices plan, and show what they are meant to show."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tasks.tables.columns import PARSERS
from tests.data.linen_launch import FORMATS as LINEN_FORMATS
from tests.data.linen_launch import PRODUCTS, XLSX, write
from tests.data.spring_catalogue import PARQUET, typed_table
from tests.matrices import DATA, plan_of

FORMATS = str(DATA / "formats.csv")


@pytest.mark.parametrize("formats", [None, FORMATS])
def test_the_catalogue_is_the_same_as_csv_and_as_parquet(formats: str | None) -> None:
    """The same cells, metadata included, with and without the formats."""
    csv = plan_of(str(DATA / "spring_catalogue.csv"), formats=formats)
    parquet = plan_of(str(PARQUET), formats=formats)
    assert csv.cells == parquet.cells
    assert csv.cost_usd == parquet.cost_usd


def test_the_parquet_is_made_of_the_csv() -> None:
    """`python -m tests.data.spring_catalogue` has been run since the last change."""
    assert pq.read_table(PARQUET).equals(typed_table())


def test_the_catalogue_shows_what_a_matrix_can_say() -> None:
    """Overrides of each kind, texts that survive, scripts of the world, a prompt that is refused."""
    plan = plan_of(str(DATA / "spring_catalogue.csv"), formats=FORMATS)
    requests = [cell.request for cell in plan.cells]
    assert {request.model for request in requests} == {"V_2", "V_2_TURBO", "V_2A"}
    assert {"16:9", "4:3", "3:1", "1344x704"} <= {request.aspect_text() for request in requests}
    assert {"DESIGN", "REALISTIC", "RENDER_3D"} <= {request.style_type for request in requests}
    assert {request.magic_prompt for request in requests} == {"AUTO", "ON", "OFF"}
    assert {bool(r.color_palette.name) for r in requests if r.color_palette} == {True, False}
    assert any(request.negative_prompt for request in requests)
    assert sum("[sandbox:refuse]" in request.prompt for request in requests) == 1
    assert {plan.cells[0].metadata["sku"], plan.cells[-1].metadata["notes"]} == {"00123", "None"}
    assert {"NA", "spring"} == {cell.metadata["season"] for cell in plan.cells}
    assert any("matcha" in request.prompt and request.seed == 9 for request in requests)
    assert all(cell.cell_id.isascii() for cell in plan.cells)
    assert set(plan.cells[0].metadata).isdisjoint(PARSERS)
    assert all("exactly what another one does" not in note for note in plan.notes)


@pytest.mark.parametrize("model", ["V_2", "4.5", "p-image"])
def test_the_sample_formats_serve_every_model(model: str) -> None:
    """What the README leads with works with the formats that lie beside it."""
    plan = plan_of(str(DATA / "q1_launch.csv"), formats=FORMATS, model=model)
    assert plan.cell_count == 6
    assert any("style_type is left out" in note for note in plan.notes) == (model != "V_2")


def test_the_spreadsheet_is_made_by_its_script(tmp_path: Path) -> None:
    """`python -m tests.data.linen_launch` has been run since the last change."""
    write(tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == XLSX.read_bytes()


@pytest.mark.parametrize("model", ["V_2", "4.5"])
def test_the_spreadsheet_with_its_kit_plans_with_any_model(model: str) -> None:
    """A dozen products in six formats, each prompt by the format's template, and ended by the brand's look."""
    plan = plan_of(str(XLSX), brand=str(DATA / "brand.toml"), model=model)
    assert (len(PRODUCTS) - 1, len(LINEN_FORMATS) - 1) == (12, 6)
    assert (plan.row_count, plan.cell_count) == (12, 72)
    cuts = {spec.name for spec in plan.variants}
    assert cuts == {row[0] for row in LINEN_FORMATS[1:]} - {"hero"} | {"og", "thumb"}, "each format is cut for use"
    assert not any("keeps" in note for note in plan.notes)
    prompts = {cell.request.prompt for cell in plan.cells}
    assert len(prompts) == 72
    assert all(prompt.endswith("muted natural colours, no people") for prompt in prompts)
    assert not any(sign in prompt for prompt in prompts for sign in "{}[]")
    assert any("product" not in note and "brand kit" in note for note in plan.notes)
