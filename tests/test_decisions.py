"""Decisions can be followed both ways: where one names another under its heading, that one names it too."""

import re
from pathlib import Path

DECISIONS = (Path(__file__).resolve().parents[1] / "flows/DECISIONS.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^## (\d+)\. .+\n(?:\*\d{4}-\d\d-\d\d\.(.*)\*\n)?", re.MULTILINE)
BACK = {
    "Supersedes": "Superseded by",
    "Supersedes part of": "Superseded in part by",
    "Adds to": "Added to by",
}
FORWARD = {back: relation for relation, back in BACK.items()}


def links(number: int, status: str) -> set[tuple[int, str, int]]:
    """What a decision's status line says of others, each as (this one, relation, other one)."""
    found = set()
    for sentence in filter(None, status.strip().rstrip(".").split(". ")):
        relation, others = re.fullmatch(r"(\D+?) (\d+(?:, \d+)*(?: and \d+)?)", sentence).groups()
        assert relation in BACK | FORWARD, f"{number}: {relation}"
        found |= {(number, relation, int(other)) for other in re.findall(r"\d+", others)}
    return found


def test_numbers_are_in_order():
    """Each once, newest last."""
    numbers = [int(heading[1]) for heading in HEADING.finditer(DECISIONS)]
    assert numbers == sorted(set(numbers))


def test_each_has_its_date():
    """In the line under its heading, as `*2026-12-01.*`; what it supersedes or adds to stands behind it."""
    assert [int(heading[1]) for heading in HEADING.finditer(DECISIONS) if heading[2] is None] == []


def test_links_go_both_ways():
    """And back in time where one supersedes or adds."""
    said = set().union(*(links(int(heading[1]), heading[2] or "") for heading in HEADING.finditer(DECISIONS)))
    assert said == {(other, (BACK | FORWARD)[relation], number) for number, relation, other in said}
    assert all(other < number for number, relation, other in said if relation in BACK)
    assert said
