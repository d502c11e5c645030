"""The pictures of one sandbox: signed links that expire, and drawing on worker threads.

Only what a picture is drawn from is remembered, for the last 20,000 pictures, and the bytes of the last 32;
anything older is drawn again when it is asked for, so memory stays bounded however many images are billed.
"""

import asyncio
import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from sandbox.generation import Generation
from sandbox.image_request import ImageRequest
from sandbox.markers import markers_in
from sandbox.options import SandboxOptions
from sandbox.picture import Brief, Draw, FileFormat, draw, draw_plain

_SIGNING_KEY: Final = b"sandbox"
"""No secret: the ids cannot be guessed, and a link outlives the sandbox that has signed it."""
REMEMBERED: Final = 20_000
DRAWN: Final = 32
_DRAWING_THREADS: Final = 2
_DRAWN_AHEAD: Final = 16
_FOREIGN_ORIGIN: Final = "https://images.example.net"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture that was paid for: what to draw, and what its link does instead, if anything."""

    brief: Brief
    markers: frozenset[str]

    @property
    def file_format(self) -> FileFormat:
        """The format of the bytes, whatever the link ends in."""
        if "jpeg" in self.markers:
            return "JPEG"
        return "WEBP" if "webp" in self.markers else "PNG"


def draftsman(options: SandboxOptions) -> Draw:
    """What makes the pictures. Those of a folder are read now, and handed out by seed, whatever format is asked for."""
    if options.pictures is None:
        return draw_plain if options.plain_pictures else draw
    ready = [path.read_bytes() for path in sorted(options.pictures.glob("*.png"))]
    return lambda brief, _: ready[brief.seed % len(ready)]


class Gallery:
    """Hands out links and draws the pictures behind them; `close` ends the drawing threads."""

    def __init__(
        self,
        *,
        link_life_s: float,
        draw: Draw,
        clock: Callable[[], float] = time.time,
        remembered_max: int = REMEMBERED,
        drawn_max: int = DRAWN,
    ) -> None:
        self._link_life_s = link_life_s
        self._draw = draw
        self._clock = clock
        self._remembered_max, self._drawn_max = remembered_max, drawn_max
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._drawings: OrderedDict[str, asyncio.Future[bytes]] = OrderedDict()
        self._threads = ThreadPoolExecutor(_DRAWING_THREADS, thread_name_prefix="drawing")

    def admit(self, picture_id: str, request: ImageRequest, seed: int) -> None:
        """Remember the picture of `request` with `seed`, and begin to draw it if threads are free."""
        self._pictures[picture_id] = Picture(Brief.of(request, seed), markers_in(request.prompt))
        if len(self._pictures) > self._remembered_max:
            self._pictures.popitem(last=False)
        if sum(not drawing.done() for drawing in self._drawings.values()) < _DRAWN_AHEAD:
            self._begin(picture_id)

    def links_from(self, origin: str) -> Callable[[str, Generation], str]:
        """What signs links, as the client at `origin` (scheme and host) reaches them."""
        return lambda picture_id, generation: self.link(origin, picture_id, generation)

    def link(self, origin: str, picture_id: str, generation: Generation) -> str:
        """The signed link of a picture, which ages from when its generation was ready."""
        marked = generation.markers
        life_s = -1.0 if "expired" in marked else self._link_life_s
        expires_at = str(int((generation.ready_at or 0.0) + life_s))
        host = _FOREIGN_ORIGIN if "elsewhere" in marked else origin
        signature = self._signature(picture_id, expires_at)
        return f"{host}/api/images/ephemeral/{picture_id}.png?exp={expires_at}&sig={signature}"

    def opens(self, picture_id: str, expires_at: str, signature: str) -> bool:
        """Whether a link is neither forged nor too old."""
        is_ours = hmac.compare_digest(self._signature(picture_id, expires_at).encode(), signature.encode())
        return is_ours and float(expires_at) > self._clock()

    def find(self, picture_id: str) -> Picture | None:
        """A picture that is remembered."""
        return self._pictures.get(picture_id)

    async def file_of(self, picture_id: str) -> bytes:
        """The picture's bytes, drawn now if they are not at hand. Raises KeyError for an id never admitted."""
        drawing = self._drawings.get(picture_id) or self._begin(picture_id)
        self._drawings.move_to_end(picture_id)
        return await asyncio.shield(drawing)

    def close(self) -> None:
        """Give up the drawings that have not begun."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _begin(self, picture_id: str) -> asyncio.Future[bytes]:
        picture = self._pictures[picture_id]
        loop = asyncio.get_running_loop()
        drawing = loop.run_in_executor(self._threads, self._draw, picture.brief, picture.file_format)
        self._drawings[picture_id] = drawing
        if len(self._drawings) > self._drawn_max:
            self._drawings.popitem(last=False)
        return drawing

    def _signature(self, picture_id: str, expires_at: str) -> str:
        return hmac.new(_SIGNING_KEY, f"{picture_id}\n{expires_at}".encode(), hashlib.sha256).hexdigest()
