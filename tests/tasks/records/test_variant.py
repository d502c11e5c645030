"""A variant is written in a line, and what is wrong with that line is told by its part."""

import pytest
from pydantic import ValidationError

from tasks.records.campaign import Campaign
from tasks.records.variant import Variant


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("og=1200x630", {}),
        ("og=1200x630,fill", {"fit": "fill"}),
        (" og=1200x630, JPG , contain,ground=#0A3D62,70 ", {"format": "jpeg", "fit": "contain", "ground": "#0a3d62"}),
        ("og=1200x630,70,ground=auto,cover-or-fill=75%", {"fit": "cover-or-fill", "cover_from": 75, "ground": "auto"}),
        ("og=1200x630,cover-or-fill,avif", {"fit": "cover-or-fill", "cover_from": 60, "format": "avif"}),
        ("og=1200x630,only=Blog Hero+story", {"only": ("blog-hero", "story")}),
        ("og=1200x630,top", {"gravity": "top"}),
        ("og=1200x630,center,cover-or-fill=50", {"gravity": "centre", "fit": "cover-or-fill", "cover_from": 50}),
        ("og=1200x630,inside,png", {"fit": "inside", "format": "png"}),
        ("og=1200x630,widths=640+320+640", {"widths": (640, 320)}),
    ],
)
def test_the_words_behind_the_size_stand_in_any_order(text: str, fields: dict[str, object]):
    """Each says by itself what it is of, in capitals or not."""
    quality = 70 if "70" in text else 67 if "avif" in text else 85
    assert Variant.parse(text) == Variant(**{"name": "og", "width": 1200, "height": 630, "quality": quality} | fields)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("og", "is not a variant; write NAME=WIDTHxHEIGHT"),
        ("1080x1920", "is not a variant: did you mean story=1080x1920? Write NAME=WIDTHxHEIGHT"),
        ("tall = 1080 * 1920,png", "is not a variant: did you mean tall=1080x1920,png? Write NAME=WIDTHxHEIGHT"),
        ("og=1200x630,stretch", "'stretch' says nothing here"),
        ("og=1200x630,", "'' says nothing here"),
        ("og=1200x630,webp,png", "says its format twice"),
        ("og=1200x630,cover,cover-or-fill=60", "says its fit twice"),
        ("og=1200x630,cover-or-fill=0", "1 to 100 percent"),
        ("og=1200x630,cover-or-fill=most", "1 to 100 percent"),
        ("og=1200x630,fill,ground=beige", "such as #0a3d62, or auto"),
        ("og=1200x630,ground=#ffffff", "cover leaves no ground to be seen"),
        ("og=1200x630,only=", "only= needs the names of formats"),
        ("og=1200x630,fill,top", "fill crops nothing"),
        ("og=1200x630,auto,top", "says its gravity twice"),
        ("og=1200x630,widths=", "widths= needs numbers of pixels"),
        ("og=1200x630,widths=0+320", "widths= needs numbers of pixels"),
        ("og=1200x630,inside,widths=320", "inside has no width that is known before"),
        (f"{'o' * 38}=1200x630,widths=320", "names have 40 characters at most"),
        ("og=1x1200,widths=320", "sides 16383 pixels"),
        ("og=1200x630,101", "its quality may be 1 to 100"),
        ("og=0x630", "its sides may have 1 to 16383 pixels"),
        ("Og=1200x630", "its name may have a-z, 0-9 and dashes"),
    ],
)
def test_what_is_wrong_is_told_with_what_is_accepted(text: str, problem: str):
    """The part that is wrong is named, and the line ends with how to write one."""
    with pytest.raises(ValueError, match="such as story=1080x1920") as told:
        Variant.parse(text)
    assert problem in str(told.value)


def test_a_form_is_held_to_the_same():
    """A ground that nobody would see is a slip there as well."""
    with pytest.raises(ValidationError, match="leaves no ground"):
        Variant(name="og", width=1200, height=630, ground="auto")


def test_a_format_has_a_quality_of_its_own_unless_one_is_said():
    """Equal numbers look unlike; what is stored says its number, so no stored variant becomes another."""
    assert [Variant.parse(f"a=9x9,{name}").quality for name in ("webp", "jpeg", "avif")] == [85, 85, 67]
    assert Variant.parse("a=9x9,avif,85").quality == 85
    assert Variant.model_validate_json('{"name": "a", "width": 9, "height": 9, "format": "avif"}').quality == 67
    stored = Variant.parse("a=9x9,avif,85").model_dump_json()
    assert Variant.model_validate_json(stored).quality == 85


def test_widths_are_variants_of_their_own_beside_theirs():
    """Called after it, in its shape; asked for once more, as a shard is, they are the same."""
    campaign = Campaign(matrix="tea.csv", variants="hero=1280x720,jpeg,widths=320+1280+64 og=1200x630")
    made = {one.name: (one.width, one.height, one.format) for one in campaign.variants}
    assert made == {
        "hero": (1280, 720, "jpeg"),
        "hero-320": (320, 180, "jpeg"),
        "hero-64": (64, 36, "jpeg"),
        "og": (1200, 630, "webp"),
    }
    assert Campaign.model_validate(campaign.model_dump()).variants == campaign.variants
    with pytest.raises(ValidationError, match="a name of its own"):
        Campaign(matrix="tea.csv", variants="hero=1280x720,widths=320 hero-320=9x9")
