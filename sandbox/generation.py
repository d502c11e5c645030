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


def picture_id(generation_id: str, index: int) -> str:
    """The id of one of its pictures, from which `generation_of` leads back."""
    return f"{generation_id}-{index}"


def generation_of(picture_id: str) -> str:
    """The id of the generation that a picture is of."""
    return picture_id.rpartition("-")[0]


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
    ready_at: float | None
    """None: never."""

    @property
    def markers(self) -> frozenset[str]:
        """Of its prompt."""
        return markers_in(self.request.prompt)

    @property
    def has_pictures(self) -> bool:
        """Whether there is anything to fetch."""
        return any(made.picture_id is not None for made in self.images)


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
