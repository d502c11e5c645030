"""What a table's address says of its sheet, and of the campaign's name."""

import pytest

from tasks.records.campaign import Campaign
from tasks.records.table_name import split_sheet

GOOGLE = "https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBd"


@pytest.mark.parametrize(
    ("table", "workbook", "sheet"),
    [
        ("launch.xlsx", "launch.xlsx", None),
        ("launch.xlsx#Spring 2026", "launch.xlsx", "Spring 2026"),
        ("in/launch.ODS#a#b", "in/launch.ODS", "a#b"),
        ("launch.xlsx#", "launch.xlsx", None),
        ("launch.csv#Spring", "launch.csv#Spring", None),
        ("#1 launch.xlsx", "#1 launch.xlsx", None),
        ("s3://bucket/launch.xlsb#Spring", "s3://bucket/launch.xlsb", "Spring"),
        ("https://example.com/launch?id=3#Spring%202026", "https://example.com/launch?id=3", "Spring 2026"),
        (f"{GOOGLE}/edit#Spring", f"{GOOGLE}/edit", "Spring"),
        (f"{GOOGLE}/edit?gid=7#gid=7", f"{GOOGLE}/edit?gid=7#gid=7", None),
        (f"{GOOGLE}/edit#gid=7&range=B2", f"{GOOGLE}/edit#gid=7&range=B2", None),
    ],
)
def test_a_sheet_stands_behind_its_workbook(table, workbook, sheet):
    """Only there: a `#` is a good sign in a file's name."""
    assert split_sheet(table) == (workbook, sheet)


@pytest.mark.parametrize(
    ("matrix", "title"),
    [
        ("in/launch.xlsx", "launch"),
        ("launch.XLSM", "launch"),
        ("launch.ods.gz", "launch"),
        ("C:\\in\\launch.xlsb", "launch"),
        ("launch.xlsx#Spring 2026", "launch Spring 2026"),
        ("https://example.com/launch.xlsx#Spring%202026", "launch Spring 2026"),
        ("https://example.com/launch.csv#part", "launch"),
        (f"{GOOGLE}/edit?usp=sharing", "sheet 1BxiMVs0XRA5"),
        (f"{GOOGLE}/edit#gid=7", "sheet 1BxiMVs0XRA5"),
        (f"{GOOGLE}/export?format=csv&gid=0", "export"),
        ("https://docs.google.com/spreadsheets/d/e/2PACX-1vQ8/pubhtml", "sheet 2PACX-1vQ8"),
    ],
)
def test_a_campaign_is_called_after_its_table(matrix, title):
    """Two sheets of one workbook are two campaigns, and so are two Google sheets. Names that there were stay."""
    campaign = Campaign(matrix=matrix)
    assert campaign.title == title
    assert campaign.told().title == title
