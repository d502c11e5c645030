"""Decisions of a script are read as the rows of a table are, and what is wrong with them is told by cell."""

from datetime import UTC, datetime

import pytest

from tasks.planning.faults import Faults
from tasks.reviewing.called_decisions import Decided, called_decisions
from tasks.reviewing.read_decisions import Said

AT = datetime(2026, 11, 28, 17, 5, tzinfo=UTC)


def test_a_word_is_a_decision_and_there_may_be_more():
    """Numbers and times are Python's own; a place of crops needs no word."""
    decisions: dict[str, Decided] = {
        "a": "keep",
        "b": {"decision": "again", "seed": 42, "prompt": "A vase at night", "at": AT, "by": None},
        "c": {"focus": "0.2,0.5"},
    }
    faults = Faults()
    assert list(called_decisions(decisions, faults)) == [
        Said("decisions['a']", None, "a", "keep"),
        Said("decisions['b']", None, "b", "again", seed=42, prompt="A vase at night", at=AT),
        Said("decisions['c']", None, "c", "focus", focus="0.2,0.5"),
    ]
    assert faults.count == 0


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("retain", "decisions['a'], decision: 'retain' is no decision; use keep, reject or again"),
        ({"decision": "keep", "why": "x"}, "decisions['a'], why: is no part of a decision; use decision, reason"),
        ({"decision": "again", "seed": "x"}, "decisions['a'], seed: 'x' "),
        ({"reason": "x"}, "decisions['a']: decides nothing; say keep, reject or again"),
    ],
)
def test_what_is_wrong_is_told_by_cell(told: Decided, said: str):
    """And decides nothing."""
    faults = Faults()
    assert list(called_decisions({"a": told}, faults)) == []
    assert str(faults.found[0]).startswith(said)
