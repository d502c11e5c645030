"""What is shown of a text from outside is that text, and does nothing to whatever shows it."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.records.fault import Fault, quoted, shortened, visible, without_secrets
from tests.outside import COMMANDS

ORDINARY = [
    "é",
    "👩‍🚀",
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "أحمر",
    "שלום",
    "a\N{NO-BREAK SPACE}b",
    "नमस्ते",
    "日本",
    "\N{RIGHT-TO-LEFT MARK}",
    "[red]",
    r"C:\new",
]


@pytest.mark.parametrize("command", [char for char in sorted(COMMANDS) if char not in "\t\n"], ids=ascii)
def test_what_commands_a_terminal_is_written_out(command: str) -> None:
    """As its number, in place."""
    shown = visible(f"a{command}b")
    assert re.fullmatch(r"a\\(x[0-9a-f]{2}|u[0-9a-f]{4})b", shown)
    assert shown.encode().decode("unicode_escape") == f"a{command}b"


@pytest.mark.parametrize("text", [*ORDINARY, "two\nlines", "a\ttab"])
def test_ordinary_texts_are_shown_as_they_are(text: str) -> None:
    """In any script and direction, with marks and joiners."""
    assert visible(text) == text


@given(st.text(st.characters(exclude_categories=[])))
def test_a_line_is_one_line_of_what_can_be_printed(text: str) -> None:
    """Whatever comes from outside, halves of characters included."""
    for shown in (shortened(text), str(Fault(source=text, column=text, value=text, problem=text))):
        assert len(shown.splitlines()) <= 1
        assert not {"Cc", "Cs", "Zl", "Zp"} & set(map(unicodedata.category, shown))
        assert not COMMANDS & set(shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://host/m.csv?X-Amz-Signature=abc", "https://host/m.csv"),
        ("ftp://me:secret@host/m.csv", "ftp://host/m.csv"),
        ("ftp://me:se@cr/et@host/m.csv", "ftp://host/m.csv"),
        ("https://token@host/m.csv", "https://host/m.csv"),
        ("simplecache::https://me:secret@host/m.csv?sig=1", "simplecache::https://host/m.csv"),
        ("s3://bucket/logo@2x/m.csv", "s3://bucket/logo@2x/m.csv"),
        ("https://host:8080/logo@2x.png", "https://host:8080/logo@2x.png"),
        (
            "cannot connect to 'https://me:secret@host/m.csv?sig=1': refused",
            "cannot connect to 'https://host/m.csv': refused",
        ),
        ("what?.csv", "what?.csv"),
    ],
)
def test_no_secret_of_an_address_is_shown(text: str, shown: str) -> None:
    """A signed link in a log is a key left in the door."""
    assert without_secrets(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("a", "'a'"), ("it's", '"it\'s"'), ("12\"'", "'12\"'"), ("\x1b[0m", r"'\x1b[0m'")]
)
def test_values_stand_between_quotes(text: str, shown: str) -> None:
    """Of the kind that the value has not, if there is one."""
    assert quoted(text).startswith(shown[:-1])
