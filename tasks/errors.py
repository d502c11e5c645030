"""Every way to fail, named by what happens next.

CampaignFault               the campaign stops
    InputInvalid                fix the file or the setting; nothing was paid          (exit code 2)
    CampaignStopped             what is done is kept; run again when it is mended      (exit code 3)
        CredentialsRejected         the key
        CreditsExhausted            the balance or the plan
        BudgetReached               the limit that was set for this campaign
        Interrupted                 a person or the system ended the run                    (exit code 130)
        StorageFailed               the output: a paid image could not be kept
            RemovalDenied               which lets nothing be removed
        ServerLost                  Prefect's server, which grants the slots in flight
        ShardCancelled              somebody cancelled a shard in Prefect
        ApiAway                     the API: it answers nobody, or turns everybody away
        PaidInVain                  what is paid cannot be used, image after image
TakenOver                   this run stood still, and another took the cell over: its end is waited for
CellError                   this cell ends, the others carry on
    RequestRejected             the API names a fault in the request; fix the row
    ImageRefused                the prompt or the image was refused: a person must look (`blocked`)
    NotAccepted                 turned away before any work; tried again, never billed
        RateLimited                 too much in flight
        ApiUnavailable              says so itself, at once; counts against the budget all the same
    OutcomeUnknown              sent, and no answer that says what happened: perhaps billed (`unknown`)
    LinkFailed                  paid, and the link gave nothing
    ImageUnreadable             paid, and what came is not an image that we accept
        ImageTooLarge               since it has more pixels than we decode
    VariantsFailed              paid and stored; a cut of it could not be made
        OriginalUnreadable          since what is stored is no image after all
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar, Self

from tasks.records.exit_code import ExitCode
from tasks.records.fault import Fault, visible
from tasks.records.money import budget_reached
from tasks.records.outcome import LinkFault, Status


class CampaignFault(Exception):
    """The campaign cannot go on. `exit_code` is what the command line ends with."""

    exit_code: ClassVar[ExitCode] = ExitCode.STOPPED

    def __str__(self) -> str:
        """What is told of it, in terminals and logs."""
        return visible(super().__str__())


class InputInvalid(CampaignFault):
    """The matrix, the formats or a setting is wrong; nothing was sent, nothing was paid. Carries every fault found."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, faults: Sequence[Fault], more: int = 0) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults, self.more = tuple(faults), more

    @classmethod
    def of(cls, source: str, problem: str, value: str | None = None, row: int | None = None) -> Self:
        """Where one thing is wrong, said as a `Fault` says it."""
        return cls([Fault(source=source, row=row, value=value, problem=problem)])


class CampaignStopped(CampaignFault):
    """The campaign stops starting cells; what is in flight ends, and what is done is kept."""


class CredentialsRejected(CampaignStopped):
    """The API does not accept the key, or the key may not do this (401, 403)."""


class CreditsExhausted(CampaignStopped):
    """The balance or the plan does not allow another image (402)."""


class BudgetReached(CampaignStopped):
    """The next image would go over what the campaign may spend."""

    def __init__(self, *sums: Decimal, is_shared: bool = False, doubted_usd: Decimal = Decimal(0)) -> None:
        super().__init__(budget_reached(*sums, is_shared=is_shared, doubted_usd=doubted_usd))


class Interrupted(CampaignStopped):
    """The run was ended from outside; run the same command again to go on."""

    exit_code = ExitCode.INTERRUPTED


class StorageFailed(CampaignStopped):
    """The output cannot be written; going on would pay for images that cannot be kept."""


class RemovalDenied(StorageFailed):
    """Nothing may be removed from the output; a campaign goes on unless what is to go is in its way."""


class ServerLost(CampaignStopped):
    """Prefect's server has not answered for minutes: no slot in flight is granted any more."""


class ShardCancelled(CampaignStopped):
    """Somebody cancelled the run of a shard; the others are cancelled with it."""


class ApiAway(CampaignStopped):
    """The API has answered nobody for minutes, or left many requests in a row without an answer."""


class PaidInVain(CampaignStopped):
    """Images in a row were paid and could not be used, all for the same reason."""


class TakenOver(Exception):
    """Another run has taken this cell over from this one, which stood still; what becomes of it is seen there."""


class CellError(Exception):
    """One cell ends here. `is_billed` says whether the image was, or must be taken to be, paid.

    `kept` is the key of what was paid and cannot be used; `link_fault` says what is wrong with a link.
    """

    status: ClassVar[Status] = "failed"
    retryable: ClassVar[bool] = False
    is_billed: bool = False

    def __init__(self, message: str, *, kept: str | None = None, link_fault: LinkFault | None = None) -> None:
        super().__init__(message)
        self.kept, self.link_fault = kept, link_fault

    def __str__(self) -> str:
        """What is told of it, in terminals, logs and the manifest."""
        return visible(super().__str__())


class RequestRejected(CellError):
    """The API names a fault in the request (400, 404, 413); documented as not billed."""


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


class ApiUnavailable(NotAccepted):
    """Not available, as the API said at once in words of its own (503); no document says that it is never billed."""


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
