"""One campaign under two descriptions is told from two campaigns that share a folder's name."""

import pytest

from tasks.ledger.occupant import Occupant, is_same_campaign, key_of, newest_number, plain_title

HELD = Occupant(title="Q1 Launch", matrix="/srv/q1.csv", plan_sha256="aa", kind="paid")


def now(**fields) -> Occupant:
    """The same campaign, told a little differently."""
    return HELD.model_copy(update={"plan_sha256": "bb", **fields})


@pytest.mark.parametrize("other", ["q1 launch", "Q1_launch", "q1-LAUNCH", "  Q1\u00a0 Launch "])
def test_a_name_is_the_same_however_it_is_written(other: str):
    """Case, spaces, and what file names have for spaces."""
    assert plain_title(other) == plain_title("Q1 Launch")


def test_accents_are_the_same_composed_or_not():
    """A Mac's file names take them apart."""
    assert plain_title("Cafe\u0301") == plain_title("Caf\u00e9") != plain_title("Cafe")


@pytest.mark.parametrize(("one", "other"), [("C#", "C++"), ("Sale 50% (DE)", "Sale 50 DE"), ("a" * 60 + "b", "a" * 60)])
def test_names_that_make_one_folder_are_two(one: str, other: str):
    """Even of one matrix, and whatever they share."""
    assert not is_same_campaign(now(title=one), now(title=other), lambda: True)


@pytest.mark.parametrize(
    ("change", "is_shared", "is_same"),
    [
        ({}, False, True),
        ({"formats": "/srv/formats.csv"}, False, True),
        ({"matrix": "/mnt/q1.csv"}, False, False),
        ({"matrix": "/mnt/q1.csv"}, True, True),
        ({"matrix": "/mnt/q1.csv", "plan_sha256": "aa"}, False, True),
    ],
)
def test_a_table_may_be_edited_or_moved(change: dict[str, str], is_shared: bool, is_same: bool):
    """Not both, unless half of the images are still the same."""
    assert is_same_campaign(HELD, now(**change), lambda: is_shared) == is_same


@pytest.mark.parametrize(("title", "is_shared", "is_same"), [("Q1 Launch", False, True), ("x", True, True), ("", 0, 0)])
def test_what_an_earlier_version_left_is_taken_by_name_or_images(title: str, is_shared: bool, is_same: bool):
    """It did not say where its table lay."""
    held = Occupant(title=title, matrix=None, kind="paid")
    assert is_same_campaign(held, HELD, lambda: is_shared) == is_same


def test_the_newest_record_counts():
    """Among whatever else lies there; ten comes after nine."""
    assert newest_number(["intents", "sandbox.json", "campaign.9.json", "campaign.10.json", "campaign.x.json"]) == 10
    assert newest_number([]) == 0
    assert key_of(10) == "ledger/campaign.10.json"
