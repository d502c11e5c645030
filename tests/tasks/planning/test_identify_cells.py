"""Ids begin with words that people read, and the same request twice is two cells."""

import pytest

from tasks.planning.identify_cells import Copies, readable_slug


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
    copies = Copies()
    assert [copies.next_copy(sha) for sha in ("aa" * 32, "aa" * 32, "bb" * 32, "aa" * 32)] == [1, 2, 1, 3]
