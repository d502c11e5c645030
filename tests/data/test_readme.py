"""The column reference says everything that the code accepts."""

import re

import pytest

from tasks.planning.prices import PRICE_LIST, Priced, read_prices
from tasks.planning.request_rules import QUALITY_OF_RENDERING
from tasks.records import vocabulary as words
from tasks.records.model_words import parse_model, parse_quality
from tasks.records.models import MODELS, takers
from tasks.records.sizes import ASPECT_RATIOS, as_written
from tasks.tables.columns import ALIASES, PARSERS, parse_value
from tests.data.model_tables import BY_MODEL, tables
from tests.matrices import DATA, plan_of

README = (DATA / "README.md").read_text(encoding="utf-8")
COLUMNS_TEXT = README.partition("## Models")[0]
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")] for line in COLUMNS_TEXT.splitlines() if line[:3] == "| `"
]
COLUMNS = {row[0].strip("`"): row for row in ROWS if len(row) >= 4}


def test_every_column_has_a_row() -> None:
    """And there is none that the code does not know, in the order of the code's own list."""
    assert sorted(COLUMNS) == sorted(PARSERS)


@pytest.mark.parametrize("column", PARSERS)
def test_examples_are_accepted(column: str) -> None:
    """What the reference shows can be typed."""
    parse_value(column, COLUMNS[column][3].strip("`"))


@pytest.mark.parametrize(("alias", "column"), ALIASES.items())
def test_every_other_name_is_told(alias: str, column: str) -> None:
    """With the column that it stands for."""
    assert f"`{alias}` for `{column}`" in README


def test_the_tables_of_models_are_those_of_the_code() -> None:
    """Names, prices, shapes and sizes; `python -m tests.data.model_tables` writes them anew."""
    assert README.partition("## Models")[2] == tables().partition("## Models")[2]


def test_columns_say_where_the_models_differ() -> None:
    """A column that all models take says so, and one that some do not is in the table of those."""
    by_model = {name for name in PARSERS if set(takers(name)) not in (set(), set(MODELS))}
    assert by_model == set(BY_MODEL)
    assert {name for name, row in COLUMNS.items() if row[4:] == ["all"]}.isdisjoint(by_model)


@pytest.mark.parametrize(
    ("column", "accepted"),
    [
        ("aspect_ratio", [as_written(ratio).lower() for ratio in ASPECT_RATIOS]),
        ("quality", words.QUALITIES),
        ("rendering", QUALITY_OF_RENDERING),
        ("style_preset", [f"{len(words.STYLE_PRESETS)} styles"]),
        ("style_type", words.STYLE_TYPES),
        ("magic_prompt", words.MAGIC_PROMPTS),
        ("color_palette", words.PALETTE_NAMES),
        ("seed", [str(words.SEED_MAX)]),
        ("num_images", [str(words.IMAGES_MAX)]),
        ("prompt", [f"{words.PROMPT_MAX_CHARS:,}"]),
        ("product", [f"{words.NAME_MAX_CHARS:,}"]),
    ],
)
def test_accepted_values_are_told(column: str, accepted: list[str]) -> None:
    """Every word and every limit, in the row of its column."""
    assert [value for value in accepted if value not in COLUMNS[column][1]] == []


@pytest.mark.parametrize("name", [path.name for path in DATA.iterdir() if path.suffix in {".csv", ".parquet"}])
def test_every_table_is_named(name: str) -> None:
    """A file that nobody explains is clutter."""
    assert name in README or f"{name.partition('.')[0]}.csv`, `.parquet" in README


@pytest.mark.parametrize("sample", ["q1_launch.csv", "spring_catalogue.csv", "spring_catalogue.parquet"])
def test_samples_plan(sample: str) -> None:
    """Without a fault, and with the number of images that the reference says."""
    plan = plan_of(str(DATA / sample), formats=str(DATA / "formats.csv"))
    assert plan.cell_count == {"q1_launch": 6, "spring_catalogue": 29}[sample.partition(".")[0]]


def test_the_price_list_is_explained() -> None:
    """Each of its columns."""
    columns = PRICE_LIST.read_text(encoding="utf-8").partition("\n")[0].split(",")
    assert [column for column in columns if f"`{column}`" not in README] == []


def test_what_the_first_page_says_of_prices_is_so() -> None:
    """Its few rows are those of the price list."""
    page = DATA.with_name("README.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([^`]+)` \| (?:`(\w+)`)? ?\| (0\.\d\d) \|", page, re.MULTILINE)
    assert len(told) == 5
    for model, quality, usd in told:
        assert str(read_prices()[Priced(parse_model(model), parse_quality(quality or "medium"))].usd_per_image) == usd
