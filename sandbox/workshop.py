"""Where accepted requests are billed, given places and pictures, worked off, and found again by their id."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from sandbox.gallery import Gallery, Picture
from sandbox.generation import WITHHELD, Generation, Made, generation_of, is_billed, is_stuck, picture_id
from sandbox.image_request import ImageRequest
from sandbox.ledger import Ledger
from sandbox.markers import markers_in
from sandbox.options import SandboxOptions
from sandbox.tariff import latency_s
from tasks.records.vocabulary import SEED_MAX

if TYPE_CHECKING:
    from sandbox.books import Books

REMEMBERED: Final = 20_000

Deliver = Callable[[Generation], Awaitable[None]]
"""Tells the webhook of a generation that it is done."""


class Workshop:
    """The generations of one sandbox. With books it goes on where one before it has ended."""

    def __init__(
        self, options: SandboxOptions, ledger: Ledger, gallery: Gallery, deliver: Deliver, books: "Books | None" = None
    ) -> None:
        self._options = options
        self._ledger = ledger
        self._gallery = gallery
        self._deliver = deliver
        self._books = books
        self._generations: OrderedDict[str, Generation] = OrderedDict()
        self._working: dict[str, asyncio.Task[None]] = {}
        self._asides: set[asyncio.Task[None]] = set()
        """What nobody waits for."""
        self._collected: set[str] = set()
        self._uncollected: defaultdict[ImageRequest, list[Generation]] = defaultdict(list)
        """What a sandbox before this one has accepted, and whose pictures nobody has fetched."""

    async def reopen(self) -> None:
        """Take up what is in the books: it was billed, and goes on for as long as it takes."""
        if self._books is None:
            return
        generations, collected = await asyncio.to_thread(self._books.read)
        self._collected.update(collected)
        now = self._ledger.clock()
        for generation in generations:
            if is_billed(generation.request):
                self._ledger.pay(generation.request, generation.created_at)
                if generation.id not in self._collected and generation.has_pictures:
                    self._uncollected[generation.request].append(generation)
            self._remember(generation)
            if generation.ready_at is None or generation.ready_at > now:
                self._work_at(generation)

    def accept(self, request: ImageRequest, origin: str) -> Generation:
        """Bill `request`, take its places and begin with it. Nothing is awaited: nobody slips in between.

        `origin` is scheme and host as its client reaches them. Where a sandbox before this one has accepted the same,
        and nobody has ever fetched what came of it, that is handed out, and billed no second time.
        """
        if waiting := self._uncollected.get(request):
            return waiting.pop(0)
        now = self._ledger.clock()
        if is_billed(request):
            self._ledger.pay(request, now)
        generation = self._begun(request, origin, now)
        for made in generation.images:
            if made.picture_id is not None:
                self._gallery.admit(made.picture_id, request, made.seed)
        self._remember(generation)
        self._work_at(generation)
        return generation

    async def entered(self, generation: Generation) -> None:
        """Return when a generation is in the books, if there are any."""
        if self._books is not None:
            await asyncio.to_thread(self._books.enter, generation)

    def collect(self, of_picture: str) -> None:
        """Note that a picture was fetched."""
        generation_id = generation_of(of_picture)
        if self._books is not None and generation_id not in self._collected:
            self._collected.add(generation_id)
            self._aside(asyncio.to_thread(self._books.collect, generation_id))

    async def find(self, generation_id: str) -> Generation | None:
        """The generation of an id, be it another sandbox's with the same books."""
        found = self._generations.get(generation_id)
        if found is None and self._books is not None:
            found = await asyncio.to_thread(self._books.find, generation_id)
            if found is not None:
                self._remember(found)
        return found

    async def picture(self, of_id: str) -> Picture | None:
        """A picture by its id, from memory or from the books."""
        if self._gallery.find(of_id) is None and (generation := await self.find(generation_of(of_id))):
            for made in generation.images:
                if made.picture_id == of_id:
                    self._gallery.admit(of_id, generation.request, made.seed)
        return self._gallery.find(of_id)

    def is_done(self, generation: Generation) -> bool:
        """Whether it has ended; its places are free then."""
        is_ready = generation.ready_at is not None and generation.ready_at <= self._ledger.clock()
        return is_ready and generation.id not in self._working

    async def done(self, generation: Generation) -> None:
        """Wait for its end; it is worked off even if whoever waits leaves."""
        if task := self._working.get(generation.id):
            await asyncio.shield(task)

    def close(self) -> None:
        """Leave what is not done."""
        for task in (*self._working.values(), *self._asides):
            task.cancel()

    def _begun(self, request: ImageRequest, origin: str, now: float) -> Generation:
        options, generation_id = self._options, secrets.token_urlsafe(16)
        wait_s = latency_s(
            request.prompt, request.model, options.latency_scale, options.latency_range_s, request.quality
        )
        first_seed = self._first_seed(request)
        is_withheld = bool(markers_in(request.prompt) & WITHHELD)
        seeds = [(first_seed + index) % (SEED_MAX + 1) for index in range(request.num_images)]
        images = tuple(
            Made(seed, None if is_withheld else picture_id(generation_id, index)) for index, seed in enumerate(seeds)
        )
        ready_at = None if is_stuck(request) else now + wait_s
        return Generation(generation_id, request, first_seed, images, origin, now, ready_at)

    def _first_seed(self, request: ImageRequest) -> int:
        """The seed asked for, or one that differs each time this prompt is billed, in the same order every run."""
        if request.seed is not None:
            return request.seed
        billed = self._ledger.prompts[request.prompt].billed
        digest = hashlib.sha256(f"{billed}\n{request.prompt}".encode()).digest()
        return int.from_bytes(digest[:4], "big") % (SEED_MAX + 1)

    def _remember(self, generation: Generation) -> None:
        self._generations[generation.id] = generation
        if len(self._generations) > REMEMBERED:
            self._generations.popitem(last=False)

    def _work_at(self, generation: Generation) -> None:
        self._ledger.take(generation.request)
        self._working[generation.id] = asyncio.create_task(self._work_off(generation))

    async def _work_off(self, generation: Generation) -> None:
        """Wait until it is ready; the places are free again whatever happens."""
        try:
            if generation.ready_at is None:
                await asyncio.Event().wait()
            else:
                await asyncio.sleep(generation.ready_at - self._ledger.clock())
        finally:
            del self._working[generation.id]
            self._ledger.release(generation.request)
        if generation.request.webhook_url is not None and is_billed(generation.request):
            self._aside(self._deliver(generation))

    def _aside(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)
