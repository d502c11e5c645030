"""What it costs, and how long it takes, by model and place."""

from decimal import Decimal

import pytest

from tasks.planning.price_cells import Bill, duration_s
from tasks.planning.prices import Priced
from tasks.records.price import Price

PRICES = {
    Priced(model, quality): Price(
        model=model, quality=quality, usd_per_image=usd, latency_min_s=3, latency_max_s=most, source="s", read_on=day
    )
    for model, quality, usd, most, day in [
        ("V_2", "medium", "0.08", 15, "2026-11-22"),
        ("V_2_TURBO", "low", "0.05", 6, "2026-10-01"),
    ]
}


def a_bill() -> Bill:
    """Three cells of 2.0 and two of its fast sister, in two formats."""
    bill = Bill(PRICES)
    slow, fast = PRICES
    for name, priced in [("a", slow), ("b", slow), ("a", slow), ("a", fast), ("a", fast)]:
        bill.add(name, priced, "1:1")
    return bill


def test_cells_are_counted_by_format_and_model() -> None:
    """In the order in which they come, each with its cost."""
    assert [(g.format, g.model, g.cells, g.cost_usd) for g in a_bill().groups()] == [
        ("a", "V_2", 2, Decimal("0.16")),
        ("b", "V_2", 1, Decimal("0.08")),
        ("a", "V_2_TURBO", 2, Decimal("0.10")),
    ]


def test_the_whole_costs_its_parts() -> None:
    """To the cent, at prices as old as the oldest of them."""
    assert (a_bill().cost_usd(), a_bill().prices_read_on()) == (Decimal("0.34"), "2026-10-01")


@pytest.mark.parametrize(("places", "least", "most"), [(1, 15, 57), (2, 7.5, 28.5), (100, 3, 15)])
def test_time_is_work_over_places(places: int, least: float, most: float) -> None:
    """Models that take equally long count together; nothing is faster than its slowest image."""
    assert (a_bill().duration_min_s(places), a_bill().duration_max_s(places)) == (least, most)


def test_nothing_takes_no_time() -> None:
    """No cells, no seconds."""
    assert duration_s([], 10) == 0
