"""The ledger under two runs that die, or stand still, at any step: nothing paid is forgotten, or paid unawares."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tasks.errors import StorageFailed
from tasks.ledger.ledger import Ledger
from tasks.ledger.names import Intents, Turn, latest_ends, parse_name
from tasks.ledger.records import Answered
from tasks.ledger.resume import Ask
from tasks.records.answer import ImageObject
from tasks.records.keys import ENDS, INTENTS
from tasks.storage.storage import CampaignStore
from tests.factories import PRICE_USD, a_cell, a_request, an_outcome

CELLS = tuple(a_cell(a_request(f"Teapot {number}")) for number in range(2))
RUNS = ("one", "two")
STEPS = (*["fine"] * 6, "fails before", "fails after", "dies before", "dies after")
numbers = count()


class Died(BaseException):
    """The process is no more."""


class Shaky(MemoryFileSystem):
    """A store whose next call that changes something goes as `next_step` says; it keeps its word on creation."""

    cachable = False
    next_step = "fine"

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Callable[[], Any]] = []
        """Every change that was asked for: a client may send each once more, however late."""

    def _goes_wrong(self, effect: Callable[[], Any]) -> None:
        self.sent.append(effect)
        step, self.next_step = self.next_step, "fine"
        if step.endswith("after") or step == "fine":
            effect()
        if step.startswith("dies"):
            raise Died
        if step.startswith("fails"):
            raise OSError("the storage failed")

    def pipe_file(self, path, value, mode="overwrite", **kwargs):
        """Store, or not."""

        def effect() -> None:
            if mode == "create" and self.exists(path):
                raise FileExistsError(path)
            MemoryFileSystem.pipe_file(self, path, value, **kwargs)

        self._goes_wrong(effect)

    def rm_file(self, path):
        """Remove, or not."""
        self._goes_wrong(lambda: MemoryFileSystem.rm_file(self, path))


@dataclass
class Run:
    """One run: the turns that it would ask for, and those that it owns, with what it has done about each."""

    ledger: Ledger
    fs: Shaky
    owned: dict[Turn, str] = field(default_factory=dict)
    asks: dict[Turn, Ask] = field(default_factory=dict)
    """What the earlier turns of each cell that it owns have cost."""
    plans: dict[str, Ask] = field(default_factory=dict)
    """The turn of each cell that it would ask for."""


class TwoRuns(RuleBasedStateMachine):
    """Two runs ask, answer, end, give back and take over, in any order, dying and failing anywhere."""

    @initialize()
    def begin(self) -> None:
        """An empty ledger."""
        self.root = f"/states-{next(numbers)}"
        self.names = (f"{run}-{number}" for number in count() for run in RUNS)
        self.runs: dict[str, Run] = {}
        self.changes: list[Callable[[], Any]] = []
        self.sent: dict[Turn, list[str]] = {}
        self.best: dict[str, tuple[int, int]] = {}
        for run in RUNS:
            self._start(run)

    def _start(self, run: str) -> None:
        fs = Shaky()
        fs.sent = self.changes
        store = CampaignStore(f"memory:/{self.root}", fs, self.root)
        self.runs[run] = Run(Ledger(store, next(self.names)), fs)
        self.look(run)

    def _do(self, run: str, step: str, what: Callable[[Ledger], Any]) -> Any:
        """Do something as `run`, whose next change goes as `step` says; "failed" or "died" where it does not."""
        alive = self.runs[run]
        alive.fs.next_step = step
        try:
            return what(alive.ledger)
        except StorageFailed:
            return "failed"
        except Died:
            self._start(run)
            return "died"
        finally:
            alive.fs.next_step = "fine"

    def _fresh(self) -> Ledger:
        return Ledger(CampaignStore(f"memory:/{self.root}", Shaky(), self.root), "a look")

    @rule(run=st.sampled_from(RUNS))
    def look_again(self, run: str) -> None:
        """A run looks at the ledger anew."""
        self.look(run)

    def look(self, run: str) -> None:
        """A run decides which turn of each cell it would ask for: what it sees may be old when it comes to that."""
        known = self.runs[run].ledger.load(CELLS)
        self.runs[run].plans = {
            cell.cell_id: self._ask(cell, known)
            for cell in CELLS
            if cell.cell_id not in known.open
            and (cell.cell_id not in known.outcomes or known.outcomes[cell.cell_id].status != "done")
        }

    @staticmethod
    def _ask(cell, known, turn: int | None = None) -> Ask:
        outcome = known.outcomes.get(cell.cell_id)
        turn = turn or known.next_turn(cell.cell_id)
        return Ask.after(cell, turn, outcome) if outcome is not None else Ask(cell, turn)

    @precondition(lambda self: any(run.plans for run in self.runs.values()))
    @rule(data=st.data(), step=st.sampled_from(STEPS), is_sent=st.booleans())
    def intend(self, data, step: str, is_sent: bool) -> None:
        """Own a turn that was decided on; a run that cannot tell whether it does takes back what is its own."""
        run = data.draw(st.sampled_from([run for run in RUNS if self.runs[run].plans]))
        cell = data.draw(st.sampled_from([cell for cell in CELLS if cell.cell_id in self.runs[run].plans]))
        self._intend(run, cell, step, is_sent=is_sent)

    def _intend(self, run: str, cell, step: str, *, is_sent: bool) -> None:
        ask = self.runs[run].plans[cell.cell_id]
        turn = Turn(cell.cell_id, ask.turn)
        owned = self._do(run, step, lambda ledger: ledger.intend(cell, turn.number))
        if owned is True:
            self.runs[run].owned[turn], self.runs[run].asks[turn] = "intended", ask
            del self.runs[run].plans[cell.cell_id]
            if is_sent and self._is_held(run, turn):
                self._send(run, turn)
        elif owned == "failed":
            self._do(run, "fine", lambda ledger: ledger.release(*turn))

    def _is_held(self, run: str, turn: Turn) -> bool:
        """Whether the last look before a request leaves finds the turn this run's; if not, it notes that none left."""
        ledger = self.runs[run].ledger
        if ledger.read_owner(*turn) == ledger.run_id:
            self.runs[run].owned[turn] = "held"
            begun = Intents.of(self._fresh().store.names(INTENTS)).begun
            assert not any(one.cell_id == turn.cell_id and one.number > turn.number for one in begun), "fenced"
            return True
        del self.runs[run].owned[turn]
        self._do(run, "fine", lambda ledger: ledger.mark_released(*turn))
        return False

    @precondition(lambda self: any(self._turns("intended")))
    @rule(data=st.data())
    def hold(self, data) -> None:
        """A run that has waited looks whether the turn is still its own, and then stands still once more."""
        self._is_held(*data.draw(st.sampled_from(list(self._turns("intended")))))

    def _turns(self, *states: str) -> Iterator[tuple[str, Turn]]:
        return (
            (run, turn) for run in RUNS for turn, state in self.runs[run].owned.items() if not states or state in states
        )

    @precondition(lambda self: any(self._turns("held")))
    @rule(data=st.data())
    def send(self, data) -> None:
        """The request leaves, and is paid."""
        self._send(*data.draw(st.sampled_from(list(self._turns("held")))))

    @precondition(lambda self: any(self._turns("held")))
    @rule(data=st.data())
    def be_turned_away(self, data) -> None:
        """The request left, and cost nothing: before another attempt the run waits."""
        run, turn = data.draw(st.sampled_from(list(self._turns("held"))))
        self.runs[run].owned[turn] = "intended"

    def _send(self, run: str, turn: Turn) -> None:
        self.runs[run].owned[turn] = "sent"
        self.sent.setdefault(turn, []).append(run)

    @precondition(lambda self: any(self._turns("intended")))
    @rule(data=st.data(), step=st.sampled_from(STEPS))
    def give_back(self, data, step: str) -> None:
        """The campaign stopped before the request left."""
        run, turn = data.draw(st.sampled_from(list(self._turns("intended"))))
        del self.runs[run].owned[turn]
        self._do(run, step, lambda ledger: ledger.mark_released(*turn))

    @precondition(lambda self: any(self._turns("sent")))
    @rule(data=st.data(), step=st.sampled_from(STEPS))
    def answer(self, data, step: str) -> None:
        """The answer has come, and is noted."""
        run, turn = data.draw(st.sampled_from(list(self._turns("sent"))))
        image = ImageObject(is_image_safe=True, seed=1, url="https://ideogram.ai/x")
        answered = Answered(
            cell_id=turn.cell_id, turn=turn.number, image=image, attempts=1, started_at=datetime.now(UTC)
        )
        self.runs[run].owned[turn] = "answered"
        self._do(run, step, lambda ledger: ledger.note_answer(answered))

    @precondition(lambda self: any(self._turns("sent", "answered")))
    @rule(data=st.data(), step=st.sampled_from(STEPS), status=st.sampled_from(["done", "failed", "unknown"]))
    def end(self, data, step: str, status) -> None:
        """The turn ends."""
        run, turn = data.draw(st.sampled_from(list(self._turns("sent", "answered"))))
        del self.runs[run].owned[turn]
        self._note(run, step, self.runs[run].asks[turn], status)

    def _note(self, run: str, step: str, ask: Ask, status) -> None:
        cost = {"cost_usd": ask.cost_usd + PRICE_USD, "in_doubt": ask.in_doubt}
        outcome = an_outcome(ask.cell, status, turn=ask.turn, **cost)
        self._do(run, step, lambda ledger: ledger.note_end(outcome))

    @rule(run=st.sampled_from(RUNS), cell=st.sampled_from(CELLS), step=st.sampled_from(STEPS), is_wrong=st.booleans())
    def take_over(self, run: str, cell, step: str, is_wrong: bool) -> None:
        """A turn whose owner is dead, or is taken for dead, ends as well as it is known."""
        ledger = self.runs[run].ledger
        known = ledger.load([cell])
        turn = Turn(cell.cell_id, known.open.get(cell.cell_id, 0))
        owner = ledger.read_owner(*turn)
        if owner in {None, ledger.run_id} or (
            owner in {alive.ledger.run_id for alive in self.runs.values()} and not is_wrong
        ):
            return
        taken = self._do(run, step, lambda ledger: ledger.take(cell, turn.number))
        if taken == "failed":  # it stops, as ever where the storage fails
            self._start(run)
        if taken in {"failed", "died"}:
            return
        ask = self._ask(cell, known, turn.number)
        is_answered = ledger.read_answer(*turn) is not None
        self._note(run, step, ask if is_answered else ask.doubted(), "done" if is_answered else "unknown")
        self.look(run)

    @precondition(lambda self: any(self._turns("intended", "held", "sent")))
    @rule(data=st.data())
    def stand_still(self, data) -> None:
        """A machine is stopped, and another takes its cell over and asks again."""
        run, turn = data.draw(st.sampled_from(list(self._turns("intended", "held", "sent"))))
        other = next(name for name in RUNS if name != run)
        cell = next(cell for cell in CELLS if cell.cell_id == turn.cell_id)
        self.take_over(other, cell, "fine", is_wrong=True)
        if cell.cell_id in self.runs[other].plans:
            self._intend(other, cell, "fine", is_sent=True)

    @rule(run=st.sampled_from(RUNS), step=st.sampled_from(STEPS))
    def copy(self, run: str, step: str) -> None:
        """A manifest is published."""
        self._do(run, step, lambda ledger: ledger.copy_outcomes(ledger.load(CELLS).outcomes.values()))

    @precondition(lambda self: self.changes)
    @rule(data=st.data())
    def repeat(self, data) -> None:
        """The answer to a change was lost, and its client sends it again, whatever has come in between."""
        change = data.draw(st.sampled_from(self.changes[-6:]))
        with suppress(FileExistsError, FileNotFoundError):
            change()

    @rule(run=st.sampled_from(RUNS), is_now=st.integers(0, 4))
    def die(self, run: str, is_now: int) -> None:
        """Between two steps."""
        if is_now == 0:
            self._start(run)

    @invariant()
    def a_turn_is_sent_once(self) -> None:
        """By one owner, once."""
        assert all(len(runs) == 1 for runs in self.sent.values()), self.sent

    @invariant()
    def what_is_counted_is_what_was_sent(self) -> None:
        """A cell costs what its requests have cost, and what nobody can say of turns that were taken over."""
        known = self._fresh().load(CELLS)
        for cell_id, outcome in known.outcomes.items():
            turns = {turn.number for turn in self.sent if turn.cell_id == cell_id and turn.number <= outcome.turn}
            assert outcome.cost_usd == len(turns | outcome.in_doubt.keys()) * PRICE_USD

    @invariant()
    def nothing_that_was_given_back_is_paid(self) -> None:
        """A mark is for ever, whoever has taken the turn over, and however late a request leaves."""
        released = Intents.of(self._fresh().store.names(INTENTS)).released
        assert not released & set(self.sent)

    @invariant()
    def nothing_that_was_sent_is_forgotten(self) -> None:
        """Whoever comes later finds each request as an end, or as a turn that is open."""
        store = self._fresh().store
        names = [*store.names(INTENTS), *store.names(ENDS)]
        assert set(self.sent) <= {named.turn for named in map(parse_name, names) if named}
        fresh = self._fresh().load(CELLS)
        for turn in self.sent:
            newest = fresh.open.get(turn.cell_id) or fresh.outcomes[turn.cell_id].turn
            assert newest >= turn.number

    @invariant()
    def what_is_known_only_gets_better(self) -> None:
        """The end of a cell gives way to a better one of its turn, or to a later turn's, and to nothing else."""
        ends = latest_ends(self._fresh().store.names(ENDS))
        now = {
            cell_id: (end.turn.number, -["done", "blocked", "failed", "unknown"].index(end.status))
            for cell_id, end in ends.items()
        }
        assert all(now[cell_id] >= before for cell_id, before in self.best.items())
        self.best = now


TestTwoRuns = TwoRuns.TestCase
TestTwoRuns.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
