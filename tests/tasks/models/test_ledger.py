"""What the names of ledger records say, whatever else lies beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.models.ledger import BETTER_KNOWN, ENDS, INTENTS, End, Turn, latest_ends, open_turns, parse_name

cell_ids = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,3}", fullmatch=True)
turns = st.builds(Turn, cell_ids, st.integers(1, 99))
statuses = st.sampled_from(BETTER_KNOWN)


def name(turn: Turn, status=None) -> str:
    """The name of a turn's record."""
    return turn.key("x", status).removeprefix("x/")


@given(turns, st.none() | statuses)
def test_a_name_says_what_it_was_made_of(turn, status):
    """Names are read back as they were written, with and without an end."""
    assert parse_name(name(turn, status)) == End(turn, status)


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        ".json",
        "notes.txt",
        ".0a1b.part",
        "lamp-1.json",
        "lamp-1.one.json",
        "lamp-1.1.json.bak",
        "lamp-1.1.lost.json",
        "lamp-1.1.pending.json",
        "Lamp-1.1.json",
        "probe-1a2b",
        "desktop.ini",
    ],
)
def test_a_file_that_is_none_of_ours_says_nothing(foreign):
    """Whatever people and systems leave in a folder is passed over."""
    assert parse_name(foreign) is None
    assert latest_ends([foreign]) == {}
    assert open_turns([foreign], {}) == {}


def test_keys_lie_where_the_folder_is_listed():
    """The three records of a turn, as the module draws them."""
    turn = Turn("lamp-1", 2)
    assert turn.key(INTENTS) == "ledger/intents/lamp-1.2.json"
    assert turn.key(ENDS, "blocked") == "ledger/ends/lamp-1.2.blocked.json"


@given(st.permutations([name(Turn("lamp-1", 1), status) for status in BETTER_KNOWN]))
def test_the_better_known_of_two_ends_counts(names):
    """In whatever order they are listed: what is done is done, and unknown gives way to everything."""
    while names:
        best = min(BETTER_KNOWN.index(parse_name(each).status) for each in names)
        assert latest_ends(names)["lamp-1"].status == BETTER_KNOWN[best]
        names = names[1:]


def test_a_later_turn_counts_more_than_a_better_end():
    """A cell that was tried again ended as it ended then; ten comes after nine."""
    names = [name(Turn("lamp-1", 9), "done"), name(Turn("lamp-1", 10), "unknown")]
    assert latest_ends(names) == {"lamp-1": End(Turn("lamp-1", 10), "unknown")}


@given(st.lists(turns), st.lists(st.tuples(turns, statuses)))
def test_a_cell_is_open_exactly_where_its_newest_intent_has_no_end(intents, ended):
    """By the definition, written the slow way."""
    ends = latest_ends(name(turn, status) for turn, status in ended)
    expected = {
        cell_id: Turn(cell_id, newest)
        for cell_id in {turn.cell_id for turn in intents}
        if (newest := max(turn.number for turn in intents if turn.cell_id == cell_id))
        > max((turn.number for turn, _ in ended if turn.cell_id == cell_id), default=0)
    }
    assert open_turns(map(name, intents), ends) == expected
