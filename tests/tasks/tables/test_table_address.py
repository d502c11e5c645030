"""A table's address is the same tomorrow and from another folder, and tells no secret."""

import os
from pathlib import Path

import pytest

from tasks.tables.table_address import table_address

SHEET = "https://docs.google.com/spreadsheets/d/1a2b/export?format=csv"


def test_a_path_is_whole_and_follows_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Relative, absolute, from home, as a URL, and through a link: one file."""
    whole = tmp_path / "de" / "products.csv"
    whole.parent.mkdir()
    whole.touch()
    (tmp_path / "link").symlink_to(whole.parent)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for written in ("de/products.csv", "./de/../de/products.csv", str(whole), "~/de/products.csv", f"file://{whole}"):
        assert table_address(written) == os.path.realpath(whole)
    assert table_address("link/products.csv") == os.path.realpath(whole)
    assert table_address("fr/products.csv") != os.path.realpath(whole)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("s3://bucket/q1.csv", "s3a://bucket/q1.csv"),
        ("https://kim:secret@example.com/q1.csv", "https://example.com/q1.csv"),
        ("https://b.s3.amazonaws.com/q1.csv?X-Amz-Signature=ab&X-Amz-Date=1", "https://b.s3.amazonaws.com/q1.csv"),
        ("https://a.blob.core.windows.net/q1.csv?sv=2&sr=b&sig=x&se=1", "https://a.blob.core.windows.net/q1.csv?sig=y"),
        ("https://storage.googleapis.com/b/q1.csv?GoogleAccessId=a&Expires=1&Signature=x", "https://storage.googleapis.com/b/q1.csv"),
        (f"{SHEET}&gid=0", "https://Docs.Google.com/spreadsheets/d/1a2b/export?gid=0&format=csv"),
    ],
)  # fmt: skip
def test_what_opens_a_link_for_a_while_is_no_part_of_it(one: str, other: str):
    """Tomorrow's signature, another order, a password."""
    assert table_address(one) == table_address(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{SHEET}&gid=0", f"{SHEET}&gid=17"),
        ("s3://bucket/de/q1.csv", "s3://bucket/fr/q1.csv"),
        ("s3://bucket/Q1.csv", "s3://bucket/q1.csv"),
        ("gs://bucket/q1.csv", "s3://bucket/q1.csv"),
    ],
)
def test_two_tables_have_two(one: str, other: str):
    """Two sheets of one document as well."""
    assert table_address(one) != table_address(other)


@pytest.mark.parametrize("url", [f"{SHEET}&share=s3cret", "https://s3cret@example.com/a.csv?sig=s3cret&code=s3cret"])
def test_no_secret_is_told(url: str):
    """Whatever its parameter is called."""
    assert "s3cret" not in table_address(url)
