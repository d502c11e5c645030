"""Where a campaign stands when a run begins: what has ended, what is free to finish, what is still to be paid."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import NamedTuple, Self

from tasks.models.cell import Cell
from tasks.models.ledger import Known
from tasks.models.outcome import Outcome, Status, StoredOriginal
from tasks.models.variant import Variant


class Ask(NamedTuple):
    """A cell to be asked for: which turn it is, and what its earlier turns have cost."""

    cell: Cell
    turn: int
    cost_usd: Decimal = Decimal(0)
    attempts: int = 0

    def once_more(self) -> Self:
        """The cell as it is asked for after this turn was given back."""
        return self._replace(turn=self.turn + 1)


class Standing(NamedTuple):
    """A campaign at the start of a run: every cell is in exactly one of these."""

    ended: tuple[Outcome, ...]
    """Nothing is to be done; in matrix order."""
    to_cut: tuple[tuple[Cell, Outcome, StoredOriginal], ...]
    """The original is stored, variants are missing: free."""
    to_ask: tuple[Ask, ...]
    """To be paid."""
    earlier: tuple[Outcome, ...]
    """How the cells that are tried again ended before; it stands until they have ended again."""
    begun: tuple[Ask, ...]
    """Asked for by another run that has not ended them: it is alive, or it left them behind."""


def standing(
    cells: Iterable[Cell],
    known: Known,
    retry: AbstractSet[Status],
    stored: AbstractSet[str],
    variants: Sequence[Variant],
) -> Standing:
    """Sort `cells` by what is to be done. `stored` holds the keys of the originals and variants that are there."""
    ended: list[Outcome] = []
    to_cut: list[tuple[Cell, Outcome, StoredOriginal]] = []
    to_ask: list[Ask] = []
    earlier: list[Outcome] = []
    begun: list[Ask] = []
    for cell in cells:
        outcome = known.outcomes.get(cell.cell_id)
        if outcome is not None:
            outcome = as_it_is_now(outcome, stored)
        spent = (outcome.cost_usd, outcome.attempts) if outcome else (Decimal(0), 0)
        if cell.cell_id in known.open:
            begun.append(Ask(cell, known.open[cell.cell_id], *spent))
        elif outcome is None:
            to_ask.append(Ask(cell, known.next_turn(cell.cell_id)))
        elif is_complete(outcome, stored, variants):
            ended.append(with_variants(outcome, variants))
        elif (original := kept_original(outcome, stored)) and (outcome.status == "done" or outcome.status in retry):
            to_cut.append((cell, outcome, original))
        elif outcome.status in retry:
            to_ask.append(Ask(cell, known.next_turn(cell.cell_id), *spent))
            earlier.append(outcome)
        else:
            ended.append(outcome)
    return Standing(tuple(ended), tuple(to_cut), tuple(to_ask), tuple(earlier), tuple(begun))


def kept_original(outcome: Outcome, stored: AbstractSet[str]) -> StoredOriginal | None:
    """The original of a cell, if it was stored and is still there."""
    return outcome.original if outcome.original is not None and outcome.original.key in stored else None


def is_complete(outcome: Outcome, stored: AbstractSet[str], variants: Sequence[Variant]) -> bool:
    """Whether the cell is done and every file of it is there."""
    if outcome.status != "done" or kept_original(outcome, stored) is None:
        return False
    return all(variant.key(outcome.cell_id) in stored for variant in variants)


def with_variants(outcome: Outcome, variants: Sequence[Variant]) -> Outcome:
    """The outcome with the variants that are asked for now, all of which are there."""
    keys = {variant.name: variant.key(outcome.cell_id) for variant in variants}
    return outcome if outcome.variants == keys else outcome.model_copy(update={"variants": keys})


def as_it_is_now(outcome: Outcome, stored: AbstractSet[str]) -> Outcome:
    """The outcome, less files that somebody has removed: without its original a cell is no longer done."""
    if outcome.status != "done" or kept_original(outcome, stored) is not None:
        return outcome
    lost = "The original was stored and is gone; --retry failed asks, and pays, for it again"
    return outcome.model_copy(update={"status": "failed", "error": lost, "original": None, "variants": {}})
