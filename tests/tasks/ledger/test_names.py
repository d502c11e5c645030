"""What the names of ledger records say, whatever else lies beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.ledger.names import BETTER_KNOWN, RELEASED, End, Intents, Named, Turn, latest_ends, newest_after, parse_name
from tasks.records.keys import ENDS, INTENTS

cell_ids = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,3}", fullmatch=True)
turns = st.builds(Turn, cell_ids, st.integers(1, 99))
statuses = st.sampled_from(BETTER_KNOWN)


def name(turn: Turn, status=None) -> str:
    """The name of a turn's record."""
    return turn.key("x", status).removeprefix("x/")


@given(turns, st.none() | statuses | st.just(RELEASED))
def test_a_name_says_what_it_was_made_of(turn, state):
    """Names are read back as they were written, with and without a state."""
    assert parse_name(name(turn, state)) == Named(turn, state)


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
    assert Intents.of([foreign]) == (frozenset(), frozenset())


def test_keys_lie_where_the_folder_is_listed():
    """The records of a turn, as the module draws them."""
    turn = Turn("lamp-1", 2)
    assert turn.key(INTENTS) == "ledger/intents/lamp-1.2.json"
    assert turn.key(INTENTS, RELEASED) == "ledger/intents/lamp-1.2.released.json"
    assert turn.key(ENDS, "blocked") == "ledger/ends/lamp-1.2.blocked.json"


@given(st.permutations([name(Turn("lamp-1", 1), status) for status in BETTER_KNOWN]))
def test_the_better_known_of_two_ends_counts(names):
    """In whatever order they are listed: what is done is done, and unknown gives way to everything."""
    while names:
        best = min(BETTER_KNOWN.index(parse_name(each).state) for each in names)
        assert latest_ends(names)["lamp-1"].status == BETTER_KNOWN[best]
        names = names[1:]


def test_a_later_turn_counts_more_than_a_better_end():
    """A cell that was tried again ended as it ended then; ten comes after nine."""
    names = [name(Turn("lamp-1", 9), "done"), name(Turn("lamp-1", 10), "unknown")]
    assert latest_ends(names) == {"lamp-1": End(Turn("lamp-1", 10), "unknown")}


few = st.builds(Turn, st.sampled_from(["lamp-1", "lamp-2"]), st.integers(1, 4))


@given(st.sets(few), st.sets(few), st.lists(st.tuples(few, statuses)))
def test_a_cell_is_open_where_its_newest_turn_that_was_not_given_back_has_no_end(intended, released, ended):
    """By the definition, written the slow way; an `unknown` of a turn that was given back is no end."""
    intents = Intents.of([*map(name, intended), *(name(turn, RELEASED) for turn in released)])
    ends = latest_ends((name(turn, status) for turn, status in ended), intents.released)
    stands = {turn for turn, status in ended if status != "unknown" or turn not in released}
    open_turns = newest_after(intents.begun, ends)
    for cell_id in ("lamp-1", "lamp-2"):
        begun = [turn.number for turn in intended - released if turn.cell_id == cell_id]
        over = [turn.number for turn in stands if turn.cell_id == cell_id]
        is_open = max(begun, default=0) > max(over, default=0)
        assert open_turns.get(cell_id) == (Turn(cell_id, max(begun)) if is_open else None)
