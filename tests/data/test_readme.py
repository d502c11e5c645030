"""The column reference says everything that the code accepts."""

import re

import pytest

from tasks.planning.prices import PRICE_LIST, read_prices
from tasks.records import vocabulary as words
from tasks.records.request import as_written
from tasks.tables.columns import ALIASES, PARSERS, parse_value
from tests.matrices import DATA, plan_of

README = (DATA / "README.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in README.splitlines() if line[:3] == "| `"]
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


def test_the_sizes_are_all_of_the_sizes() -> None:
    """Each once, and none more."""
    listed = re.findall(r"`(\d{3,4}x\d{3,4})`", README.partition("## The 78 resolutions")[2])
    assert listed == [as_written(size) for size in words.RESOLUTIONS]
    assert len(listed) == 78


@pytest.mark.parametrize(
    ("column", "accepted"),
    [
        ("model", words.MODELS),
        ("aspect_ratio", [as_written(ratio) for ratio in words.ASPECT_RATIOS]),
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
    assert set(read_prices()) == set(words.MODELS)
