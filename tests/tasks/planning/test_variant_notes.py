"""The plan says what comes of variants before they are cut."""

import pytest

from tasks.planning.variant_notes import crop_notes, cuts_by, ground_notes, kept_rows, shapes
from tasks.records.plan_group import Drawn
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


SQUARE, STORY, HERO = Drawn("square", "V_2", "1:1"), Drawn("Story, tall", "V_2", "9:16"), Drawn("hero", "V_2", "16:9")
ALONE = Drawn("", "ideogram-4-5", "2048x2048")
BEST = ": only=best cuts each from the format that suits it"
ADD = "add one of size auto"
WHOLE = "or write fill to show it whole"
ADD_WIDE = f"{ADD} (1344x704 keeps 100 %), {WHOLE}"


@pytest.mark.parametrize(
    ("text", "row", "notes"),
    [
        ("og=1200x630", [SQUARE, STORY, HERO], ["og keeps 29 % of Story, tall: only=hero keeps 94 %"]),
        (
            "story=1080x1920",
            [SQUARE, HERO],
            [f"story keeps 32 % of hero, and no format suits it: {ADD} (720x1280 keeps 100 %), {WHOLE}"],
        ),
        ("thumb=40x40", [STORY, SQUARE], ["thumb keeps 56 % of Story, tall: only=square keeps 100 %"]),
        (
            "og=1200x630",
            [ALONE],
            [f"og keeps 52 % of 2048x2048, and no format suits it: {ADD} (1440x720 keeps 95 %), {WHOLE}"],
        ),
        (
            "og=1200x630 thumb=40x40 story=1080x1920",
            [SQUARE, STORY, HERO],
            ["og keeps 29 % of Story, tall, and thumb and story keep little as well" + BEST],
        ),
        (
            "og=1200x630 story=1080x1920",
            [HERO],
            [f"story keeps 32 % of hero, and no format suits it: {ADD} (720x1280 keeps 100 %), {WHOLE}"],
        ),
        (
            "og=1200x630 story=1080x1920",
            [SQUARE],
            ["og keeps 52 % of square, and story keeps little as well, and no format suits it: " + ADD_WIDE],
        ),
        ("og=1200x630,only=best", [SQUARE, STORY, HERO], []),
        ("og=1200x630,fill", [SQUARE, STORY, HERO], []),
        ("og=1200x630,cover-or-fill=60", [SQUARE, STORY, HERO], []),
        ("og=1200x630", [HERO], []),
        ("og=1200x630", [ALONE._replace(aspect="auto")], []),
        ("og=1200x630", [], []),
    ],
)  # fmt: skip
def test_little_that_is_kept_is_told_with_what_keeps_more(text: str, row: list[Drawn], notes: list[str]):
    """In one sentence at most, before anything is paid: the format that would serve, or the one that is missing."""
    assert crop_notes([Variant.parse(one) for one in text.split()], [row]) == notes


def test_a_format_that_is_not_there_is_told():
    """The variant would be cut from whatever suits it best, and nobody would know; `best` is no format."""
    variants = [
        Variant.parse(text) for text in ("og=1200x630,only=hreo", "thumb=4x4,only=best", "a=9x16,only=story-tall")
    ]
    told = "og names the format 'hreo', in which nothing is made; there is square, Story, tall, hero"
    assert crop_notes(variants, [[SQUARE, STORY], [HERO]])[:1] == [told]
    assert not any("names the format" in note for note in crop_notes(variants[1:], [[SQUARE, STORY], [HERO]]))


def test_what_is_kept_is_told_of_everything_that_is_drawn():
    """To a tenth of a percent, never 100 of what is cropped, with what is enlarged or cut off, and what has no use."""
    asked = "og=1200x630,only=best social=1080x1080 tall=400x800,only=story-tall"
    variants = [Variant.parse(text) for text in asked.split()]
    chosen = HERO._replace(model="ideogram-4-5", aspect="1440x720", is_chosen=True)
    rows = kept_rows(cuts_by(variants, [[SQUARE, STORY], [chosen], [ALONE._replace(aspect="auto")]]))
    assert rows == [
        ("square", "V_2", "1:1, 1024x1024", "og 52.5 %, x1.17", "enlarged, under 75 %"),
        ("square", "V_2", "1:1, 1024x1024", "social 100 %, x1.05", "enlarged"),
        ("Story, tall", "V_2", "9:16, 736x1312", "social 56.1 %, x1.47", "enlarged, under 75 %"),
        ("Story, tall", "V_2", "9:16, 736x1312", "tall 89.1 %, x0.61", ""),
        ("hero", "ideogram-4-5", "1440x720, chosen", "og 95.2 %, x0.88", ""),
        ("hero", "ideogram-4-5", "1440x720, chosen", "social 50 %, x1.50", "enlarged, under 75 %"),
        ("hero", "ideogram-4-5", "1440x720, chosen", "tall 25 %, x1.11", "enlarged, under 75 %"),
        ("-", "ideogram-4-5", "auto", "og", "known once the API has chosen a shape"),
        ("-", "ideogram-4-5", "auto", "social", "known once the API has chosen a shape"),
        ("-", "ideogram-4-5", "auto", "tall", "known once the API has chosen a shape"),
    ]
    unused = cuts_by([Variant.parse("og=1200x630,only=hero")], [[SQUARE, HERO]])
    assert kept_rows(unused)[0][3] == "nothing is cut from it"


def test_other_widths_of_a_variant_are_told_of_once():
    """They have its shape, so what it keeps of a picture is what they keep."""
    hero = Variant.parse("hero=1280x720,widths=320+640")
    assert shapes((hero, *hero.narrower, *DEFAULT_VARIANTS)) == [hero, *DEFAULT_VARIANTS]
