"""Three images in a row with one fault say that the next would have it too; anything in between says otherwise."""

import pytest

from tasks.errors import ImageTooLarge, ImageUnreadable, LinkFailed, OriginalUnreadable, PaidInVain
from tasks.run_state.paid_images import PaidImages
from tests.factories import PRICE_USD

UNREADABLE, TOO_LARGE, PACKED_WRONGLY = ImageUnreadable("torn"), ImageTooLarge("giant"), OriginalUnreadable("packed")
DEAD, FOREIGN = LinkFailed("expired", link_fault="refused"), LinkFailed("elsewhere", link_fault="not allowed")
OURS = RuntimeError("a fault of this program")


def stopped_by(*judged: tuple[int, Exception | None], answered: int = 9) -> PaidInVain | None:
    """What stops a run that finds out about its images in this order; by their number, None for one that is good."""
    images, fault = PaidImages(), None
    for _ in range(answered):
        images.next_number()
    for number, error in judged:
        if error is None:
            images.used(number)
        else:
            fault = images.wasted(number, error, PRICE_USD) or fault
    return fault


@pytest.mark.parametrize(
    "judged",
    [
        [(1, UNREADABLE), (2, UNREADABLE), (3, UNREADABLE)],
        [(3, DEAD), (1, DEAD), (2, DEAD)],
        [(1, None), (2, FOREIGN), (3, FOREIGN), (4, FOREIGN)],
        [(1, OURS), (2, OURS), (3, OURS)],
        [(1, None), (2, None), (3, None), (1, PACKED_WRONGLY), (2, UNREADABLE), (3, PACKED_WRONGLY)],
    ],
    ids=[
        "one after the other",
        "in another order",
        "after a good one",
        "a fault of this program",
        "found out when they are cut",
    ],
)
def test_three_answers_running_with_one_fault_stop(judged):
    """As they were answered, in whatever order that is found out; what they cost is told."""
    fault = stopped_by(*judged)
    assert isinstance(fault, PaidInVain)
    assert "3 images in a row, $0.24" in str(fault)


@pytest.mark.parametrize(
    "judged",
    [
        [(1, UNREADABLE), (2, UNREADABLE)],
        [(1, DEAD), (2, DEAD), (3, None), (4, DEAD), (5, DEAD)],
        [(3, None), (1, DEAD), (2, DEAD), (4, DEAD)],
        [(1, DEAD), (2, DEAD), (4, DEAD), (5, DEAD)],
        [(1, DEAD), (2, FOREIGN), (3, DEAD), (4, UNREADABLE), (5, TOO_LARGE)],
    ],
    ids=["two", "a good one in between", "a good one that is known early", "one that is not known yet", "other faults"],
)
def test_fewer_or_others_do_not(judged):
    """It may be these rows."""
    assert stopped_by(*judged) is None


def test_while_it_is_not_known_what_comes_no_lane_asks_for_more():
    """At the start, and after each image that could not be used; then one at a time, until one is good."""
    images = PaidImages()
    assert images.may_ask.is_set(), "nothing was paid yet"
    first, second = images.next_number(), images.next_number()
    assert not images.may_ask.is_set()
    images.wasted(first, DEAD, PRICE_USD)
    assert not images.may_ask.is_set(), "the second may be good"
    images.wasted(second, DEAD, PRICE_USD)
    assert images.may_ask.is_set()
    images.used(images.next_number())
    images.next_number()
    assert images.may_ask.is_set(), "most are good"


def test_an_image_of_which_nothing_can_be_said_holds_nobody():
    """Its cell was interrupted, or could not be stored."""
    images = PaidImages()
    images.known(images.next_number())
    assert images.may_ask.is_set()
