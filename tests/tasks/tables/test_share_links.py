"""Links as people copy them lead to the tables themselves."""

import pytest

from tasks.tables.share_links import direct, whole_workbook
from tasks.tables.table_address import table_address

DOCS = "https://docs.google.com/spreadsheets"
SHEET = f"{DOCS}/d/1Bxi_Ms-0"
PUBLISHED = f"{DOCS}/d/e/2PACX-1vQ"


@pytest.mark.parametrize(
    ("copied", "wanted"),
    [
        (f"{SHEET}/edit", f"{SHEET}/export?format=xlsx"),
        (f"{SHEET}/edit?usp=sharing", f"{SHEET}/export?format=xlsx"),
        (f"{SHEET}/edit?usp=drive_link&ouid=12&rtpof=true&sd=true", f"{SHEET}/export?format=xlsx"),
        (f"{SHEET}/edit#gid=17", f"{SHEET}/export?format=csv&gid=17"),
        (f"{SHEET}/edit?gid=0#gid=0", f"{SHEET}/export?format=csv&gid=0"),
        (f"{SHEET}/edit?gid=0#gid=17&range=A1:C4", f"{SHEET}/export?format=csv&gid=17"),
        (f"{SHEET}/edit?pli=1&gid=17", f"{SHEET}/export?format=csv&gid=17"),
        (f"{SHEET}/edit?resourcekey=0-x#gid=1", f"{SHEET}/export?format=csv&gid=1&resourcekey=0-x"),
        (f"{SHEET}/", f"{SHEET}/export?format=xlsx"),
        (SHEET, f"{SHEET}/export?format=xlsx"),
        (f"{SHEET}/htmlview", f"{SHEET}/export?format=xlsx"),
        (f"{SHEET}/preview", f"{SHEET}/export?format=xlsx"),
        (f"{SHEET}/copy", f"{SHEET}/export?format=xlsx"),
        (f"{DOCS}/u/1/d/1Bxi_Ms-0/edit#gid=3", f"{SHEET}/export?format=csv&gid=3"),
        (
            "https://docs.google.com/a/acme.example/spreadsheets/d/1Bxi_Ms-0/edit",
            "https://docs.google.com/a/acme.example/spreadsheets/d/1Bxi_Ms-0/export?format=xlsx",
        ),
        (f"{PUBLISHED}/pubhtml", f"{PUBLISHED}/pub?output=xlsx"),
        (f"{PUBLISHED}/pubhtml?gid=5&single=true", f"{PUBLISHED}/pub?output=csv&gid=5&single=true"),
        (f"{PUBLISHED}/pubhtml#gid=5", f"{PUBLISHED}/pub?output=csv&gid=5&single=true"),
        (
            "https://drive.google.com/file/d/1x_y/view?usp=sharing",
            "https://drive.google.com/uc?export=download&id=1x_y",
        ),
        ("https://drive.google.com/open?id=1x_y", "https://drive.google.com/uc?export=download&id=1x_y"),
        (
            "https://www.dropbox.com/scl/fi/ab/launch.xlsx?rlkey=k&dl=0",
            "https://www.dropbox.com/scl/fi/ab/launch.xlsx?rlkey=k&dl=1",
        ),
        ("https://www.dropbox.com/s/ab/launch.xlsx", "https://www.dropbox.com/s/ab/launch.xlsx?dl=1"),
        ("https://1drv.ms/x/s!Aq?e=1", "https://1drv.ms/x/s!Aq?e=1&download=1"),
        (
            "https://acme.sharepoint.com/:x:/s/team/Eab?e=4&web=1",
            "https://acme.sharepoint.com/:x:/s/team/Eab?e=4&download=1",
        ),
        ("https://github.com/a/b/blob/main/in/m.csv", "https://github.com/a/b/raw/main/in/m.csv"),
    ],
)
def test_a_link_leads_to_its_table(copied, wanted):
    """As it stands in the browser, or behind *Share*; once more it stays."""
    assert direct(copied) == wanted
    assert direct(wanted) == wanted


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/spreadsheets/d/1Bxi/edit",
        f"{SHEET}/gviz/tq?tqx=out:csv&sheet=Spring",
        f"{SHEET}/export?format=csv&gid=0",
        f"{PUBLISHED}/pub?output=csv",
        "https://docs.google.com/document/d/1Bxi/edit",
        "https://drive.google.com/drive/folders/1x",
        "https://acme.sharepoint.com/sites/team/m.csv",
        "https://docs.google.com.example.com/spreadsheets/d/1Bxi/edit",
        "https://notdropbox.com/m.csv?dl=0",
    ],
)
def test_other_addresses_stay_as_they_are(url):
    """What only looks like one of these as well."""
    assert direct(url) == url


def test_a_tab_stands_in_a_workbook():
    """In which a sheet of formats may be."""
    for url in (f"{SHEET}/edit#gid=17", f"{SHEET}/export?format=csv&gid=17", SHEET):
        assert whole_workbook(url) == f"{SHEET}/export?format=xlsx"
    assert whole_workbook(f"{PUBLISHED}/pub?output=csv&gid=5") == f"{PUBLISHED}/pub?output=xlsx"
    assert whole_workbook("https://example.com/m.csv") == "https://example.com/m.csv"


def test_one_tab_has_one_address():
    """However it was copied: the campaign's folder is its own tomorrow as well."""
    copied = (f"{SHEET}/edit#gid=3", f"{SHEET}/edit?gid=3#gid=3", f"{SHEET}/edit?usp=sharing#gid=3")
    assert len(set(map(table_address, copied))) == 1
    assert len(set(map(table_address, (SHEET, f"{SHEET}/edit?usp=sharing", f"{SHEET}/edit#gid=3")))) == 2
    assert table_address("in/launch.xlsx#Spring") != table_address("in/launch.xlsx")
    assert table_address("in/../in/launch.xlsx#Spring") == table_address("in/launch.xlsx#Spring")
