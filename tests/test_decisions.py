"""Decisions can be followed both ways: where one names another under its heading, that one names it too."""

import re
from pathlib import Path

DECISIONS = (Path(__file__).resolve().parents[1] / "flows/DECISIONS.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^## (\d+)\. .+\n(?:\*\d{4}-\d\d-\d\d\.(.*)\*\n)?", re.MULTILINE)
EARLIER = {
    "Supersedes": "Superseded by",
    "Supersedes part of": "Superseded in part by",
    "Adds to": "Added to by",
}
"""What a decision says of earlier ones, and what those say in turn."""
IN_TURN = EARLIER | {later: earlier for earlier, later in EARLIER.items()}


def links(number: int, status: str) -> set[tuple[int, str, int]]:
    """What the line under a heading says of others, each as (this one, relation, other one)."""
    found = set()
    for sentence in filter(None, status.strip().rstrip(".").split(". ")):
        said = re.fullmatch(rf"({'|'.join(IN_TURN)}) (\d+(?:, \d+)*(?: and \d+)?)", sentence)
        assert said, f"{number}: {sentence}"
        found |= {(number, said[1], int(other)) for other in re.findall(r"\d+", said[2])}
    return found


def test_numbers_are_in_order():
    """Each once, newest last."""
    numbers = [int(heading[1]) for heading in HEADING.finditer(DECISIONS)]
    assert numbers == sorted(set(numbers))


def test_each_has_its_date():
    """In the line under its heading, as `*2026-12-01.*`; what it supersedes or adds to stands behind it."""
    assert [int(heading[1]) for heading in HEADING.finditer(DECISIONS) if heading[2] is None] == []


def test_each_has_one_such_line_and_stands_apart():
    """Two lines come of two changes that were merged."""
    assert re.findall(r"^\*\d{4}-.*\n\*\d{4}-.*", DECISIONS, re.MULTILINE) == []
    assert re.findall(r"[^\n]\n## .*", DECISIONS) == []


def test_links_go_both_ways():
    """And back in time where one supersedes or adds."""
    said = set().union(*(links(int(heading[1]), heading[2] or "") for heading in HEADING.finditer(DECISIONS)))
    assert said == {(other, IN_TURN[relation], number) for number, relation, other in said}
    assert all(other < number for number, relation, other in said if relation in EARLIER)
    assert said
