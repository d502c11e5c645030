"""What nobody sees makes no difference to what a person sees."""

import unicodedata

import pytest

from tasks.tables.unseen import as_seen, is_blank, named, without_unseen


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "\ufeff", "\x1a", "\u00ad \u2060", "\N{NO-BREAK SPACE}\u3000", "\u3164\u2800", "\ufe0f"]
)
def test_a_text_of_nothing_is_blank(text: str) -> None:
    """Zero-width spaces, byte order marks, the end of a DOS file, blank letters."""
    assert is_blank(text)
    assert without_unseen(text).strip() == ""


@pytest.mark.parametrize("text", ["a", "\u200ba", "0", ".", "春", "\N{SNOWMAN}\ufe0f"])
def test_a_text_of_something_is_not(text: str) -> None:
    """However much of nothing stands beside it."""
    assert not is_blank(text)


def test_texts_that_look_the_same_are_seen_the_same() -> None:
    """Composed or not, with spaces of any kind and number, with or without what has no width."""
    seen = as_seen("A café table")
    for text in ("A cafe\u0301 table", "A\N{NO-BREAK SPACE}café  table ", "A ca\u00adfé\u200b\r\ntable"):
        assert as_seen(text) == seen
    assert as_seen("A cafe table") != seen


def test_every_character_without_a_look_is_known() -> None:
    """What Unicode files under formats, save the signs over Arabic, Syriac and Kaithi numbers, which are seen."""
    seen = {"ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN"}
    formats = (chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf")
    left = [char for char in formats if not is_blank(char)]
    assert {unicodedata.name(char).split()[0] for char in left} <= seen


def test_what_is_not_seen_is_named_by_its_code() -> None:
    """So that it can be looked for."""
    assert named("\u200b \ufeff\u200b") == "U+200B U+FEFF"
