"""The same request is the same cell, and no two cells share an id."""

import pytest

from tasks import identify_cells
from tasks.identify_cells import Identities, readable_slug


@pytest.mark.parametrize(
    ("product", "format_name", "slug"),
    [
        ("Green Tea", "story-vertical", "green-tea-story-vertical"),
        ("緑茶", "", "lu-cha"),
        ("Самовар", "Плакат", "samovar-plakat"),
        ("Καφές", "", "kaphes"),
        ("قهوة", "", "qhw"),
        ("Crème brûlée & más", "", "creme-brulee-mas"),
        ("It's 5\" wide", "", "it-s-5-wide"),
        ("🚲", "", "image"),
        ("../../etc/passwd", "a/b\\c", "etc-passwd-a-b-c"),
        ("", "", "image"),
        ("", "hero", "hero"),
        ("a very long name of a product that goes on and on", "", "a-very-long-name-of-a-product-that-goes"),
        ("x" * 99, "y" * 99, f"{'x' * 40}-{'y' * 24}"),
    ],
)
def test_names_are_readable_and_safe(product: str, format_name: str, slug: str) -> None:
    """Latin letters, digits and dashes of any script, at most 65 of them."""
    assert readable_slug(product, format_name) == slug


def test_copies_count_up() -> None:
    """The same request twice is two images; another request is its own."""
    identities = Identities()
    assert [identities.next_copy(sha) for sha in ("aa" * 32, "aa" * 32, "bb" * 32, "aa" * 32)] == [1, 2, 1, 3]


def test_an_id_is_longer_where_it_would_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight digits are enough for most; where two cells share them, the later one shows more."""
    digests = {("a", 1): "12345678" + "a" * 56, ("b", 1): "12345678" + "b" * 56, ("c", 1): "12345678" + "b" * 55 + "c"}
    monkeypatch.setattr(identify_cells, "cell_digest", lambda sha256, number: digests[sha256, number])
    identities = Identities()
    ids = [identities.cell_id("tea", sha256, 1) for sha256 in "abc"]
    assert ids == ["tea-12345678", "tea-12345678bbbbbbbb", f"tea-{digests['c', 1]}"]
    assert identities.cell_id("coffee", "a", 1) == "coffee-12345678"
