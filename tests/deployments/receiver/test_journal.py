"""An event stands in the journal once, from its arrival to its end, whatever ends the process in between."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.receiver.journal import KEPT_S, Journal, Journaled, JournalFailed

NOW = 1_790_000_000.0


@pytest.fixture
def path(tmp_path):
    """Where no journal is yet, nor its folder."""
    return tmp_path / "new" / "callbacks.sqlite"


@pytest.fixture
def inbox(path):
    """An open journal."""
    inbox = Journal.open(path)
    yield inbox
    inbox.close()


def test_an_event_is_kept_once(inbox):
    """The second time it is known, and its first body stays."""
    assert inbox.add("a", b"first", NOW)
    assert not inbox.add("a", b"second", NOW)
    assert inbox.claim(NOW) == Journaled("a", b"first", 0)
    assert inbox.counts() == {"waiting": 1, "done": 0, "failed": 0}


def test_an_event_is_in_one_hand_at_a_time(inbox):
    """The one that waits longest comes first, and none comes before it is due."""
    inbox.add("later", b"", NOW + 1)
    inbox.add("b", b"", NOW)
    inbox.add("a", b"", NOW)
    assert [inbox.claim(NOW).event_id, inbox.claim(NOW).event_id, inbox.claim(NOW)] == ["b", "a", None]
    inbox.let_go("b")
    assert inbox.claim(NOW).event_id == "b"
    assert inbox.claim(NOW + 1).event_id == "later"


def test_every_end_is_remembered_when_the_file_is_opened_again(inbox, path):
    """Done and given up for good, postponed until it is due, and what was in hand waits anew."""
    for event_id in ("done", "failed", "postponed", "in hand"):
        inbox.add(event_id, b"", NOW)
    for _ in range(4):
        inbox.claim(NOW)
    inbox.finish("done", NOW)
    inbox.give_up("failed", "no", NOW)
    inbox.postpone("postponed", "not now", NOW + 60)
    inbox.close()
    again = Journal.open(path)
    assert again.counts() == {"waiting": 2, "done": 1, "failed": 1}
    assert [again.claim(NOW).event_id, again.claim(NOW)] == ["in hand", None]
    assert again.claim(NOW + 60) == Journaled("postponed", b"", 1)
    assert not again.add("done", b"", NOW)
    again.close()


def test_what_was_given_up_can_be_put_in_line_again(inbox):
    """With all its tries, and at once."""
    inbox.add("a", b"", NOW)
    inbox.give_up("a", "no", NOW)
    assert inbox.claim(NOW + 9) is None
    assert inbox.retry_failed(NOW + 9) == 1
    assert inbox.claim(NOW + 9) == Journaled("a", b"", 0)


def test_what_was_done_long_ago_is_forgotten(inbox):
    """After longer than anybody would send it again; what failed is kept for people."""
    for event_id in ("done", "failed", "waiting"):
        inbox.add(event_id, b"", NOW)
    inbox.finish("done", NOW)
    inbox.give_up("failed", "no", NOW)
    assert inbox.forget_old(NOW + KEPT_S) == 0
    assert inbox.forget_old(NOW + KEPT_S + 1) == 1
    assert inbox.counts() == {"waiting": 1, "done": 0, "failed": 1}


@pytest.mark.usefixtures("inbox")
def test_a_journal_is_open_once(path):
    """Two receivers would do the same work twice."""
    with pytest.raises(JournalFailed, match="another receiver has it open"):
        Journal.open(path, lock_wait_s=0)


@pytest.mark.parametrize("content", [b"not a database, but long enough to be taken for one" * 40])
def test_a_file_that_is_no_journal_is_named(tmp_path, content):
    """And left as it is."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(JournalFailed, match=r"photo\.jpg cannot be used: file is not a database"):
        Journal.open(path)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """A file stands where it should be."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(JournalFailed, match="cannot be used"):
        Journal.open(tmp_path / "file" / "callbacks.sqlite")


def test_a_commit_is_on_the_disk(inbox):
    """A write-ahead log that is flushed at every commit (2, FULL) is what an acknowledgement rests on."""
    settings = [inbox.database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]


def test_a_journal_that_cannot_be_written_says_so(inbox):
    """Every way of writing, and the probe that health asks for."""
    inbox.probe()
    inbox.database.execute("PRAGMA query_only = ON")
    for write in (inbox.probe, lambda: inbox.add("a", b"", NOW), lambda: inbox.finish("a", NOW)):
        with pytest.raises(JournalFailed, match="readonly"):
            write()


ids = st.sampled_from("abc")
steps = st.lists(
    st.tuples(st.sampled_from(["add", "claim", "finish", "postpone", "give_up", "crash"]), ids), max_size=30
)


@settings(max_examples=25)
@given(steps)
def test_any_life_of_a_journal_is_that_of_a_plain_table(tmp_path_factory, steps):
    """A model that forgets what is in hand at a crash, and nothing else, says what is waiting, done and failed."""
    path = tmp_path_factory.mktemp("journal") / "callbacks.sqlite"
    inbox, states, in_hand = Journal.open(path), {}, set()
    for step, event_id in steps:
        if step == "crash":
            inbox.close()
            inbox, in_hand = Journal.open(path), set()
        elif step == "add":
            assert inbox.add(event_id, b"", NOW) == (event_id not in states)
            states.setdefault(event_id, "waiting")
        elif step == "claim":
            free = {name for name, state in states.items() if state == "waiting"} - in_hand
            claimed = inbox.claim(NOW)
            assert (claimed is None) == (not free)
            if claimed:
                assert claimed.event_id in free
                in_hand.add(claimed.event_id)
        elif event_id in in_hand:
            if step == "postpone":
                inbox.postpone(event_id, "no", NOW)
            elif step == "finish":
                inbox.finish(event_id, NOW)
                states[event_id] = "done"
            else:
                inbox.give_up(event_id, "no", NOW)
                states[event_id] = "failed"
            inbox.let_go(event_id)
            in_hand.discard(event_id)
        counts = {state: list(states.values()).count(state) for state in ("waiting", "done", "failed")}
        assert inbox.counts() == counts
    inbox.close()


def test_only_its_owner_reads_what_was_received(path):
    """In the file and in those beside it, whatever the umask says; one that was open to others is closed."""
    before = os.umask(0o022)
    try:
        for mode in (0o600, 0o644):
            inbox = Journal.open(path)
            inbox.add("a", b"a token", NOW)
            modes = {one.name: oct(one.stat().st_mode & 0o777) for one in path.parent.iterdir()}
            assert modes == dict.fromkeys(("callbacks.sqlite", "callbacks.sqlite-wal"), "0o600")
            inbox.close()
            path.chmod(mode)
    finally:
        os.umask(before)
    Journal.open(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
