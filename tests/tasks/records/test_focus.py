"""A focus is read as people write one."""

from fractions import Fraction

import pytest

from tasks.records.focus import GRAVITIES, parse_focus, point_of


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("0.5,0.2", "0.5,0.2"),
        (" .50 , .2 ", "0.5,0.2"),
        ("0.5;0.2", "0.5,0.2"),
        ("0.5 0.2", "0.5,0.2"),
        ("0,5; 0,25", "0.5,0.25"),
        ("0,5 0,25", "0.5,0.25"),
        ("50%,20%", "0.5,0.2"),
        ("50% 20 %".replace(" %", "%"), "0.5,0.2"),
        ("[0.5, 0.2]", "0.5,0.2"),
        ("0,1", "0,1"),
        ("1.0,0", "1,0"),
        ("Center", "centre"),
        ("left top", "top-left"),
        ("BOTTOM_RIGHT", "bottom-right"),
        ("auto", "auto"),
    ],
)
def test_what_people_write(text: str, focus: str):
    """Points with points or commas before decimals, in percent, as a list of a Parquet file; words in any case."""
    assert parse_focus(text) == focus
    assert parse_focus(focus) == focus


@pytest.mark.parametrize(
    "text", ["0.5", "1.2,0", "50,20", "-0.1,0", "0.5,0.2,0.1", "north", "nan,0", "0.5,0.2 top", "٣,٤"]
)
def test_what_is_none_is_told_with_what_is_accepted(text: str):
    """Nothing is guessed: a wrong focus is a fault before anything is paid."""
    with pytest.raises(ValueError, match=r"is not accepted; use a point such as 0\.5,0\.2 .* top-left"):
        parse_focus(text)


def test_words_are_places():
    """`auto` alone is none: there the picture decides."""
    points = {gravity: point_of(gravity) for gravity in GRAVITIES}
    assert points["auto"] is None
    assert points["centre"] == (Fraction(1, 2), Fraction(1, 2))
    assert points["top"] == (Fraction(1, 2), 0)
    assert points["right"] == (1, Fraction(1, 2))
    assert points["bottom-left"] == (0, 1)
    assert len(set(points.values())) == len(GRAVITIES)
