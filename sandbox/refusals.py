"""Why a request is turned away, in the order the sandbox checks: key, body, safety, credits, places."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request

from sandbox.dialects.legacy import ImageRequest, parse_body
from sandbox.ledger import Ledger
from sandbox.markers import markers_in
from sandbox.options import SandboxOptions

_BUSY_TIMES: Final = 2
_FLAKY_TIMES: Final = 1
_UNSAFE_PROMPT: Final = "Prompt provided failed safety check due to the inclusion of prohibited content."


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request turned away; nothing is billed."""

    status: int
    error: str
    details: Mapping[str, object] = field(default_factory=dict)
    """Further fields of the answer's body."""
    retry_after_s: int | None = None


class Gate:
    """Turns requests away; remembers how often a marked prompt has been, so that it passes in the end."""

    def __init__(self, options: SandboxOptions, ledger: Ledger) -> None:
        self._options = options
        self._ledger = ledger
        self._turned_away: Counter[str] = Counter()

    def read(self, request: Request, body: bytes) -> ImageRequest | Refusal:
        """The request in `body`, if the key is right and every rule of the API is kept."""
        key = request.headers.get("api-key", "")
        if not key or self._options.api_key not in (None, key):
            return Refusal(401, "The Api-Key header is missing or its key is not known.")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return Refusal(400, "The Content-Type must be application/json.")
        parsed = parse_body(body)
        return Refusal(400, " ".join(parsed)) if isinstance(parsed, list) else parsed

    def refusal(self, request: ImageRequest) -> Refusal | None:  # noqa: PLR0911  one line a reason
        """Why a request without faults is turned away all the same, or None."""
        markers = markers_in(request.prompt)
        if "refuse" in markers:
            return Refusal(422, _UNSAFE_PROMPT)
        if not self._ledger.can_pay(request):
            details = {"reject_reason": "insufficient_funds"}
            return Refusal(402, "The prepaid balance does not cover this request; add credits.", details)
        if "busy" in markers and self._is_early(request, _BUSY_TIMES):
            return self._too_many(retry_after_s=1)
        if not self._ledger.has_room(request):
            return self._too_many(retry_after_s=None)
        if "error" in markers:
            return Refusal(500, "Internal server error.")
        if "flaky" in markers and self._is_early(request, _FLAKY_TIMES):
            return Refusal(503, "The service is temporarily unavailable.")
        return None

    def _is_early(self, request: ImageRequest, times: int) -> bool:
        self._turned_away[request.prompt] += 1
        return self._turned_away[request.prompt] <= times

    def _too_many(self, retry_after_s: int | None) -> Refusal:
        details = {
            "reject_reason": "inflight_limit",
            "max_inflight_requests": self._options.places,
            "task_completion_speed": "fast",
        }
        return Refusal(429, "Too many images are in flight; wait until some are finished.", details, retry_after_s)
