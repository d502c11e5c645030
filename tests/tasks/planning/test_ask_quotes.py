"""Prices are asked for carefully: one a model goes ahead, few at once, and a fault stops the rest."""

import asyncio
from decimal import Decimal

import pytest

from tasks.errors import CredentialsRejected, NotAccepted, QuoteFailed, QuoteIgnored, RequestRejected
from tasks.planning.ask_quotes import AT_ONCE, PAUSES_S, ask_quotes
from tasks.planning.quoted_plan import to_ask
from tasks.records.answer import Accepted
from tasks.records.quote import Quote
from tests.factories import a_cell, a_request

SIZES = ("1024x1024", "2048x2048", "1440x2560", "2560x1440", "1792x2240", "2240x1792")
CELLS = [
    a_cell(a_request(f"{model} {size}", model=model, resolution=size), row=number)
    for number, (model, size) in enumerate((m, s) for m in ("ideogram-4", "ideogram-4-5") for s in SIZES)
]
PRICE = Quote(usd=Decimal("0.06"))


def asked(say):
    """What asking for every kind comes to, of an API that says so; the prompts in order, and the pauses."""
    prompts, pauses, now, most = [], [], 0, 0

    async def ask(request):
        nonlocal now, most
        prompts.append(request.prompt)
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0)
        now -= 1
        return say(request)

    async def pause(seconds):
        pauses.append(seconds)

    answers = asyncio.run(ask_quotes(ask, to_ask(CELLS), pause))
    return answers, prompts, pauses, most


def raises(error, when=lambda _: True):
    """An API that answers so to some requests, and to the others with a price."""

    def say(request):
        if when(request):
            raise error
        return PRICE

    return say


def test_each_kind_is_asked_once_and_one_a_model_goes_ahead():
    """A few at a time after that."""
    answers, prompts, _, most = asked(lambda _: PRICE)
    assert len(answers.quotes) == len(set(prompts)) == len(prompts) == len(CELLS)
    assert prompts[:2] == [CELLS[0].request.prompt, CELLS[len(SIZES)].request.prompt]
    assert most <= AT_ONCE


def test_an_image_in_the_place_of_a_price_stops_before_a_second_one_is_paid():
    """Of a model that goes ahead nothing else is out."""
    told = Accepted(generation_id="gen-1")
    answers, prompts, _, _ = asked(raises(QuoteIgnored(told)))
    assert (answers.paid, len(prompts)) == ([(CELLS[0], told)], 1)
    assert isinstance(answers.fault, QuoteIgnored)


def test_what_is_out_when_an_image_comes_is_waited_for_and_kept():
    """Should the API pass over the question now and then."""
    answers, prompts, _, _ = asked(raises(QuoteIgnored(None), lambda request: "1024x1024" not in request.prompt))
    assert len(answers.paid) == len(prompts) - 2 <= AT_ONCE


def test_a_refused_key_stops_the_asking():
    """With what the API said of it."""
    answers, prompts, pauses, _ = asked(raises(CredentialsRejected("wrong key (401)")))
    assert (str(answers.fault), len(prompts), pauses) == ("wrong key (401)", 1, [])


def test_a_request_that_would_be_turned_away_stops_no_other():
    """It is told by its cell."""
    answers, prompts, _, _ = asked(raises(RequestRejected("no (400)"), lambda request: "1440x2560" in request.prompt))
    assert [cell.request.resolution for cell, _ in answers.refused] == ["1440x2560"] * 2
    assert (len(answers.quotes), answers.fault) == (len(prompts) - 2, None)


@pytest.mark.parametrize(("wait_s", "longest_s"), [(None, 4), (3, 4), (300, 8)])
def test_an_api_that_is_busy_is_asked_a_few_times(wait_s, longest_s):
    """As it asks to be, for some seconds at most."""
    busy = NotAccepted("busy (503)", retry_after_s=wait_s)
    answers, prompts, pauses, _ = asked(raises(busy))
    assert (len(prompts), len(pauses), max(pauses)) == (1 + len(PAUSES_S), len(PAUSES_S), longest_s)
    assert isinstance(answers.fault, QuoteFailed)
    assert "nothing was paid: busy (503)" in str(answers.fault)
