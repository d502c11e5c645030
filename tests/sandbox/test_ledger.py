"""The ledger adds up."""

from sandbox.ledger import Ledger
from tests.sandbox.examples import image_request


def test_accepting_bills_and_takes_places() -> None:
    """Images, not requests, are billed and counted in flight."""
    ledger, request = Ledger(places=5), image_request(num_images=4, model="V_2A_TURBO")
    ledger.ask(request.prompt)
    ledger.pay(request, at=0.0)
    ledger.take(request)
    assert (ledger.billed, ledger.in_flight, ledger.as_json()["billed_usd"]) == (4, 4, 0.1)
    assert not ledger.has_room(image_request(num_images=2))
    ledger.release(request)
    assert (ledger.in_flight, ledger.peak_in_flight) == (0, 4)


def test_the_balance_pays_to_the_last_cent() -> None:
    """A balance of exactly the price is enough, one more request is not."""
    ledger, request = Ledger(places=9, credits_usd=0.24), image_request(num_images=3)
    ledger.ask(request.prompt)
    assert ledger.can_pay(request)
    ledger.pay(request, at=0.0)
    assert not ledger.can_pay(image_request(model="V_1_TURBO"))


def test_times_are_the_first_request_and_the_last_answer() -> None:
    """Benchmarks take the span between the two."""
    now = iter((1.5, 2.5, 9.0))
    ledger = Ledger(places=1, clock=lambda: next(now))
    ledger.arrive()
    ledger.arrive()
    ledger.answer()
    ledger.answer()
    assert (ledger.first_request_at, ledger.last_answer_at) == (1.5, 9.0)
