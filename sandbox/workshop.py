"""Where accepted requests are billed, given places and pictures, worked off, and found again by their id."""

import asyncio
import hashlib
import math
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from sandbox.gallery import Gallery
from sandbox.generation import WITHHELD, Generation, Made, is_billed, is_stuck
from sandbox.image_request import ImageRequest
from sandbox.ledger import Ledger
from sandbox.markers import markers_in
from sandbox.options import SandboxOptions
from sandbox.tariff import latency_s
from tasks.records.vocabulary import SEED_MAX

REMEMBERED: Final = 20_000

Deliver = Callable[[Generation], Awaitable[None]]
"""Tells the webhook of a generation that it is done."""


class Workshop:
    """The generations of one sandbox."""

    def __init__(self, options: SandboxOptions, ledger: Ledger, gallery: Gallery, deliver: Deliver) -> None:
        self._options = options
        self._ledger = ledger
        self._gallery = gallery
        self._deliver = deliver
        self._generations: OrderedDict[str, Generation] = OrderedDict()
        self._working: dict[str, asyncio.Task[None]] = {}
        self._delivering: set[asyncio.Task[None]] = set()

    def accept(self, request: ImageRequest, origin: str) -> Generation:
        """Bill `request`, take its places and begin with it. Nothing is awaited: nobody slips in between.

        `origin` is scheme and host as its client reaches them.
        """
        now = self._ledger.clock()
        if is_billed(request):
            self._ledger.pay(request, now)
        options = self._options
        wait_s = latency_s(
            request.prompt, request.model, options.latency_scale, options.latency_range_s, request.quality
        )
        wait_s = math.inf if is_stuck(request) else wait_s
        generation = self._begun(request, origin, now, now + wait_s)
        self._generations[generation.id] = generation
        if len(self._generations) > REMEMBERED:
            self._generations.popitem(last=False)
        self._work_at(generation, wait_s)
        return generation

    def find(self, generation_id: str) -> Generation | None:
        """The generation of an id."""
        return self._generations.get(generation_id)

    def is_done(self, generation: Generation) -> bool:
        """Whether it has ended; its places are free then."""
        return generation.id not in self._working

    async def done(self, generation: Generation) -> None:
        """Wait for its end; it is worked off even if whoever waits leaves."""
        if task := self._working.get(generation.id):
            await asyncio.shield(task)

    def close(self) -> None:
        """Leave what is not done."""
        for task in (*self._working.values(), *self._delivering):
            task.cancel()

    def _begun(self, request: ImageRequest, origin: str, now: float, ready_at: float) -> Generation:
        first_seed = self._first_seed(request)
        is_withheld = bool(markers_in(request.prompt) & WITHHELD)
        seeds = [(first_seed + index) % (SEED_MAX + 1) for index in range(request.num_images)]
        images = tuple(Made(seed, None if is_withheld else self._gallery.admit(request, seed)) for seed in seeds)
        return Generation(secrets.token_urlsafe(16), request, first_seed, images, origin, now, ready_at)

    def _first_seed(self, request: ImageRequest) -> int:
        """The seed asked for, or one that differs each time this prompt is billed, in the same order every run."""
        if request.seed is not None:
            return request.seed
        billed = self._ledger.prompts[request.prompt].billed
        digest = hashlib.sha256(f"{billed}\n{request.prompt}".encode()).digest()
        return int.from_bytes(digest[:4], "big") % (SEED_MAX + 1)

    def _work_at(self, generation: Generation, wait_s: float) -> None:
        self._ledger.take(generation.request)
        self._working[generation.id] = asyncio.create_task(self._work_off(generation, wait_s))

    async def _work_off(self, generation: Generation, wait_s: float) -> None:
        """Wait as long as the model takes; the places are free again whatever happens."""
        try:
            if math.isinf(wait_s):
                await asyncio.Event().wait()
            await asyncio.sleep(wait_s)
        finally:
            del self._working[generation.id]
            self._ledger.release(generation.request)
        if generation.request.webhook_url is not None and is_billed(generation.request):
            task = asyncio.ensure_future(self._deliver(generation))
            self._delivering.add(task)
            task.add_done_callback(self._delivering.discard)
