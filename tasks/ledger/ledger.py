"""The ledger of a campaign: what is known of each cell, durable, on the campaign's own storage."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Self, TypeVar

from pydantic import ValidationError

from tasks.ledger.names import End, Intents, Turn, latest_ends, newest_after, parse_name
from tasks.ledger.published import Published
from tasks.ledger.records import Intent, Known, as_known, known_of
from tasks.ledger.turns import Turns
from tasks.records.cell import Cell
from tasks.records.keys import ANSWERS, ENDS, INTENTS, OUTCOMES_KEY, PUBLISHED_KEY, SANDBOX_MARK
from tasks.records.outcome import SANDBOX, Outcome
from tasks.records.record import Record
from tasks.storage.storage import CampaignStore

READERS: Final = 32

K = TypeVar("K")
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Ledger(Turns):
    """Reads and writes the records of a campaign's cells for one run. Every method may raise StorageFailed."""

    @classmethod
    def to_look(cls, store: CampaignStore, *, is_sandbox: bool) -> Self:
        """The ledger for whoever asks for nothing, and owns nothing."""
        return cls(store, run_id="", made_by=SANDBOX if is_sandbox else "")

    def load(self, cells: Sequence[Cell]) -> Known:
        """What is known of these cells: a listing of the ends, one of the intents, and one file.

        Where any end is unknown, there is a listing of the answers too.

        Outcomes that the file does not hold, since the run that made them was killed, are read one by one, and so are
        the intents of what has not ended, or has under an earlier version: they tell whose request an id stands for. A
        turn whose end is damaged counts as one that has not ended, and one that was the sandbox's, where this run is
        paid, as one that was given back.
        """
        ended, intents = self.store.names(ENDS), Intents.of(self.store.names(INTENTS))
        intents, noted = self._ended(ended, intents)
        outcomes = {cell_id: as_known(outcome, intents.released) for cell_id, outcome in noted.items()}
        ends = {cell_id: End(Turn(cell_id, outcome.turn), outcome.status) for cell_id, outcome in outcomes.items()}
        intents, read = self._open(intents, ends)
        nameless = [ends[cell_id].turn for cell_id, one in outcomes.items() if not one.request_sha256]
        asked = [turn for turn in nameless if turn.cell_id not in read]
        read |= zip((turn.cell_id for turn in asked), self._each(asked, self.read_intent), strict=True)
        return known_of(cells, outcomes, read, newest_after(intents.begun, ends), newest_after(intents.released, ends))

    def _ended(self, names: Collection[str], intents: Intents) -> tuple[Intents, dict[str, Outcome]]:
        """The intents without those of drawings that are nothing to this run, and how each cell's newest turn ended."""
        answered = self.answered() if any(name.endswith(".unknown.json") for name in names) else frozenset()
        # Of an earlier turn than the newest that end stands: the later ones have its cost.
        come_to_light = answered.intersection(newest_after(intents.begun, {}).values())
        noted = self._outcomes(latest_ends(names, intents.released | come_to_light))
        drawn = {Turn(cell_id, end.turn) for cell_id, end in noted.items() if self.is_nothing(end)}
        return intents.without(drawn), {cell_id: end for cell_id, end in noted.items() if not self.is_nothing(end)}

    def answered(self) -> frozenset[Turn]:
        """The turns whose answer was noted, which may be stored by now or not."""
        return frozenset(named.turn for named in map(parse_name, self.store.names(ANSWERS)) if named is not None)

    def _open(self, intents: Intents, ends: Mapping[str, End]) -> tuple[Intents, dict[str, Intent | None]]:
        """The intents without those that are nothing to this run, and of each cell that has not ended the newest."""
        while True:
            turns = newest_after(intents.begun, ends)
            read = dict(zip(turns, self._each(list(turns.values()), self.read_intent), strict=True))
            drawn = {turns[cell_id] for cell_id, intent in read.items() if intent and self.is_nothing(intent)}
            if not drawn:
                return intents, read
            intents = intents.without(drawn)

    def _outcomes(self, ends: Mapping[str, End]) -> dict[str, Outcome]:
        """The outcome of each of these ends that can be read."""
        copies = self._copied_outcomes() if ends else {}
        outcomes: dict[str, Outcome] = {}
        missing: list[str] = []
        for cell_id, (turn, status) in ends.items():
            copy = copies.get(cell_id)
            if copy is not None and (copy.turn, copy.status) == (turn.number, status):
                outcomes[cell_id] = copy
            else:
                missing.append(turn.key(ENDS, status))
        read = self._each(missing, lambda key: self.store.read_record(key, Outcome))
        return outcomes | {outcome.cell_id: outcome for outcome in read if outcome is not None}

    def copy_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Keep a copy of all outcomes in one file, for the next resume."""
        self.store.write(OUTCOMES_KEY, "\n".join(outcome.model_dump_json() for outcome in outcomes).encode())

    def keep_published(self, published: Published) -> None:
        """Keep what the manifest and the page were made of, so that they can be made again without the matrix."""
        self.store.write(PUBLISHED_KEY, published.model_dump_json(exclude_none=True).encode())

    def is_published(self) -> bool:
        """Whether the campaign was ever begun or published by a version that keeps what it is made of."""
        folder, _, name = PUBLISHED_KEY.rpartition("/")
        return name in self.store.names(folder)

    def read_published(self) -> Published | None:
        """The campaign as it was last published; None where it never was, or by a version that kept none."""
        return self.store.read_record(PUBLISHED_KEY, Published)

    def is_sandbox(self) -> bool:
        """Whether everything in the campaign's folder was made with the sandbox."""
        folder, _, name = SANDBOX_MARK.rpartition("/")
        return name in self.store.names(folder)

    def _copied_outcomes(self) -> dict[str, Outcome]:
        try:
            lines = self.store.read(OUTCOMES_KEY).splitlines()
            outcomes = [Outcome.model_validate_json(line) for line in lines]
        except (FileNotFoundError, ValidationError):
            return {}
        return {outcome.cell_id: outcome for outcome in outcomes}

    @staticmethod
    def _each(keys: list[K], read: Callable[[K], R | None]) -> list[R | None]:
        with ThreadPoolExecutor(READERS, "ledger") as pool:
            return list(pool.map(read, keys))
