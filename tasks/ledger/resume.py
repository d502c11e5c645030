"""Where a campaign stands when a run begins: what has ended, what is free to finish, what is still to be paid."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple, Self

from tasks.images.sources import cuts_of
from tasks.ledger.complete import is_complete, kept_original, left_as_they_are
from tasks.ledger.names import Turn
from tasks.ledger.original_keys import cells_with_bytes
from tasks.ledger.records import Known
from tasks.records.cell import Cell
from tasks.records.money import counted, usd
from tasks.records.outcome import Outcome, Status, StoredOriginal
from tasks.records.says import USUAL, Says
from tasks.records.variant import Variant

LOST: Final = (
    "The original was stored and is gone; --retry failed fetches the same image by its link, for nothing, and pays for "
    "another one only where the link gives none. Whoever wants another image changes the row, such as its seed"
)
"""What is said of a cell whose original somebody has removed."""


LOST_REVIEWED: Final = (
    "The original was stored and is gone. Since somebody has decided on it, no other takes its place by itself: "
    "python flows/review.py FOLDER --again CELL has one made beside it"
)


class Ask(NamedTuple):
    """A cell to be asked for: which turn it is, and what its earlier turns have cost."""

    cell: Cell
    turn: int
    cost_usd: Decimal = Decimal(0)
    attempts: int = 0
    kept: str | None = None
    """The key of what an earlier turn paid for and could not read."""
    in_doubt: Mapping[int, Decimal] = MappingProxyType({})
    """Of the cost, the price of each turn that may not have been paid."""

    @classmethod
    def after(cls, cell: Cell, turn: int, outcome: Outcome) -> Self:
        """The cell in a turn after the one that has ended so."""
        return cls(cell, turn, outcome.cost_usd, outcome.attempts, outcome.kept, outcome.in_doubt)

    def of_paid(self, turn: int) -> Self:
        """The same, where what one of its turns has paid for is used: its price is counted with the image."""
        return self._replace(turn=turn, cost_usd=self.cost_usd - self.cell.price_usd, kept=None)

    def doubted(self) -> Self:
        """The same, where nobody knows whether this turn will have been paid."""
        return self._replace(in_doubt={**self.in_doubt, self.turn: self.cell.price_usd})

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
    left: Mapping[str, frozenset[str]] = MappingProxyType({})
    """Of those to cut, by cell: the variants that are left as they are, since they are signed."""


def standing(  # noqa: PLR0913  all that it depends on
    cells: Iterable[Cell],
    known: Known,
    retry: AbstractSet[Status],
    stored: AbstractSet[str],
    variants: Sequence[Variant],
    said: Says = USUAL,
) -> Standing:
    """Sort `cells` by what is to be done. `stored` holds the keys of the originals and variants that are there.

    `said`: what variants are to say of how they were made.
    """
    ended: list[Outcome] = []
    to_cut: list[tuple[Cell, Outcome, StoredOriginal]] = []
    to_ask: list[Ask] = []
    earlier: list[Outcome] = []
    begun: list[Ask] = []
    left: dict[str, frozenset[str]] = {}
    for cell in cells:
        outcome = known.outcomes.get(cell.cell_id)
        if outcome is not None:
            outcome = as_it_is_now(outcome, stored)
        if cell.cell_id in known.open:
            turn = known.open[cell.cell_id]
            begun.append(Ask.after(cell, turn, outcome) if outcome is not None else Ask(cell, turn))
        elif outcome is None:
            to_ask.append(Ask(cell, known.next_turn(cell.cell_id)))
        elif is_complete(cell, outcome, stored, own := cuts_of(cell, variants), said):
            ended.append(with_variants(outcome, own))
        elif (original := kept_original(outcome, stored)) and (outcome.status == "done" or outcome.status in retry):
            to_cut.append((cell, outcome, original))
            left[cell.cell_id] = left_as_they_are(cell, outcome, stored, own, said)
        elif cell.review is not None and outcome.error == LOST:
            ended.append(outcome.model_copy(update={"error": LOST_REVIEWED}))
        elif outcome.status in retry and cell.review is None:
            to_ask.append(Ask.after(cell, known.next_turn(cell.cell_id), outcome))
            earlier.append(outcome)
        else:
            ended.append(outcome)
    return Standing(tuple(ended), tuple(to_cut), tuple(to_ask), tuple(earlier), tuple(begun), left)


class Retried(NamedTuple):
    """What trying cells again comes to, as far as is known before anything is asked for."""

    cells: Mapping[Status, int]
    """How many are tried again, by how they ended before."""
    cut: int
    """Of them: their original is stored, and is cut."""
    stored: int
    """Bytes of them are stored, and read."""
    linked: int
    """An answer was noted, and its link is fetched."""
    asked_usd: Decimal
    """The price of all others, which are asked for again."""
    most_usd: Decimal
    """The same, if neither what is stored nor what is linked gives an image."""

    def sentence(self) -> str:
        """What a person wants to know before it begins."""
        count = sum(self.cells.values())
        if not count:
            return "no cell has ended so"
        ends = ", ".join(f"{number:,} {status}" for status, number in self.cells.items())
        sentences = [f"{counted(count, 'cell')} {'is' if count == 1 else 'are'} tried again ({ends})"]
        free = (
            (self.cut, "cut"),
            (self.stored, "read from what is stored"),
            (self.linked, "fetched by link, as paid"),
        )
        told = ", ".join(f"{number:,} {how}" for number, how in free if number)
        sentences += [f"For nothing: {told}"] if told else []
        asked = count - self.cut - self.stored - self.linked
        paid = f"Paid again: {asked:,}, {usd(self.asked_usd)}" if asked else "Paid again: none"
        if self.most_usd > self.asked_usd:
            paid += f"; at most {usd(self.most_usd)}, if what is stored and linked gives no image"
        return ". ".join([*sentences, paid])


def retried(now: Standing, retry: AbstractSet[Status], stored: AbstractSet[str], answered: Iterable[Turn]) -> Retried:
    """What trying these cells again comes to. `stored` as for `standing`; `answered`: the turns with a noted answer."""
    with_bytes, with_answers = cells_with_bytes(stored), {turn.cell_id for turn in answered}
    again = [ask.cell for ask in now.to_ask if ask.turn > 1]
    paid = {ask.cell.cell_id for ask in now.to_ask if ask.cost_usd}  # an answer may tell of what failed for nothing
    free = [cell for cell in again if cell.cell_id in with_answers & paid]
    cut = [outcome for _, outcome, _ in now.to_cut if outcome.status in retry]
    most_usd = sum((cell.price_usd for cell in again), Decimal(0))
    read = sum(cell.cell_id in with_bytes for cell in free)
    return Retried(
        cells=Counter(outcome.status for outcome in (*cut, *now.earlier)),
        cut=len(cut),
        stored=read,
        linked=len(free) - read,
        asked_usd=most_usd - sum((cell.price_usd for cell in free), Decimal(0)),
        most_usd=most_usd,
    )


def with_variants(outcome: Outcome, variants: Sequence[Variant]) -> Outcome:
    """The outcome with the variants that are asked for now, all of which are there."""
    keys = {variant.name: variant.key(outcome.cell_id) for variant in variants}
    return outcome if outcome.variants == keys else outcome.model_copy(update={"variants": keys})


def as_it_is_now(outcome: Outcome, stored: AbstractSet[str]) -> Outcome:
    """The outcome, less files that somebody has removed: without its original a cell is no longer done."""
    if outcome.status != "done" or kept_original(outcome, stored) is not None:
        return outcome
    return outcome.model_copy(update={"status": "failed", "error": LOST, "original": None, "variants": {}})
