"""What a campaign has come to so far, what the rest of it costs, and whether the budget pays for that: for the plan."""

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from tasks.ledger.resume import Standing
from tasks.records.cell import Cell
from tasks.records.money import counted, usd
from tasks.records.outcome import Status


class Rest(NamedTuple):
    """Where a campaign stands that may have been run before."""

    done: int
    """Their original is stored, whether it is cut or not."""
    others: Mapping[Status, int]
    """Ended without an image, and not tried again."""
    begun: int
    """Asked for, and not ended: another run is at it, or has left them behind."""
    kept: int
    """Paid, and kept on this machine: stored before anything is paid."""
    cells: tuple[Cell, ...]
    """Each that is to be paid, in matrix order; those that are tried again come last."""
    retried: int
    """How many of them are tried again, and told of elsewhere."""
    spent_usd: Decimal
    """So far; what was begun counts as paid."""
    former_usd: Decimal
    """Of that: for rows that the matrix no longer has."""

    @property
    def prices(self) -> tuple[Decimal, ...]:
        """Of each image that is to be paid."""
        return tuple(cell.price_usd for cell in self.cells)

    def sentences(self, budget_usd: Decimal | None) -> Iterator[str]:
        """What a person wants to know before paying; none of a campaign that nobody has run, and that has no budget."""
        if self.done or self.others or self.begun or self.kept or self.spent_usd:
            yield "; ".join(self._so_far())
        if budget_usd is not None and self.prices:
            yield self._under(budget_usd)

    def _so_far(self) -> Iterator[str]:
        fresh, others = self.prices[: len(self.prices) - self.retried], sum(self.others.values())
        total = self.done + others + self.begun + self.kept + len(self.prices)
        former = f", {usd(self.former_usd)} of it on rows that the matrix no longer has" if self.former_usd else ""
        yield f"run before: {self.done:,} of {counted(total, 'image')} done, {usd(self.spent_usd)} spent{former}"
        if others:
            ends = ", ".join(f"{count:,} {status}" for status, count in self.others.items())
            yield f"{ends}, left so without --retry"
        if self.begun:
            yield f"{self.begun:,} begun and not ended, looked for before anything is paid"
        if self.kept:
            yield f"{self.kept:,} paid, kept on this machine, and stored before anything is paid"
        if fresh or not self.retried:
            fresh_usd = usd(sum(fresh, Decimal(0)))
            yield f"still to pay: {counted(len(fresh), 'image')}, {fresh_usd}" if fresh else "none left to pay"

    def _under(self, budget_usd: Decimal) -> str:
        paid = sum(total <= budget_usd for total in accumulate(self.prices, initial=self.spent_usd)) - 1
        if paid == len(self.prices):
            return f"the budget of {usd(budget_usd)} covers the {counted(len(self.prices), 'image')} to be paid"
        spent = f"; {usd(self.spent_usd)} is spent already" if self.spent_usd else ""
        images_paid = f"{max(0, paid):,} of {counted(len(self.prices), 'image')}"
        return f"the budget of {usd(budget_usd)} pays for {images_paid}{spent}"


def rest_of(now: Standing, kept: AbstractSet[str], orphaned_usd: Decimal) -> Rest:
    """The rest of a campaign; `kept`: the cells of which this machine keeps what was paid."""
    again = {outcome.cell_id for outcome in now.earlier}
    asks = [ask for ask in now.to_ask if ask.cell.cell_id not in kept]
    asks.sort(key=lambda ask: ask.cell.cell_id in again)
    ended = [outcome for outcome in now.ended if outcome.status == "done" or outcome.cell_id not in kept]
    begun = [ask for ask in now.begun if ask.cell.cell_id not in kept]
    ends = Counter(outcome.status for outcome in ended)
    costs = [outcome.cost_usd for outcome in (*now.ended, *(outcome for _, outcome, _ in now.to_cut))]
    costs += [ask.cost_usd for ask in now.to_ask] + [ask.cost_usd + ask.cell.price_usd for ask in now.begun]
    return Rest(
        done=ends.pop("done", 0) + len(now.to_cut),
        others=ends,
        begun=len(begun),
        kept=len(now.ended) + len(now.to_ask) + len(now.begun) - len(ended) - len(asks) - len(begun),
        cells=tuple(ask.cell for ask in asks),
        retried=sum(ask.cell.cell_id in again for ask in asks),
        spent_usd=sum(costs, orphaned_usd),
        former_usd=orphaned_usd,
    )
