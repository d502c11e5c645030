"""A run that somebody deletes, cancels or pauses ends; one whose server is away, or forgets it once, goes on."""

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Cancelling, Paused, Running, Scheduled, Suspended

from tasks.errors import Interrupted
from tasks.running.watch_run import LOOKS, RunCancelled, RunPaused, until_asked

GONE = ObjectNotFound(httpx.HTTPError("404"))
AWAY = httpx.ConnectError("refused")
RUN = uuid4()


class Answers:
    """A client whose server answers so, one look after the other; another run than ours stands in `other`."""

    def __init__(self, *answers: Exception | State, other: State | None = None) -> None:
        self.left, self.other = list(answers), other

    async def read_flow_run(self, run: UUID) -> SimpleNamespace:
        """The next answer."""
        if run != RUN:
            return SimpleNamespace(state=self.other)
        answer = self.left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(state=answer)


def asked(*answers: Exception | State, runs: tuple[UUID, ...] = (RUN,), other: State | None = None) -> Interrupted:
    """What a run takes itself to be asked by these looks, all of which it took."""
    prefect: Any = Answers(*answers, other=other)
    interruption = asyncio.run(until_asked(prefect, runs, look_every_s=0))
    assert prefect.left == []
    return interruption


def test_a_run_that_is_not_there_again_and_again_is_deleted():
    """Once may be what stands before the server; a server that is away says neither."""
    for looks in ([GONE] * LOOKS, [GONE, Running(), *[GONE] * LOOKS], [AWAY, *[GONE, AWAY] * (LOOKS - 1), GONE]):
        assert "deleted this run in Prefect" in str(asked(*looks))


@pytest.mark.parametrize(
    ("state", "kind", "told"),
    [
        (Cancelling(), RunCancelled, "cancelled in Prefect; what was made is kept, run again"),
        (Cancelled(), RunCancelled, "cancelled in Prefect"),
        (Suspended(), RunPaused, "paused in Prefect; what was made is kept, and Resume goes on"),
        (Paused(), RunPaused, "paused in Prefect"),
    ],
)
def test_a_button_of_the_ui_stops_the_campaign_as_others_do(state, kind, told):
    """With what is kept, and what to do. It is pressed once, and taken at its word."""
    interruption = asked(Running(), AWAY, Scheduled(), state)
    assert (type(interruption), interruption.exit_code) == (kind, 130)
    assert told in str(interruption)


def test_what_is_asked_of_an_inbox_is_asked_of_its_campaigns():
    """And who cancels what another has paused wants it to end."""
    assert isinstance(asked(Running(), runs=(RUN, uuid4()), other=Suspended()), RunPaused)
    assert isinstance(asked(Cancelling(), runs=(uuid4(), RUN), other=Suspended()), RunCancelled)
