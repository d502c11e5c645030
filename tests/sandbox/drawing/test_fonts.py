"""A face is only chosen for text that it can draw."""

from sandbox.drawing.fonts import BUILT_IN, face_for


def test_latin_needs_no_font_of_the_system() -> None:
    """The built-in face draws plain text the same on every machine."""
    assert face_for("Lamp 12%", is_bold=True) is BUILT_IN


def test_a_missing_glyph_is_noticed() -> None:
    """No face claims a character that nobody draws, so no empty box is ever shown."""
    assert not BUILT_IN.covers("靴")
    assert face_for("\U0010fffd", is_bold=False) is None
