"""`GET /v2/generations/{id}`: where a generation stands, up to a thousand times in ten seconds."""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.answers import poll_answer
from sandbox.gallery import Gallery
from sandbox.generate import origin_of, refused
from sandbox.ledger import Ledger
from sandbox.refusals import UNAUTHORIZED, Gate, Refusal, problem
from sandbox.workshop import Workshop

WINDOW_S: Final = 10.0


class Window:
    """Lets so many pass in any ten seconds."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._passed: deque[float] = deque()

    def wait_s(self) -> int:
        """0, and one more has passed; or the whole seconds until one may."""
        now = self._clock()
        while self._passed and self._passed[0] <= now - WINDOW_S:
            self._passed.popleft()
        if len(self._passed) < self._most:
            self._passed.append(now)
            return 0
        return max(1, math.ceil(self._passed[0] + WINDOW_S - now))


class Poller:
    """Tells of the generations of one workshop."""

    def __init__(self, gate: Gate, ledger: Ledger, gallery: Gallery, workshop: Workshop, window: Window) -> None:
        self._gate = gate
        self._ledger = ledger
        self._gallery = gallery
        self._workshop = workshop
        self._window = window

    async def serve(self, request: Request) -> Response:
        """One look at a generation."""
        self._ledger.polls += 1
        if not self._gate.knows(request.headers.get("api-key", "")):
            return refused(UNAUTHORIZED)
        wait_s = self._window.wait_s()
        if wait_s:
            self._ledger.polls_refused += 1
            return refused(Refusal(429, {"error": "Too many polling requests."}, retry_after_s=wait_s))
        generation = await self._workshop.find(request.path_params["generation_id"])
        if generation is None:
            return refused(problem(404, "The generation was not found."))
        link_of, is_done = self._gallery.links_from(origin_of(request)), self._workshop.is_done(generation)
        if is_done:
            self._ledger.last_told_at = self._ledger.clock()
        return JSONResponse(poll_answer(generation, link_of, is_done=is_done))
