"""What the names in an inbox say."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tasks.inbox.names import Filed, InboxResult, filed_key, is_matrix


@pytest.mark.parametrize(
    "name", ["spring.csv", "Früh jahr.CSV", "a.b.parquet", "a.xlsx", "a.ODS", "formats.csv.csv", "my formats.csv"]
)
def test_tables_wait_to_be_run(name: str):
    """Whatever they are called."""
    assert is_matrix(name)


@pytest.mark.parametrize(
    "name",
    [
        "formats.csv",
        "formats.parquet",
        "spring.csv.part",
        ".spring.csv",
        ".csv",
        "~$spring.xlsx",
        "formats.xlsx",
        "done",
        "",
    ],
)
def test_other_files_do_not(name: str):
    """Formats, files on their way, hidden ones, other kinds, the inbox's own folders."""
    assert not is_matrix(name)


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


def test_a_result_tells_each_matrix_by_what_came_of_it():
    """What another run has filed needs nobody's look."""
    filed = Filed(name="a.csv", shelf="done", key="done/x-a.csv", came_to="6 done")
    result = InboxResult(inbox="in").after("a.csv", filed).after("b.csv", "changed").after("c.csv", None)
    assert (result.filed, result.left, result.elsewhere) == ((filed,), ("b.csv: changed",), ("c.csv",))
    assert (result.is_well, result.sentence()) == (True, "1 done, 1 filed by another run; 1 left for the next time")
