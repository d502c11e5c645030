"""The plan says what comes of variants before they are cut."""

import pytest

from tasks.planning.variant_notes import ground_notes
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
