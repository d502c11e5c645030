"""Colours are those asked for, and the text can be read on them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.drawing.palettes import luminance, palette_for
from tasks.records.vocabulary import PALETTE_NAMES

MEMBERS = st.lists(
    st.tuples(st.from_regex(r"#(?:[0-9a-f]{3}){1,2}", fullmatch=True), st.floats(0.05, 1.0)), min_size=1, max_size=8
)


@given(MEMBERS)
def test_any_members_give_a_legible_palette(members: list[tuple[str, float]]) -> None:
    """Three accents at least, and ink that stands out from the paper."""
    palette = palette_for(Random(1), None, members)
    assert len(palette.accents) >= 3
    assert abs(luminance(palette.ink) - luminance(palette.paper)) > 70


@pytest.mark.parametrize("name", PALETTE_NAMES)
def test_every_preset_has_its_colors(name: str) -> None:
    """A preset does not depend on the seed."""
    assert palette_for(Random(1), name, ()) == palette_for(Random(2), name, ())
