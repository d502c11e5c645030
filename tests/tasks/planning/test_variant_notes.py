"""The plan says what comes of variants before they are cut."""

import pytest

from tasks.planning.variant_notes import crop_notes, ground_notes
from tasks.records.variant import DEFAULT_VARIANTS, Variant


def test_a_ground_that_cannot_be_clear_is_told():
    """JPEG has no transparency: whoever wants another ground than white hears how to get it."""
    asked = [Variant.parse(text) for text in ("card=6x4,contain,jpeg", "mail=6x4,contain,jpg,60")]
    (note,) = ground_notes(asked)
    assert note.startswith("card, mail lie on white, since JPEG has no transparency; ground=#rrggbb or ground=auto")


@pytest.mark.parametrize(
    "text", ["a=6x4,contain,jpeg,ground=auto", "a=6x4,contain,png", "a=6x4,fill,jpeg", "a=6x4,jpeg"]
)
def test_what_has_its_ground_needs_no_word(text: str):
    """Nor do the usual variants."""
    assert ground_notes([*DEFAULT_VARIANTS, Variant.parse(text)]) == []


SQUARE, STORY, HERO = ("social-square", "1:1"), ("Story, vertical", "9:16"), ("blog-hero", "16:9")


@pytest.mark.parametrize(
    ("text", "sources", "notes"),
    [
        ("og=1200x630", [SQUARE, STORY, HERO], ["og keeps 29 % of Story, vertical: only=blog-hero keeps 94 %"]),
        (
            "story=1080x1920",
            [SQUARE, HERO],
            ["story keeps 32 % of blog-hero, and no format suits it: add one of 9:16, or write fill to show it whole"],
        ),
        ("thumb=40x40", [STORY, SQUARE], ["thumb keeps 56 % of Story, vertical: only=social-square keeps 100 %"]),
        ("tall=1080x1920", [SQUARE, STORY], ["tall keeps 56 % of social-square: only=story-vertical keeps 100 %"]),
        (
            "og=1200x630",
            [("", "1:1")],
            ["og keeps 52 % of 1:1, and no format suits it: add one of 16:9, or write fill to show it whole"],
        ),
        ("og=1200x630,only=best", [SQUARE, STORY, HERO], []),
        ("og=1200x630,fill", [SQUARE, STORY, HERO], []),
        ("og=1200x630,cover-or-fill=60", [SQUARE, STORY, HERO], []),
        ("og=1200x630", [HERO], []),
        ("og=1200x630", [], []),
    ],
)
def test_little_that_is_kept_is_told_with_what_keeps_more(text: str, sources: list[tuple[str, str]], notes: list[str]):
    """In a sentence, before anything is paid: the format that would serve, or the one that is missing."""
    assert crop_notes([Variant.parse(text)], sources) == notes
