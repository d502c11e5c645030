"""Marked prompts are read in any case and leave no trace in what people see."""

import pytest

from sandbox.markers import markers_in, without_markers


def test_markers_are_found_anywhere_in_any_case() -> None:
    """A marker counts wherever it stands, however it is written."""
    assert markers_in("[SANDBOX:Busy] Lamp [sandbox:jpeg]") == {"busy", "jpeg"}


@pytest.mark.parametrize(
    ("prompt", "read"),
    [
        ("Lamp [sandbox:jpeg], on a desk", "Lamp, on a desk"),
        ("[sandbox:hang]", ""),
        ("a [sandbox:x] b", "a b"),
        ("no marker", "no marker"),
    ],
)
def test_without_markers_reads_naturally(prompt: str, read: str) -> None:
    """Neither the marker nor a gap is left."""
    assert without_markers(prompt) == read
