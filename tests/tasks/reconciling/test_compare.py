"""Only what the bill proves is said not to be billed, whatever else is on it."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.reconciling.compare import Billed, Entry, Sold, Span, never_billed, rows_of

FOUR, FIVE, LOW = Sold("/v2/4", "turbo"), Sold("/v2/4-5", "high"), Sold("/v2/4-5", "low")
PRICE = Decimal("0.06")


def entry(name="a", sold=FIVE, hours=(5, 5), **fields):
    """An image that may be paid."""
    return Entry(name, sold, PRICE, *hours, **{"is_certain": False} | fields)


def line(images=1, sold=FIVE, hour=5, **fields):
    """A line of the bill."""
    return Billed(hour, sold, None if images is None else Decimal(images), PRICE * (images or 0), **fields)


DONE = entry("done", is_certain=True)


@pytest.mark.parametrize(
    ("entries", "bill", "free"),
    [
        ([DONE, entry()], [line(1)], {"a"}),
        ([DONE, entry()], [line(2)], set()),
        ([DONE, entry("a"), entry("b")], [line(1)], {"a", "b"}),
        ([DONE, entry("a"), entry("b")], [line(2)], set()),
        ([DONE, entry()], [], set()),  # the bill is not whole: what is done is not on it
        ([entry()], [], {"a"}),  # nothing at all was billed then
        ([entry()], [line(1, FOUR)], set()),  # an endpoint that is called otherwise, perhaps
        ([DONE, entry(sold=LOW)], [line(1)], {"a"}),  # the word is never told, and of the endpoint no more than is done
        ([DONE, entry(sold=LOW)], [line(2)], set()),
        ([DONE, entry(sold=LOW)], [line(1), line(0, LOW)], {"a"}),
        ([DONE, entry(sold=LOW)], [line(1), line(1, LOW)], set()),
        ([DONE, entry()], [line(1), line(1, Sold("/v2/4-5"))], set()),  # a line without a word may be of any
        ([DONE, entry()], [line(1), line(3, LOW)], {"a"}),
        ([DONE, entry()], [line(1), line(3, hour=6)], {"a"}),
        ([DONE, entry(hours=(5, 6))], [line(1), line(1, hour=6)], set()),
        ([DONE, entry(hours=(5, 6)), entry("late", hours=(6, 6), is_certain=True)], [line(1), line(1, hour=6)], {"a"}),
        ([DONE, entry()], [line(1), line(None)], set()),  # something else than images
        ([DONE, entry()], [line(1), line(1, Sold(), is_attributed=False)], set()),
        ([DONE._replace(is_settled=False), entry()], [line(1)], set()),
        ([DONE, entry(is_settled=False)], [line(1)], set()),
        (
            [DONE._replace(sold=Sold()), DONE, entry()],
            [line(1)],
            {"a"},
        ),  # of no endpoint: counted nowhere
        ([DONE._replace(sold=Sold()), entry()], [line(1)], set()),
    ],
)
def test_what_was_not_billed_for_certain(entries, bill, free):
    """Where the bill has just what is done, and can have nothing else."""
    assert {one.name for one in never_billed(entries, bill)} == free


SOLDS = st.sampled_from([FOUR, FIVE, LOW])


@st.composite
def histories(draw, with_others=True):
    """What a ledger knows, a bill, and what the bill has of it in truth."""
    entries, billed, truth = [], Counter(), set()
    for number in range(draw(st.integers(0, 12))):
        first, length = draw(st.integers(0, 6)), draw(st.integers(0, 2))
        sold, is_certain = draw(SOLDS), draw(st.booleans())
        known = draw(st.sampled_from([sold, Sold(sold.endpoint), Sold()]))
        entries.append(entry(str(number), known, (first, first + length), is_certain=is_certain))
        if is_certain or draw(st.booleans()):
            truth.add(str(number))
            billed[sold, draw(st.integers(first, first + length))] += 1
    for _ in range(draw(st.integers(0, 5)) if with_others else 0):
        billed[draw(SOLDS), draw(st.integers(0, 8))] += draw(st.integers(1, 3))
    is_told_by_word = draw(st.booleans())
    bill = [
        line(count, sold if is_told_by_word else Sold(sold.endpoint), hour) for (sold, hour), count in billed.items()
    ]
    return entries, bill, truth


@settings(max_examples=300)
@given(histories())
def test_nothing_that_was_billed_is_ever_said_to_be_free(history):
    """Whatever others have used beside it, in whichever hour the vendor has counted it."""
    entries, bill, truth = history
    assert not {one.name for one in never_billed(entries, bill)} & truth


@given(histories(with_others=False))
def test_the_bill_is_told_whole(history):
    """With nobody else on the account each row has what was billed, and nothing is beyond what the ledger knows."""
    entries, bill, truth = history
    rows = rows_of(entries, bill)
    assert sum(row.known + row.perhaps for row in rows) == len(entries)
    if all(one.sold.word for one in entries) and all(row.sold.word for row in rows):
        assert sum(row.billed for row in rows) == len(truth)
        assert all(row.beyond == 0 for row in rows)


def test_what_others_have_used_is_beyond():
    """In the hours of the ledger alone; what may be paid is counted first."""
    rows = rows_of([DONE, entry()], [line(5), line(7, hour=9)])
    assert [(row.span, row.billed, row.known, row.perhaps, row.beyond) for row in rows] == [(Span(5, 5), 5, 1, 1, 3)]
