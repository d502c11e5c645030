"""The money of a campaign: what it has cost, what is set aside, and what its budget leaves. Derived, never edited."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeVar

from tasks.errors import BudgetReached
from tasks.ledger.names import Turn
from tasks.records.cell import Cell

Key = TypeVar("Key")
NOTHING = Decimal(0)


class Amounts(Generic[Key]):
    """An amount for each key, and their sum, which is there without adding them up again."""

    def __init__(self) -> None:
        self._by_key: dict[Key, Decimal] = {}
        self.total = NOTHING

    def put(self, key: Key, usd: Decimal) -> None:
        """Replace the amount of a key."""
        self.total += usd - self._by_key.pop(key, NOTHING)
        if usd:
            self._by_key[key] = usd


@dataclass
class Purse:
    """The amounts of each cell, put here by `Cells` whenever one begins or ends; every sum follows from them."""

    budget_usd: Decimal | None = None
    """What the campaign may cost in all its runs."""
    prices: dict[str, Decimal] = field(default_factory=dict)
    """The price of each cell that any run of the campaign may make."""
    orphaned_usd: Decimal = NOTHING
    """What has, or may have, been spent on cells that the matrix does not ask for any more."""
    doubted_usd: Decimal = NOTHING
    """The price of attempts that were tried again and may have been billed all the same."""
    _cost: Amounts[str] = field(default_factory=Amounts)
    """Of each cell, in all its turns that have ended."""
    _reserved: Amounts[str] = field(default_factory=Amounts)
    """Set aside before a request leaves, so that many at once cannot overshoot."""
    _elsewhere: Amounts[str] = field(default_factory=Amounts)
    """The price of cells that other runs have begun and not ended."""
    _spent: Amounts[Turn | None] = field(default_factory=Amounts)
    """Of each turn in which this run has asked."""

    @property
    def cost_usd(self) -> Decimal:
        """What the campaign has cost in all its runs, as far as it has ended."""
        return self._cost.total

    @property
    def reserved_usd(self) -> Decimal:
        """What is set aside for cells that are under way."""
        return self._reserved.total

    @property
    def spent_usd(self) -> Decimal:
        """What the requests of this run have cost, of those that have ended."""
        return self._spent.total

    @property
    def committed_usd(self) -> Decimal:
        """What is spent, or will be if everything under way is paid, or may have been, here and in other runs."""
        return self.cost_usd + self.reserved_usd + self._elsewhere.total + self.orphaned_usd + self.doubted_usd

    def know(self, cells: Iterable[Cell], orphaned_usd: Decimal) -> None:
        """The cells that any run may make, and what was spent on those that the matrix does not ask for any more."""
        self.prices |= {cell.cell_id: cell.price_usd for cell in cells}
        self.orphaned_usd = orphaned_usd

    def know_price(self, cell_id: str, usd: Decimal) -> None:
        """The price of a cell of another matrix."""
        self.prices[cell_id] = usd

    def rename(self, before: str, cell: Cell) -> None:
        """A cell goes under another id; what others ask for under the one before may have another price."""
        del self.prices[before]
        self.prices[cell.cell_id] = cell.price_usd

    def cost(self, cell_id: str, usd: Decimal) -> None:
        """What a cell has cost in all its turns so far."""
        self._cost.put(cell_id, usd)

    def reserve(self, cell_id: str, usd: Decimal) -> None:
        """Set aside what a cell that is under way may cost; nothing once it is not."""
        self._reserved.put(cell_id, usd)

    def expect(self, cell_id: str, usd: Decimal) -> None:
        """What a cell may cost that another run has begun; nothing once it has ended."""
        self._elsewhere.put(cell_id, usd)

    def spend(self, turn: Turn | None, usd: Decimal) -> None:
        """What this run has spent in a turn. `turn` is None for what the shards of this run have spent."""
        self._spent.put(turn, usd)

    def doubt(self, usd: Decimal) -> None:
        """An attempt was turned away, and that does not prove that it is not billed."""
        self.doubted_usd += usd

    def raise_if_short(
        self, price_usd: Decimal, *, promised_usd: Decimal = NOTHING, is_reserved: bool = True, is_shared: bool = False
    ) -> None:
        """Raise BudgetReached where a cell's price is more than is left.

        `promised_usd`: what others have set aside besides. `is_reserved`: the price is set aside already.
        """
        if self.budget_usd is None:
            return
        committed_usd = self.committed_usd + promised_usd - (price_usd if is_reserved else NOTHING)
        if committed_usd + price_usd > self.budget_usd:
            doubted_usd = NOTHING if is_shared else self.doubted_usd
            raise BudgetReached(self.budget_usd, committed_usd, price_usd, is_shared=is_shared, doubted_usd=doubted_usd)
