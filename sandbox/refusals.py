"""Why a request is turned away, in the order the sandbox checks: key, body, safety, credits, places.

The bodies are those that clients were answered: `{"error"}`, `{"message"}`, a problem document, an empty object, none.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.image_request import ImageRequest
from sandbox.ledger import Ledger
from sandbox.markers import markers_in
from sandbox.options import SandboxOptions

_BUSY_TIMES: Final = 2
_FLAKY_TIMES: Final = 1
_UNSAFE_PROMPT: Final = "Prompt provided failed safety check due to the inclusion of prohibited content."
_NO_FUNDS: Final = "Add a payment method and credits to use this API key."
_TITLES: Final[Mapping[int, str]] = {400: "Bad Request", 404: "Not Found"}
_REASONS_OF_402: Final = (
    "insufficient_funds",
    "subscription_required",
    "daily_limit",
    "priority_credit_required",
    "feature_limit",
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request turned away; nothing is billed."""

    status: int
    body: Mapping[str, object] | None
    """None: the answer has no body."""
    retry_after_s: int | None = None


def problem(status: int, detail: str) -> Refusal:
    """A refusal in the form of a problem document."""
    return Refusal(status, {"type": "about:blank", "title": _TITLES[status], "detail": detail, "status": status})


def bad_request(faults: list[str], *, is_v2: bool) -> Refusal:
    """400, in the words of the route."""
    return problem(400, "; ".join(faults)) if is_v2 else Refusal(400, {"error": ". ".join(faults)})


def no_funds(reason: str = "insufficient_funds") -> Refusal:
    """402, by its reason."""
    return Refusal(402, {"error": _NO_FUNDS, "reject_reason": reason})


UNAUTHORIZED: Final = Refusal(401, {"message": "Access denied. Please verify your API Token is valid."})
"""A key that is wrong, or whose balance has reached zero."""
_SERVER_ERROR: Final = Refusal(500, {"error": "Internal server error."})
_MARKED: Final[Mapping[str, Refusal]] = {
    "bad": Refusal(400, {"error": "Could not read a source image."}),
    "problem": problem(400, "'x' is not one of ['x2', 'x4', 'x8'] - 'upscale_factor'"),
    "paused": UNAUTHORIZED,
    **{reason: no_funds(reason) for reason in _REASONS_OF_402},
    "not_allowed": Refusal(403, {"message": "This account is not authorized for this operation."}),
    "not_found": problem(404, "The model was not found."),
    "too_large": Refusal(413, None),
}
"""Refusals that a marker asks for, whatever the route."""


def is_v2(endpoint: str) -> bool:
    """Whether a path is of the newest routes."""
    return endpoint.startswith("/v2/")


class Gate:
    """Turns requests away; remembers how often a marked prompt has been, so that it passes in the end."""

    def __init__(self, options: SandboxOptions, ledger: Ledger) -> None:
        self._options = options
        self._ledger = ledger
        self._turned_away: Counter[str] = Counter()

    def knows(self, key: str) -> bool:
        """Whether a key opens the API."""
        return bool(key) and self._options.api_key in (None, key)

    def refusal(self, request: ImageRequest) -> Refusal | None:  # noqa: PLR0911  one line a reason
        """Why a request without faults is turned away all the same, or None."""
        markers = markers_in(request.prompt)
        if marked := next((refusal for marker, refusal in _MARKED.items() if marker in markers), None):
            return marked
        if "refuse" in markers or ("policy" in markers and not request.is_async):
            return Refusal(422, {} if is_v2(request.endpoint) else {"error": _UNSAFE_PROMPT})
        if not self._ledger.can_pay(request):
            return no_funds()
        if "busy" in markers and self._is_early(request, _BUSY_TIMES):
            return self._too_many(request, retry_after_s=1)
        if not self._ledger.has_room(request):
            return self._too_many(request, retry_after_s=None)
        if "error" in markers or ("failed" in markers and not request.is_async):
            return _SERVER_ERROR
        if "bare" in markers:
            return Refusal(500, None)
        if "flaky" in markers and self._is_early(request, _FLAKY_TIMES):
            return Refusal(503, {"error": "The service is temporarily unavailable."})
        return None

    def _is_early(self, request: ImageRequest, times: int) -> bool:
        self._turned_away[request.prompt] += 1
        return self._turned_away[request.prompt] <= times

    def _too_many(self, request: ImageRequest, retry_after_s: int | None) -> Refusal:
        said: dict[str, object] = {"error": "Too many requests in flight.", "reject_reason": "inflight_limit"}
        if retry_after_s is None or not is_v2(request.endpoint):
            said |= {"max_inflight_requests": self._options.places, "task_completion_speed": "fast"}
        return Refusal(429, said, retry_after_s)
