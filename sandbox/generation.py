"""One accepted request, and the images that are made for it."""

from dataclasses import dataclass

from sandbox.image_request import ImageRequest
from sandbox.markers import markers_in

WITHHELD: frozenset[str] = frozenset({"unsafe", "empty_url", "no_url"})
"""Markers of images that have no link."""
_FAILURES = {"policy": "content_policy_violation", "failed": "internal_error"}


@dataclass(frozen=True, slots=True)
class Made:
    """One image of a generation."""

    seed: int
    picture_id: str | None
    """None where it is withheld."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A request that was accepted; times are unix seconds."""

    id: str
    request: ImageRequest
    seed: int
    """Of the first image."""
    images: tuple[Made, ...]
    origin: str
    """Scheme and host as the client that asked reached them."""
    created_at: float
    ready_at: float

    @property
    def markers(self) -> frozenset[str]:
        """Of its prompt."""
        return markers_in(self.request.prompt)


def failure_of(request: ImageRequest) -> str | None:
    """The reason for which an asynchronous request will fail, if its prompt is marked so."""
    markers = markers_in(request.prompt) if request.is_async else ()
    return next((reason for marker, reason in _FAILURES.items() if marker in markers), None)


def is_stuck(request: ImageRequest) -> bool:
    """Whether a request is never done."""
    return request.is_async and "stuck" in markers_in(request.prompt)


def is_billed(request: ImageRequest) -> bool:
    """Whether images come of a request: what fails, or is never done, costs nothing."""
    return failure_of(request) is None and not is_stuck(request)
