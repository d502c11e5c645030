"""Ids begin with words that people read, and the same request twice is two cells."""

import pytest

from tasks.planning.identify_cells import Copies, readable_slug
from tasks.records.cell import with_own_ids, without_number
from tests.factories import a_cell


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


def test_what_is_called_like_a_number_is_told_from_one() -> None:
    """A product may be called `Tea copy2`: its cell is its own, and finds its own."""
    tea, copy = (
        a_cell(product=product, format="", copy_number=number) for product, number in (("Tea copy2", 1), ("Tea", 2))
    )
    numbered = copy.model_copy(update={"cell_id": copy.cell_id.replace("tea-", "tea-copy2-")})
    held = {tea.cell_id: tea.request_sha256, numbered.cell_id: numbered.request_sha256}
    assert with_own_ids([tea, numbered], held) == (tea, numbered)
    assert with_own_ids([numbered, tea], held) == (numbered, tea)
    assert [without_number(each) for each in ("tea-copy2-1a2b3c4d", "tea-copy-1a2b3c4d", "copy2-1a2b3c4d")] == [
        "tea-1a2b3c4d",
        "tea-copy-1a2b3c4d",
        "copy2-1a2b3c4d",
    ]


def test_the_id_as_it_is_goes_before_one_with_another_number() -> None:
    """Where both are held, since two runs at one time planned otherwise."""
    cell = a_cell()
    other = cell.cell_id.replace("hero-", "hero-copy3-")
    held = {other: cell.request_sha256, cell.cell_id: cell.request_sha256}
    assert [one.cell_id for one in with_own_ids([cell], held)] == [cell.cell_id]
    assert [one.cell_id for one in with_own_ids([cell], {other: cell.request_sha256})] == [other]
    assert [one.cell_id for one in with_own_ids([cell], {other: "another"})] == [cell.cell_id]


def test_an_image_keeps_its_id_whatever_languages_its_campaign_has() -> None:
    """One that was made before there were any is the first language's, and the other way round."""
    plain = a_cell()
    german = plain.model_copy(update={"cell_id": plain.cell_id.replace("hero-", "hero-de-"), "languages": ("de",)})
    austrian = plain.model_copy(
        update={"cell_id": plain.cell_id.replace("hero-", "hero-de-at-"), "languages": ("de-AT",)}
    )
    for cell in (plain, german, austrian):
        for made in (plain, german, austrian):
            assert [one.cell_id for one in with_own_ids([cell], {made.cell_id: made.request_sha256})] == [made.cell_id]
            assert [one.cell_id for one in with_own_ids([cell], {made.cell_id: "another"})] != [made.cell_id]
    assert readable_slug("Tea", "hero", ("pt-BR",)) == "tea-hero-pt-br"
    assert readable_slug("Tea", "hero", ("en", "de")) == "tea-hero"
