"""What one sandbox has counted: requests, images billed, refusals, places in use, and the balance."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Final

from sandbox.image_request import ImageRequest

MICROS: Final = 1_000_000
HOUR_S: Final = 3600


@dataclass(slots=True)
class PromptCount:
    """How often one prompt was asked for and what came of it."""

    requests: int = 0
    billed: int = 0
    """Images."""
    refused: int = 0


@dataclass(frozen=True, slots=True, order=True)
class BillLine:
    """What images are counted by on the bill."""

    hour: int
    """When they were accepted, in hours since 1970."""
    endpoint: str
    model: str
    quality: str
    price_usd_micros: int
    """Of one image."""


@dataclass(slots=True)
class Ledger:
    """The counters of one sandbox; used from the event loop only, so no two changes overlap."""

    places: int
    credits_usd: float | None = None
    clock: Callable[[], float] = time.time
    requests: int = 0
    quotes: int = 0
    polls: int = 0
    polls_refused: int = 0
    billed: int = 0
    billed_usd_micros: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    in_flight: int = 0
    peak_in_flight: int = 0
    downloads: int = 0
    webhooks: int = 0
    first_request_at: float | None = None
    last_answer_at: float | None = None
    """Of what was drawn while somebody waits; of what was accepted, when it was drawn."""
    last_told_at: float | None = None
    """When a poll was last told of a generation that is no longer pending."""
    prompts: dict[str, PromptCount] = field(default_factory=dict)
    bill: Counter[BillLine] = field(default_factory=Counter)
    """Images, line by line."""
    unknown_fields: Counter[str] = field(default_factory=Counter)
    """Requests with a field that the route does not list, by `PATH: FIELD`."""

    def arrive(self) -> None:
        """Count a request, whatever becomes of it."""
        self.requests += 1
        if self.first_request_at is None:
            self.first_request_at = self.clock()

    def ask(self, prompt: str) -> PromptCount:
        """Count a request whose prompt could be read."""
        count = self.prompts.setdefault(prompt, PromptCount())
        count.requests += 1
        return count

    def refuse(self, status: int, prompt: str | None) -> None:
        """Count a refusal; `prompt` is None when the request was turned away before it was read."""
        self.refused[status] += 1
        if prompt is not None:
            self.prompts[prompt].refused += 1

    def can_pay(self, request: ImageRequest) -> bool:
        """Whether the prepaid balance covers every image of `request`."""
        if self.credits_usd is None:
            return True
        return self.billed_usd_micros + request.cost_usd_micros <= round(self.credits_usd * MICROS)

    def has_room(self, request: ImageRequest) -> bool:
        """Whether every image of `request` finds a place in flight."""
        return self.in_flight + request.num_images <= self.places

    def pay(self, request: ImageRequest, at: float) -> None:
        """Bill every image of `request`, accepted `at` unix seconds."""
        self.billed += request.num_images
        self.billed_usd_micros += request.cost_usd_micros
        self.prompts.setdefault(request.prompt, PromptCount()).billed += request.num_images
        hour = int(at // HOUR_S)
        line = BillLine(hour, request.endpoint, request.model, request.quality, request.price_usd_micros)
        self.bill[line] += request.num_images

    def take(self, request: ImageRequest) -> None:
        """Take the places of `request`; `release` gives them back."""
        self.in_flight += request.num_images
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)

    def release(self, request: ImageRequest) -> None:
        """Give the places of `request` back."""
        self.in_flight -= request.num_images

    def answer(self) -> None:
        """Note the time of an answer."""
        self.last_answer_at = self.clock()

    def as_json(self) -> dict[str, object]:
        """The counters as `GET /stats` shows them; times are unix seconds."""
        return {
            "requests": self.requests,
            "quotes": self.quotes,
            "polls": self.polls,
            "polls_refused": self.polls_refused,
            "billed": self.billed,
            "billed_usd": self.billed_usd_micros / MICROS,
            "bill": self._bill(),
            "refused": {str(status): count for status, count in sorted(self.refused.items())},
            "unknown_fields": dict(self.unknown_fields),
            "in_flight": self.in_flight,
            "peak_in_flight": self.peak_in_flight,
            "downloads": self.downloads,
            "webhooks": self.webhooks,
            "first_request_at": self.first_request_at,
            "last_answer_at": self.last_answer_at,
            "last_told_at": self.last_told_at,
            "prompts": {prompt: asdict(count) for prompt, count in self.prompts.items()},
        }

    def _bill(self) -> list[dict[str, object]]:
        """Images and money by route, model and quality."""
        images: Counter[tuple[str, str, str]] = Counter()
        micros: Counter[tuple[str, str, str]] = Counter()
        for line, count in sorted(self.bill.items()):
            images[line.endpoint, line.model, line.quality] += count
            micros[line.endpoint, line.model, line.quality] += count * line.price_usd_micros
        return [
            {
                "endpoint": endpoint,
                "model": model,
                "quality": quality,
                "images": count,
                "usd": micros[endpoint, model, quality] / MICROS,
            }
            for (endpoint, model, quality), count in images.items()
        ]
