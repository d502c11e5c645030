"""Every way in which one cell can end and the others carry on; `tasks/errors.py` draws the tree."""

from typing import ClassVar

from tasks.records.fault import visible
from tasks.records.outcome import LinkFault, Status


class CellError(Exception):
    """One cell ends here. `is_billed` says whether the image was, or must be taken to be, paid.

    `kept` is the key of what was paid and cannot be used; `link_fault` says what is wrong with a link.
    """

    status: ClassVar[Status] = "failed"
    retryable: ClassVar[bool] = False
    is_billed: bool = False
    request_id: str | None = None
    """What the API calls the request that was answered so."""

    def __init__(self, message: str, *, kept: str | None = None, link_fault: LinkFault | None = None) -> None:
        super().__init__(message)
        self.kept, self.link_fault = kept, link_fault

    def __str__(self) -> str:
        """What is told of it, in terminals, logs and the manifest."""
        return visible(super().__str__())


class RequestRejected(CellError):
    """The API names a fault in the request (400, 404, 413); documented as not billed."""


class ReferenceLost(CellError):
    """A picture that goes along is not where the campaign keeps it, or is not what was planned; nothing was sent."""


class ImageRefused(CellError):
    """Refused by the safety check: the prompt (422, not billed), or the finished image (200, taken as billed)."""

    status = "blocked"

    def __init__(self, message: str, *, is_billed: bool) -> None:
        super().__init__(message)
        self.is_billed = is_billed


class NotAccepted(CellError):
    """Turned away before any work: trying again pays nothing twice. `retry_after_s` is what the API asks us to wait."""

    retryable = True

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RateLimited(NotAccepted):
    """More is in flight than the account allows (429)."""

    max_in_flight: int | None = None
    """How many images it allows, where the API says so."""


class ApiUnavailable(NotAccepted):
    """Not available, as the API said at once in words of its own (503); no document says that it is never billed."""


class GenerationFailed(CellError):
    """The API had begun the image, and says that it failed; documented as not billed."""


class OutcomeUnknown(CellError):
    """The request was sent and no usable answer came back. It may have been billed, so it is not sent again."""

    status = "unknown"
    is_billed = True


class LinkFailed(CellError):
    """The image is paid, but its link is expired, refused, not allowed, or too large."""

    is_billed = True


class ImageUnreadable(CellError):
    """The image is paid, but what was downloaded is no whole image of a format that we read."""

    is_billed = True


class ImageTooLarge(ImageUnreadable):
    """The image is paid, and has more pixels than we decode."""


class VariantsFailed(CellError):
    """The original is paid and stored, but a variant of it could not be made."""

    is_billed = True


class OriginalUnreadable(VariantsFailed):
    """What is stored as the original is no image that can be read: trying the cell again fetches or makes another."""
