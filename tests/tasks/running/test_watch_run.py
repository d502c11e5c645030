"""A run that somebody deletes ends; one whose server is away, or forgets it for a moment, goes on."""

import asyncio
from typing import Any

import httpx
from prefect.exceptions import ObjectNotFound

from tasks.errors import Interrupted
from tasks.running.watch_run import deleted, until_deleted

GONE = ObjectNotFound(httpx.HTTPError("404"))
AWAY = httpx.ConnectError("refused")


class Answers:
    """A client whose server answers so, one look after the other."""

    def __init__(self, *answers: Exception | None) -> None:
        self.left = list(answers)

    async def read_flow_run(self, _: object) -> None:
        """The next answer."""
        answer = self.left.pop(0)
        if answer is not None:
            raise answer


def looks_taken(*answers: Exception | None) -> int:
    """After how many looks a run was taken for deleted."""
    prefect: Any = Answers(*answers)
    asyncio.run(until_deleted(prefect, look_every_s=0))
    return len(answers) - len(prefect.left)


def test_a_run_that_is_not_there_twice_is_deleted():
    """Once may be what stands before the server; a server that is away says neither."""
    assert looks_taken(GONE, GONE, None) == 2
    assert looks_taken(None, None, GONE, None, GONE, GONE, None) == 6
    assert looks_taken(AWAY, GONE, AWAY, GONE) == 4


def test_it_stops_the_campaign_as_others_do():
    """With what is kept, and what to do."""
    assert isinstance(deleted(), Interrupted)
    assert deleted().exit_code == 130
    assert "run again" in str(deleted())
