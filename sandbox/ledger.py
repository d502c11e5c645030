"""What one sandbox has counted: requests, images billed, refusals, places in use, and the balance."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.dialects.legacy import ImageRequest
from sandbox.tariff import PRICE_USD_MICROS

_MICROS = 1_000_000


@dataclass(slots=True)
class PromptCount:
    """How often one prompt was asked for and what came of it."""

    requests: int = 0
    billed: int = 0
    """Images."""
    refused: int = 0


@dataclass(slots=True)
class Ledger:
    """The counters of one sandbox; used from the event loop only, so no two changes overlap."""

    places: int
    credits_usd: float | None = None
    clock: Callable[[], float] = time.time
    requests: int = 0
    billed: int = 0
    billed_usd_micros: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    in_flight: int = 0
    peak_in_flight: int = 0
    downloads: int = 0
    first_request_at: float | None = None
    last_answer_at: float | None = None
    prompts: dict[str, PromptCount] = field(default_factory=dict)

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
        return self.billed_usd_micros + _cost_usd_micros(request) <= round(self.credits_usd * _MICROS)

    def has_room(self, request: ImageRequest) -> bool:
        """Whether every image of `request` finds a place in flight."""
        return self.in_flight + request.num_images <= self.places

    def accept(self, request: ImageRequest) -> None:
        """Bill `request` and take its places; `release` gives them back."""
        self.billed += request.num_images
        self.billed_usd_micros += _cost_usd_micros(request)
        self.prompts[request.prompt].billed += request.num_images
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
            "billed": self.billed,
            "billed_usd": self.billed_usd_micros / _MICROS,
            "refused": {str(status): count for status, count in sorted(self.refused.items())},
            "in_flight": self.in_flight,
            "peak_in_flight": self.peak_in_flight,
            "downloads": self.downloads,
            "first_request_at": self.first_request_at,
            "last_answer_at": self.last_answer_at,
            "prompts": {
                prompt: {"requests": count.requests, "billed": count.billed, "refused": count.refused}
                for prompt, count in self.prompts.items()
            },
        }


def _cost_usd_micros(request: ImageRequest) -> int:
    return request.num_images * PRICE_USD_MICROS[request.model]
