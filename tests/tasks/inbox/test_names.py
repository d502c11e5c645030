"""What the names in an inbox say."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.inbox.names import Claim, Filed, InboxResult, filed_key, is_matrix, latest_claim

NAMES = st.text(st.characters(exclude_characters="/\\:\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


@pytest.mark.parametrize("name", ["spring.csv", "Früh jahr.CSV", "a.b.parquet", "formats.csv.csv", "my formats.csv"])
def test_tables_wait_to_be_run(name: str):
    """Whatever they are called."""
    assert is_matrix(name)


@pytest.mark.parametrize(
    "name", ["formats.csv", "formats.parquet", "spring.csv.part", ".spring.csv", ".csv", "spring.xlsx", "done", ""]
)
def test_other_files_do_not(name: str):
    """Formats, files on their way, hidden ones, other kinds, the inbox's own folders."""
    assert not is_matrix(name)


@given(NAMES, st.lists(st.integers(1, 10**6), min_size=1, max_size=5), st.lists(NAMES, max_size=5))
def test_the_newest_claim_of_a_matrix_is_found(name: str, turns: list[int], others: list[str]):
    """By its number, whatever the names are; claims of other matrices don't count."""
    claims = [Claim(name, turn).key.partition("/")[2] for turn in turns]
    claims += [Claim(other, 10**7).key.partition("/")[2] for other in others if other != name]
    assert latest_claim(name, claims) == Claim(name, max(turns))


def test_what_is_filed_sorts_by_time():
    """In UTC, whatever the clock's zone."""
    at = datetime(2026, 11, 22, 3, 0, 3, tzinfo=timezone(timedelta(hours=1)))
    assert filed_key("done", "spring.csv", at) == "done/20261122T020003Z-spring.csv"
    assert filed_key("done", "a.csv", at) < filed_key("done", "a.csv", datetime(2026, 11, 22, 2, 0, 4, tzinfo=UTC))


def test_a_result_says_what_somebody_must_look_at():
    """All done is well; a matrix that failed, or a run that stopped, is not."""
    done = Filed(name="a.csv", shelf="done", key="done/x-a.csv", came_to="6 done")
    failed = Filed(name="b.csv", shelf="failed", key="failed/x-b.csv", came_to="no rows")
    well = InboxResult(inbox="in", filed=(done,), left=("c.csv: changed",))
    assert (well.is_well, well.sentence()) == (True, "1 done; 1 left for the next time")
    ill = InboxResult(inbox="in", filed=(done, failed))
    assert (ill.is_well, ill.sentence()) == (False, "1 done, 1 failed (b.csv)")
    stopped = InboxResult(inbox="in", stopped_because="no credits")
    assert (stopped.is_well, stopped.sentence()) == (False, "nothing was run; stopped: no credits")
