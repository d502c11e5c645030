"""What people fill into a form is understood as they write it, and what is not is told by its field."""

import json
from datetime import UTC, datetime

import pytest

from tasks.errors import InputInvalid
from tasks.planning.faults import Faults
from tasks.reviewing.filled_form import FilledForm, NumberedSheet, said_in
from tasks.reviewing.read_decisions import Said
from tests.factories import a_cell, a_request

AT = datetime(2026, 11, 28, 10, tzinfo=UTC)
LAMP = {"high_level_description": "A lamp.", "compositional_deconstruction": {"background": "oak", "elements": []}}
CELLS = [
    a_cell(a_request(prompt), cell_id=f"c{n}") for n, prompt in enumerate(("A mug", "A jug.", json.dumps(LAMP)), 1)
]
REFUSED = a_cell(a_request("A bad word"), cell_id="c4")
SHEET = NumberedSheet(("c1", "c2", "c3", "c4"), {cell.cell_id: cell for cell in (*CELLS, REFUSED)}, {"c1", "c2", "c3"})


def said(**fields: str) -> list[Said]:
    """The decisions of a form. Raises InputInvalid."""
    faults = Faults()
    found = said_in(FilledForm.model_validate(fields), SHEET, AT, faults)
    faults.raise_if_any()
    return found


def short(found: list[Said]) -> str:
    """Such as `1 keep, 3 again`."""
    return ", ".join(f"{one.cell_id[1:]} {one.decision}" for one in found)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, ""),
        ({"keep": "1,3"}, "1 keep, 3 keep"),
        ({"keep": " #1 ; 3 "}, "1 keep, 3 keep"),
        ({"keep": "1 and 3."}, "1 keep, 3 keep"),
        ({"keep": "1-3", "reject": "4"}, "1 keep, 2 keep, 3 keep, 4 reject"),
        ({"keep": "1 \u2013 2"}, "1 keep, 2 keep"),
        ({"keep": "all"}, "1 keep, 2 keep, 3 keep"),
        ({"keep": "All", "again": "2"}, "1 keep, 2 again, 3 keep"),
        ({"keep": "1", "reject": "rest"}, "1 keep, 2 reject, 3 reject, 4 reject"),
        ({"words": "2: brighter"}, "2 again"),
        ({"keep": "2", "words": "2: the best"}, "2 keep"),
    ],
)
def test_numbers_are_read_as_people_write_them(fields, told):
    """Ranges, signs, `all` for those that no other field names; what has no picture cannot be kept."""
    assert short(said(**fields)) == told


def test_each_decision_has_who_and_when():
    """When the form was sent, so that it is the same one whenever it is read."""
    (one,) = said(keep="1", by=" Kim ")
    assert (one.by, one.at, one.told()) == ("Kim", AT, "keep by Kim (Number 1)")


def test_what_should_be_different_is_added_to_the_prompt():
    """For each by its number, or for all; of JSON it is said of the whole; a reason where nothing is made again."""
    by_id = {one.cell_id: one for one in said(again="1 2 3", words="warmer light\n2: no people; 4: A kind word")}
    assert (by_id["c1"].prompt, by_id["c1"].reason) == ("A mug, warmer light", "warmer light")
    assert by_id["c2"].prompt == "A jug, no people"
    assert json.loads(by_id["c3"].prompt or "") == {**LAMP, "high_level_description": "A lamp, warmer light"}
    assert (by_id["c4"].decision, by_id["c4"].prompt) == ("again", "A kind word")
    (plain,) = said(again="1")
    assert (plain.prompt, plain.reason) == (None, "")
    (rejected,) = said(reject="1", words="1: off brand, and dark")
    assert (rejected.reason, rejected.prompt) == ("off brand, and dark", None)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"keep": "27"}, "Keep: '27' is no number on the picture; use 1 to 4"),
        ({"again": "two"}, "Make again: 'two' is no number on the picture"),
        ({"keep": "3-1"}, "Keep: '3-1' is no number"),
        ({"keep": "0"}, "Keep: '0' is no number"),
        ({"words": "9: brighter"}, "What should be different: '9' is no number"),
        ({"keep": "1-3", "reject": "2"}, "Reject: '2' is in Keep as well; leave it in one of them"),
        ({"keep": "all", "reject": "rest"}, "Reject: takes all others, and so does Keep"),
        ({"keep": "1", "words": "brighter"}, "is said of no image"),
        ({"keep": "1", "by": "x" * 1001}, "Your name"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(fields, told):
    """With what may be written instead."""
    with pytest.raises(InputInvalid) as invalid:
        said(**fields)
    assert told in str(invalid.value)


def test_all_that_is_wrong_is_told_at_once():
    """Whoever waits for another round is not sent round twice."""
    with pytest.raises(InputInvalid) as invalid:
        said(keep="7", again="1", reject="1 x")
    assert len(invalid.value.faults) == 3
