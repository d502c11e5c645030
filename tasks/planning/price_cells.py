"""What a plan costs and how long it takes, by format, model and quality."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tasks.planning.prices import Priced, priced, read_prices
from tasks.records.cell import Cell
from tasks.records.plan_group import Left, PlanGroup
from tasks.records.price import Price


@dataclass
class Bill:
    """Counts the cells of a plan by format, model, quality and aspect, and prices them."""

    prices: Mapping[Priced, Price]
    _cells: Counter[tuple[str, Priced, str]] = field(default_factory=Counter)
    _usd: dict[tuple[str, Priced, str], Decimal] = field(default_factory=dict)

    def add(self, format_name: str, which: Priced, aspect: str, price_usd: Decimal | None = None) -> None:
        """Count one cell, at the table's price unless it has another."""
        place = format_name, which, aspect
        self._cells[place] += 1
        price_usd = self.prices[which].usd_per_image if price_usd is None else price_usd
        self._usd[place] = self._usd.get(place, Decimal(0)) + price_usd

    def groups(self) -> tuple[PlanGroup, ...]:
        """In the order in which they were first counted."""
        return tuple(
            PlanGroup(
                format=name,
                model=which.model,
                quality=which.quality,
                beside=which.beside,
                aspect=aspect,
                cells=count,
                cost_usd=self._usd[name, which, aspect],
            )
            for (name, which, aspect), count in self._cells.items()
        )

    def images(self) -> int:
        """How many there are."""
        return self._cells.total()

    def cost_usd(self) -> Decimal:
        """What all of it costs."""
        return sum(self._usd.values(), Decimal(0))

    def prices_read_on(self) -> str:
        """The date of the oldest price among those used."""
        return min(price.read_on for price, _ in self._counted())

    def duration_min_s(self, slots: int) -> float:
        """The least time in seconds at `slots` in flight, if every image comes as fast as its model can."""
        return duration_s(((price.latency_min_s, count) for price, count in self._counted()), slots)

    def duration_max_s(self, slots: int) -> float:
        """The least time in seconds at `slots` in flight, if every image takes as long as its model may."""
        return duration_s(((price.latency_max_s, count) for price, count in self._counted()), slots)

    def _counted(self) -> Iterator[tuple[Price, int]]:
        for (_, which, _), count in self._cells.items():
            yield self.prices[which], count


def left_of(made: int, cells: Iterable[Cell], slots: int) -> Left:
    """What is left of a plan of which so many images are `made`, and these `cells` are to be paid."""
    bill = Bill(read_prices())
    for cell in cells:
        bill.add(cell.format, priced(cell.request), cell.request.aspect_text(), cell.price_usd)
    shortest_s, longest_s = bill.duration_min_s(slots), bill.duration_max_s(slots)
    return Left(made=made, groups=bill.groups(), duration_min_s=shortest_s, duration_max_s=longest_s)


def duration_s(latencies: Iterable[tuple[float, int]], slots: int) -> float:
    """The least seconds that so many images (latency in seconds, count) can take at `slots` in flight."""
    longest_s = work_s = 0.0
    for latency_s, count in latencies:
        longest_s = max(longest_s, latency_s)
        work_s += latency_s * count
    return max(longest_s, work_s / slots)
