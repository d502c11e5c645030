"""The ledger gives back what was written, whoever else writes there, whatever has become of its files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.ledger.ledger import Ledger
from tasks.ledger.names import Turn
from tasks.ledger.records import Answered
from tasks.records.answer import ImageObject
from tasks.records.keys import ENDS, INTENTS, OUTCOMES_KEY
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, a_request, an_outcome

CELL = a_cell()
ID = CELL.cell_id


@pytest.fixture
def store(tmp_path: Path) -> CampaignStore:
    """An empty folder."""
    return CampaignStore.open(str(tmp_path), "q1-launch")


@pytest.fixture
def ledger(store: CampaignStore) -> Ledger:
    """The ledger of a run."""
    return Ledger(store, "this-run")


def reads(monkeypatch) -> list[str]:
    """Every key that is read from now on."""
    keys: list[str] = []
    read = CampaignStore.read
    monkeypatch.setattr(CampaignStore, "read", lambda self, key: keys.append(key) or read(self, key))
    return keys


def an_answer(turn: int = 1) -> Answered:
    """An image that is paid."""
    image = ImageObject(is_image_safe=True, seed=7, url="https://ideogram.ai/x.png?sig=1")
    return Answered(cell_id=ID, turn=turn, image=image, attempts=1, started_at=datetime.now(UTC))


def test_an_empty_ledger_knows_nothing(ledger: Ledger):
    """Nothing was ever written."""
    known = ledger.load([CELL])
    assert (known.outcomes, known.open) == ({}, {})
    assert ledger.read_owner(ID, 1) is ledger.read_answer(ID, 1) is ledger.read_end(ID, 1) is None


def test_a_turn_has_one_owner(ledger: Ledger, store: CampaignStore):
    """Another run learns that it came late, and who was first; the next turn is another matter."""
    other = Ledger(store, "other-run")
    assert ledger.intend(CELL, 1)
    assert not other.intend(CELL, 1)
    assert other.read_owner(ID, 1) == "this-run"
    assert other.load([CELL]).open == {ID: 1}
    assert other.intend(CELL, 2)


def test_a_turn_is_given_back_by_its_owner_only(ledger: Ledger, store: CampaignStore):
    """A run that failed to own a cell, and does not know why, takes no other run's intent away."""
    other = Ledger(store, "other-run")
    ledger.intend(CELL, 1)
    other.release(ID, 1)
    assert ledger.read_owner(ID, 1) == "this-run"
    ledger.release(ID, 1)
    ledger.release(ID, 1)
    assert ledger.is_released(ID, 1)
    assert not other.intend(CELL, 1), "a turn has one owner for ever"
    known = other.load([CELL])
    assert (known.open, known.released, known.next_turn(ID)) == ({}, {ID: 1}, 2)
    assert other.intend(CELL, 2)


def test_a_release_that_arrives_late_takes_no_other_runs_turn_away(ledger: Ledger, store: CampaignStore):
    """Its answer was lost, the client sends it again, and meanwhile another run has come."""
    ledger.intend(CELL, 1)
    sent: list = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("create", "write", "delete"):
            real = getattr(CampaignStore, name)
            patch.setattr(CampaignStore, name, lambda *given, real=real: sent.append((real, given)) or real(*given))
        ledger.release(ID, 1)
    other = Ledger(store, "other-run")
    turn = other.load([CELL]).next_turn(ID)
    assert other.intend(CELL, turn)
    for real, given in sent:
        real(*given)
    assert other.read_owner(ID, turn) == "other-run"
    assert ledger.load([CELL]).open == {ID: turn}


def test_a_turn_that_was_given_back_has_not_ended(ledger: Ledger, store: CampaignStore):
    """Another run took its owner for dead and could not know that nothing was sent; the owner knows."""
    ledger.intend(CELL, 1)
    Ledger(store, "other-run").note_end(an_outcome(CELL, "unknown"))
    ledger.release(ID, 1)
    known = ledger.load([CELL])
    assert (known.outcomes, known.open, known.next_turn(ID)) == ({}, {}, 2)


def test_what_was_noted_is_read_again(ledger: Ledger):
    """The answer with its link, the end with its files."""
    ledger.note_answer(an_answer())
    ledger.note_end(an_outcome(CELL))
    assert ledger.read_answer(ID, 1) == an_answer().model_copy(
        update={"started_at": ledger.read_answer(ID, 1).started_at}
    )
    assert ledger.read_end(ID, 1) == an_outcome(CELL)
    assert ledger.read_end(ID, 2) is None


def test_the_better_known_end_is_read(ledger: Ledger):
    """Another run took the owner for dead and was wrong."""
    ledger.intend(CELL, 1)
    ledger.note_end(an_outcome(CELL, "unknown"))
    assert ledger.load([CELL]).outcomes[ID].status == "unknown"
    ledger.note_end(an_outcome(CELL))
    assert ledger.read_end(ID, 1) == ledger.load([CELL]).outcomes[ID] == an_outcome(CELL)


def test_a_resume_reads_one_file_and_not_thousands(ledger: Ledger, monkeypatch):
    """Two listings and the copy, however many cells there are; of those that the copy lacks, one each."""
    cells = [a_cell(a_request(f"Teapot {number}")) for number in range(30)]
    outcomes = [an_outcome(cell, "blocked") for cell in cells]
    for outcome in outcomes:
        ledger.note_end(outcome)
    ledger.copy_outcomes(outcomes[:-2])
    read = reads(monkeypatch)
    known = ledger.load(cells)
    assert known.outcomes == {outcome.cell_id: outcome for outcome in outcomes}
    missing = [Turn(cell.cell_id, 1).key(ENDS, "blocked") for cell in cells[-2:]]
    assert sorted(read) == sorted([OUTCOMES_KEY, *missing])


def test_a_copy_that_is_behind_is_not_believed(ledger: Ledger):
    """The run after it was killed before it wrote another; the ends are the truth."""
    ledger.note_end(an_outcome(CELL, "unknown"))
    ledger.copy_outcomes([an_outcome(CELL, "unknown")])
    later = an_outcome(CELL, turn=2)
    ledger.note_end(later)
    assert ledger.load([CELL]).outcomes == {ID: later}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"{not json", b'{"cell_id": "x"}\n\n'])
def test_a_copy_that_is_damaged_costs_reads_and_nothing_else(ledger: Ledger, store: CampaignStore, content: bytes):
    """So does one that somebody has removed."""
    ledger.note_end(an_outcome(CELL))
    store.write(OUTCOMES_KEY, content)
    assert ledger.load([CELL]).outcomes == {ID: an_outcome(CELL)}


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00" * 20])
def test_a_damaged_end_leaves_its_turn_open(ledger: Ledger, store: CampaignStore, content: bytes):
    """It is found out again, from the answer and the original; it is never asked for as if nothing had been."""
    ledger.intend(CELL, 1)
    store.write(Turn(ID, 1).key(ENDS, "done"), content)
    known = ledger.load([CELL])
    assert (known.outcomes, known.open) == ({}, {ID: 1})
    assert ledger.read_end(ID, 1) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00" * 20])
def test_a_damaged_intent_still_owns_its_turn(ledger: Ledger, store: CampaignStore, content: bytes):
    """Nobody knows who asked; it may have been paid, so nobody else may own the turn, or take it back."""
    store.write(Turn(ID, 1).key(INTENTS), content)
    assert ledger.read_owner(ID, 1) == ""
    assert not ledger.intend(CELL, 1)
    ledger.release(ID, 1)
    assert ledger.load([CELL]).open == {ID: 1}


def test_a_damaged_answer_is_none(ledger: Ledger, store: CampaignStore):
    """Its link is lost; the cell is told as one that may have been paid."""
    store.write(Turn(ID, 1).key("ledger/answers"), b"")
    assert ledger.read_answer(ID, 1) is None


def test_foreign_files_are_passed_over(ledger: Ledger, store: CampaignStore, tmp_path: Path):
    """What systems and people leave in folders, staged files of a run that was killed, and other campaigns' cells."""
    ledger.intend(CELL, 1)
    ledger.note_end(an_outcome(CELL))
    for folder in (INTENTS, ENDS):
        for name in ("desktop.ini", ".0a1b.part", ".DS_Store", "lamp-1.1.done.json", "lamp-2.1.json"):
            store.write(f"{folder}/{name}", b"?")
        (tmp_path / "q1-launch" / folder / "a folder").mkdir()
    known = ledger.load([CELL])
    assert (known.outcomes, known.open) == ({ID: an_outcome(CELL)}, {})


@pytest.mark.parametrize("output", ["memory://ledger-{name}", "{bucket}"])
def test_it_is_the_same_elsewhere(output: str, tmp_path: Path, bucket):
    """In memory and on S3."""
    store = CampaignStore.open(output.format(name=tmp_path.name, bucket=bucket.url), "q1-launch")
    ledger, other = Ledger(store, "this-run"), Ledger(store, "other-run")
    assert ledger.intend(CELL, 1)
    assert not other.intend(CELL, 1)
    assert other.load([CELL]).open == {ID: 1}
    ledger.release(ID, 1)
    assert (other.load([CELL]).open, other.load([CELL]).next_turn(ID)) == ({}, 2)
    assert other.intend(CELL, 2)
    other.note_end(an_outcome(CELL, turn=2))
    assert ledger.load([CELL]).outcomes == {ID: an_outcome(CELL, turn=2)}
