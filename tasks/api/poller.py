"""Waits for generations that the API has accepted: looks for each when it is likely to be done, and not more often.

`flows/DECISIONS.md` has what that is worth, and what the bound on polls allows.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tasks.api.pace import PACE, Pace
from tasks.api.poll_times import EARLIEST_S, LIKELY, Durations
from tasks.errors import ApiAway, OutcomeUnknown, StillDrawn
from tasks.records.answer import ImageObject, Pending

TICK_S: Final = 0.05
"""How long the poller rests where nothing is likely to be done."""
SILENT_MAX_S: Final = 180.0
"""So long polls may go without any answer before the API is taken to be away; what was accepted is not lost by that."""
SETTLED_S: Final = 60.0
"""Until it has this age, a generation that the API does not know may be one that it does not know yet."""
TOLD_EARLY_MAX: Final = 1_000
"""So many are remembered that were told to be done and that nobody waits for: other runs' most of them."""
SILENT_PAUSE_S: Final = 2.0
"""Between polls while none is answered."""


class Generation(NamedTuple):
    """An image that the API has accepted to draw."""

    generation_id: str
    kind: str
    """What takes alike: the model and its quality."""


Look = Callable[[Generation], Awaitable[ImageObject | Pending]]
"""Asks once how a generation stands. A note tells why nothing was learned of it."""


@dataclass(eq=False)
class _Waited:
    """A generation that somebody waits for. Ages count from when it was accepted."""

    generation: Generation
    accepted_at: float
    """By the loop's clock."""
    leave_at: float
    """Pending then, it is waited for no longer."""
    image: "asyncio.Future[ImageObject]"
    pending_at_s: float = 0.0
    """The age at which it was last seen to be pending."""
    is_asked: bool = False
    """Whether a poll is out."""
    is_told: bool = False
    """Whether somebody says that it is done, since the last poll for it left."""


@dataclass(eq=False)
class Poller:
    """The generations of one run. It works while somebody waits."""

    look: Look
    polls_max: int
    """How many polls may leave in ten seconds, of all campaigns in this process."""
    pending_max_s: float
    """How long this run waits for a generation that is pending."""
    first_look_s: float = EARLIEST_S
    pace: Pace = PACE
    polls: int = 0
    _waited: dict[str, _Waited] = field(default_factory=dict)
    _durations: dict[str, Durations] = field(default_factory=dict)
    _told_early: deque[str] = field(default_factory=lambda: deque(maxlen=TOLD_EARLY_MAX))
    _heard_at: float = 0.0
    _work: "asyncio.Task[None] | None" = None
    _looks: "set[asyncio.Task[None]]" = field(default_factory=set)

    async def image_of(self, generation: Generation, age_s: float = 0.0) -> ImageObject:
        """The image, once it is drawn. `age_s`: how long ago the generation was accepted.

        Raises what the API's answer says; StillDrawn where it is pending for too long; ApiAway where no poll is
        answered for minutes. Nothing is lost by either: the next run asks by the same id.
        """
        now = asyncio.get_running_loop().time()
        image: asyncio.Future[ImageObject] = asyncio.get_running_loop().create_future()
        waited = _Waited(generation, now - age_s, now + self.pending_max_s, image)
        waited.is_told = generation.generation_id in self._told_early
        self._waited[generation.generation_id] = waited
        self._durations.setdefault(generation.kind, Durations(self.first_look_s))
        if self._work is None or self._work.done():
            self._heard_at = now
            self._work = asyncio.create_task(self._poll())
            self._work.add_done_callback(self._tell_of_fault)
        try:
            return await image
        finally:
            del self._waited[generation.generation_id]

    def look_now(self, generation_id: str) -> None:
        """Somebody says that this one is done: the next poll is for it, also where nobody waits for it yet."""
        if waited := self._waited.get(generation_id):
            waited.is_told = True
        else:
            self._told_early.append(generation_id)

    def _tell_of_fault(self, work: "asyncio.Task[None]") -> None:
        """A fault of ours ends the polling; whoever waits would wait for ever."""
        if not work.cancelled() and (error := work.exception()) is not None:
            for one in self._waited.values():
                _tell(one.image, error)

    async def _poll(self) -> None:
        """Send one poll after the other, each for the generation that is likeliest to be done."""
        while self._waited:
            likelihood, waited = self._likeliest(asyncio.get_running_loop().time())
            wait_s = self.pace.take(self.polls_max) if likelihood >= LIKELY else TICK_S
            if not wait_s:
                waited.is_asked, waited.is_told = True, False
                self.polls += 1
                look = asyncio.create_task(self._look_at(waited))
                self._looks.add(look)
                look.add_done_callback(self._looks.discard)
            await asyncio.sleep(wait_s)

    def _likeliest(self, now: float) -> tuple[float, _Waited]:
        """The generation that is likeliest to be done, and how likely that is; 0.0 where a poll for each is out."""

        def likelihood(one: _Waited) -> float:
            if one.is_asked or one.image.done():
                return 0.0
            if one.is_told:
                return 1.0
            return self._durations[one.generation.kind].likelihood(one.pending_at_s, now - one.accepted_at)

        return max(((likelihood(one), one) for one in self._waited.values()), key=lambda pair: pair[0])

    async def _look_at(self, waited: _Waited) -> None:
        """Ask once, and tell whoever waits what came of it."""
        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        try:
            told = await self.look(waited.generation)
        except OutcomeUnknown as error:
            self._heard_at = loop.time()
            if asked_at - waited.accepted_at > SETTLED_S:
                _tell(waited.image, error)
        except Exception as error:  # noqa: BLE001  whoever waits is told
            self._heard_at = loop.time()
            _tell(waited.image, error)
        else:
            self._know(waited, told, asked_at)
        finally:
            waited.is_asked = False

    def _know(self, waited: _Waited, told: ImageObject | Pending, asked_at: float) -> None:
        """The API has answered, or nobody has."""
        age_s = asked_at - waited.accepted_at
        if isinstance(told, Pending) and told.note:
            self._not_told(told, asked_at)
            return
        self._heard_at = asked_at
        if isinstance(told, ImageObject):
            self._durations[waited.generation.kind].note(waited.pending_at_s, age_s)
            if not waited.image.done():
                waited.image.set_result(told)
            return
        waited.pending_at_s = age_s
        if asked_at >= waited.leave_at:
            still = f"The API is still drawing this image after {age_s:.0f} s; the next run fetches it and pays nothing"
            _tell(waited.image, StillDrawn(still))

    def _not_told(self, told: Pending, now: float) -> None:
        """A poll was answered by nothing of use. Where each is for minutes, whoever waits is told so."""
        self.pace.rest(told.retry_after_s or SILENT_PAUSE_S)
        if told.retry_after_s is not None:
            self._heard_at = now
        if now - self._heard_at >= SILENT_MAX_S:
            away = ApiAway(f"The API tells nothing of what it draws; run again when it does. At last: {told.note}")
            for one in self._waited.values():
                _tell(one.image, away)


def _tell(image: "asyncio.Future[ImageObject]", error: BaseException) -> None:
    """Have whoever waits be told of `error`, unless nobody does any more."""
    with suppress(asyncio.InvalidStateError):
        image.set_exception(error)
