"""A path in a table begins where the table lies."""

import os
from pathlib import Path

import pytest

from tasks.references.place import folder_of, is_whole, place_of


@pytest.mark.parametrize(
    ("table", "name", "place"),
    [
        ("/data/launch.csv", "logo.png", "/data/logo.png"),
        ("/data/launch.csv", "brand/logo, red.png", "/data/brand/logo, red.png"),
        ("/data/launch.csv", "brand\\logo.png", "/data/brand/logo.png"),
        ("/data/launch.csv", "../logo.png", "/data/../logo.png"),
        ("/data/launch.xlsx#Spring", "logo.png", "/data/logo.png"),
        ("file:///data/launch.csv", "logo.png", "/data/logo.png"),
        ("s3://bucket/spring/launch.csv", "logo.png", "s3://bucket/spring/logo.png"),
        ("memory://launch.csv", "logo.png", "memory://logo.png"),
        ("zip://in/launch.csv::s3://bucket/all.zip", "logo.png", "zip://in/logo.png::s3://bucket/all.zip"),
        ("simplecache::s3://bucket/launch.csv", "logo.png", "simplecache::s3://bucket/logo.png"),
        ("https://example.com/a/launch.csv?sig=1", "logo red.png", "https://example.com/a/logo%20red.png"),
        ("https://example.com/a/launch.csv", "logo#1?.png", "https://example.com/a/logo%231%3F.png"),
        ("https://example.com/a/launch.csv", "logo%20red.png", "https://example.com/a/logo%20red.png"),
        ("https://example.com", "logo.png", "https://example.com/logo.png"),
    ],
)
def test_a_picture_lies_beside_its_table(table, name, place):
    """In its folder, its bucket, its archive or at its address, whichever slashes its name has."""
    assert place_of(name, folder_of(table) or "") == place


@pytest.mark.parametrize(
    "name",
    ["/a/b.png", "~/b.png", "C:\\a\\b.png", "C:/a/b.png", "\\\\server\\b.png", "s3://a/b.png", "https://a/b.png"],
)
def test_a_whole_path_is_the_same_beside_any_table(name):
    """An address is one as well."""
    assert is_whole(name)
    assert place_of(name, "/data/") == name


@pytest.mark.parametrize("name", ["b.png", "./b.png", "../b.png", "a/b.png", "~b.png", "b: c.png", "brand\\b.png"])
def test_any_other_path_is_not_whole(name):
    """It begins where its table lies."""
    assert not is_whole(name)


def test_a_table_in_the_folder_at_work_and_one_of_parts(tmp_path, monkeypatch):
    """Parts lie in their table's own folder; a link to a matrix is where it was put, not where it leads."""
    monkeypatch.chdir(tmp_path)
    assert folder_of("launch.csv") == f"{tmp_path}{os.sep}"
    Path("parts").mkdir()
    assert folder_of("parts") == f"{tmp_path / 'parts'}{os.sep}"
    Path("elsewhere").mkdir()
    Path("elsewhere/launch.csv").touch()
    Path("linked.csv").symlink_to("elsewhere/launch.csv")
    assert folder_of("linked.csv") == f"{tmp_path}{os.sep}"


@pytest.mark.parametrize(
    "table",
    ["https://docs.google.com/spreadsheets/d/abcdef123/edit#gid=7", "https://www.dropbox.com/s/x/launch.csv?dl=0"],
)
def test_what_a_link_leads_to_lies_in_no_folder(table):
    """Nothing lies beside it that could be asked for."""
    assert folder_of(table) is None
