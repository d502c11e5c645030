"""Text is broken into lines that fit, and nothing but the clipped end is lost."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.drawing.wrapping import clip, line_width_em, pieces_of, wrap

WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=40)


@given(st.lists(WORDS, max_size=8), st.floats(4, 30))
def test_no_line_is_wider_than_the_box(words: list[str], width_em: float) -> None:
    """Whole words stay in order; only what is wider than a line by itself is cut."""
    lines = wrap(pieces_of(" ".join(words), is_bold=False), width_em)
    assert all(line_width_em(line) <= width_em or len(line) == 1 for line in lines)
    assert "".join(piece.text for line in lines for piece in line) == "".join(words)


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    """The reader sees that there was more."""
    lines = clip(wrap(pieces_of("one two three four five", is_bold=False), 5.0), 2, 5.0)
    assert len(lines) == 2
    assert lines[-1][-1].text == "…"
    assert line_width_em(lines[-1]) <= 5.0


def test_a_script_without_spaces_breaks_or_becomes_bars() -> None:
    """With a font it breaks at characters, without one each word is a bar of moderate width."""
    pieces = pieces_of("走る靴走る靴走る靴", is_bold=False)
    assert all(len(piece.text) == 1 for piece in pieces) or [piece.face for piece in pieces] == [None]
