"""What the ledger knows of a cell, read off the names of its records alone.

```
ledger/intents/{cell_id}.{turn}.json            before the request leaves; creating it is what owns the turn
ledger/intents/{cell_id}.{turn}.released.json   given back by its owner: nothing of this turn was paid, or will be
ledger/answers/{cell_id}.{turn}.json            the API's answer: paid, and not yet stored
ledger/ends/{cell_id}.{turn}.{status}.json      how the turn ended
```
A turn is one time of asking: the first, then one for each `--retry`, and one more after each that was given back.
States move one way: planned > intent > answered > ended, or intent > released. An end that is `unknown` does not count
where the turn was given back, or its answer came to light later. No record is removed, since a bucket's client may send
a removal twice, the second time after another run has come. A turn with two ends (another run took its
owner for dead) has the better known.
"""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, Literal, NamedTuple

from tasks.records.outcome import Status

State = Status | Literal["released"]
BETTER_KNOWN: Final[tuple[Status, ...]] = ("done", "blocked", "failed", "unknown")
"""Of two ends of one turn, the earlier in this row counts."""

RELEASED: Final = "released"
"""In the name of an intent's record: its owner gave the turn back."""
_STATES: Final[tuple[State, ...]] = (*BETTER_KNOWN, RELEASED)

_NAME: Final = re.compile(r"(?P<cell_id>[a-z0-9-]+)\.(?P<turn>\d+)(?:\.(?P<state>[a-z]+))?\.json")


class Turn(NamedTuple):
    """One time of asking for a cell."""

    cell_id: str
    number: int

    def key(self, folder: str, state: State | None = None) -> str:
        """The key of this turn's record in `folder`."""
        end = f".{state}" if state else ""
        return f"{folder}/{self.cell_id}.{self.number}{end}.json"


class Named(NamedTuple):
    """What the name of a record says: its turn, and where that stands; None in the names of intents and answers."""

    turn: Turn
    state: State | None


class End(NamedTuple):
    """A turn that has ended, and how."""

    turn: Turn
    status: Status


def parse_name(name: str) -> Named | None:
    """What the name of a ledger record says; None for a file that is none of ours."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    state = next((known for known in _STATES if known == match["state"]), None)
    if match["state"] and state is None:
        return None
    return Named(Turn(match["cell_id"], int(match["turn"])), state)


def latest_ends(names: Iterable[str], better_known: AbstractSet[Turn] = frozenset()) -> dict[str, End]:
    """How the newest ended turn of each cell ended, from the names in `ledger/ends`.

    One that was given back, or whose answer has come after all, has not ended as `unknown`, whatever a run has thought
    that took its owner for dead.
    """
    latest: dict[str, End] = {}
    for named in filter(None, map(parse_name, names)):
        if named.state is None or named.state == RELEASED or (named.state == "unknown" and named.turn in better_known):
            continue
        end = End(named.turn, named.state)
        known = latest.get(end.turn.cell_id)
        if known is None or _rank(end) > _rank(known):
            latest[end.turn.cell_id] = end
    return latest


def _rank(end: End) -> tuple[int, int]:
    return end.turn.number, -BETTER_KNOWN.index(end.status)


class Intents(NamedTuple):
    """What the names in `ledger/intents` say."""

    begun: frozenset[Turn]
    """The turns that are, or were, somebody's; less those that were given back."""
    released: frozenset[Turn]

    @classmethod
    def of(cls, names: Iterable[str]) -> "Intents":
        """The turns that `names` speak of."""
        named = [one for one in map(parse_name, names) if one is not None]
        released = frozenset(one.turn for one in named if one.state == RELEASED)
        return cls(frozenset(one.turn for one in named if one.state is None) - released, released)

    def without(self, turns: AbstractSet[Turn]) -> "Intents":
        """The same, as if `turns` had been given back."""
        return Intents(self.begun - turns, self.released | turns)


def newest_after(turns: Iterable[Turn], ends: Mapping[str, End]) -> dict[str, Turn]:
    """The newest of `turns` of each cell, if it is newer than the cell's end."""
    newest: dict[str, Turn] = {}
    for turn in turns:
        end = ends.get(turn.cell_id)
        before = newest.get(turn.cell_id) or (end.turn if end is not None else None)
        if before is None or before.number < turn.number:
            newest[turn.cell_id] = turn
    return newest
