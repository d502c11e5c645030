"""Every way to fail, named by what happens next.

CampaignFault               the campaign stops
    InputInvalid                fix the file or the setting; nothing was paid          (exit code 2)
    CampaignStopped             what is done is kept; run again when it is mended      (exit code 3)
        CredentialsRejected         the key
        CreditsExhausted            the balance or the plan
        WebhookRefused              the address that the API is to tell of images
        BudgetReached               the limit that was set for this campaign
        Interrupted                 a person or the system ended the run                    (exit code 130)
        StorageFailed               the output: a paid image could not be kept
            RemovalDenied               which lets nothing be removed
        SignerAway                  what signs variants, a key's service or the time stamps': nothing is left unsigned
        ServerLost                  Prefect's server, which grants the slots in flight
        ShardCancelled              somebody cancelled a shard in Prefect
        ApiAway                     the API: it answers nobody, or turns everybody away
        PaidInVain                  what is paid cannot be used, image after image
        QuoteFailed                 no price could be asked for; nothing was paid
        QuoteIgnored                a question for a price drew an image, which is paid
        UsageHidden                 the key may not read what the account has used
        GenerationsLeft             nothing is left to do but to wait for what the API draws; the next run fetches it
TakenOver                   this run stood still, and another took the cell over: its end is waited for
StillDrawn                  this run waits no longer for what the API draws; the next one fetches it
CellError                   this cell ends, the others carry on
    RequestRejected             the API names a fault in the request; fix the row
    ReferenceLost               the copy of a picture that goes along is gone, or another: nothing was sent
    ImageRefused                the prompt or the image was refused: a person must look (`blocked`)
    NotAccepted                 turned away before any work; tried again, never billed
        RateLimited                 too much in flight
        ApiUnavailable              says so itself, at once; counts against the budget all the same
    GenerationFailed            begun, and the API says that nothing came of it: free
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

from tasks import cell_errors
from tasks.records.answer import Accepted, ImageObject
from tasks.records.exit_code import ExitCode
from tasks.records.fault import Fault, visible
from tasks.records.money import budget_reached

ApiUnavailable = cell_errors.ApiUnavailable
CellError = cell_errors.CellError
GenerationFailed = cell_errors.GenerationFailed
ImageRefused = cell_errors.ImageRefused
ImageTooLarge = cell_errors.ImageTooLarge
ImageUnreadable = cell_errors.ImageUnreadable
LinkFailed = cell_errors.LinkFailed
NotAccepted = cell_errors.NotAccepted
OriginalUnreadable = cell_errors.OriginalUnreadable
OutcomeUnknown = cell_errors.OutcomeUnknown
RateLimited = cell_errors.RateLimited
ReferenceLost = cell_errors.ReferenceLost
RequestRejected = cell_errors.RequestRejected
VariantsFailed = cell_errors.VariantsFailed


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

    request_id: str | None = None
    """What the API calls the request that was answered so."""

    def __str__(self) -> str:
        """With the request's name, for a question to the API's makers: no cell is told of with it."""
        named = f" (API request {self.request_id})" if self.request_id else ""
        return f"{super().__str__()}{visible(named)}"


class CredentialsRejected(CampaignStopped):
    """The API does not accept the key, or the key may not do this (401, 403)."""


class CreditsExhausted(CampaignStopped):
    """The balance or the plan does not allow another image (402)."""


class WebhookRefused(CampaignStopped):
    """The API does not take the address of `IDEOGRAM_WEBHOOK_URL`: it would refuse every image for it."""


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


class SignerAway(CampaignStopped):
    """Variants are to be signed, and no signature comes; the next run cuts and signs what is stored, for nothing."""


class ServerLost(CampaignStopped):
    """Prefect's server has not answered for minutes: no slot in flight is granted any more."""


class ShardCancelled(CampaignStopped):
    """Somebody cancelled the run of a shard; the others are cancelled with it."""


class ApiAway(CampaignStopped):
    """The API has answered nobody for minutes, or left many requests in a row without an answer."""


class PaidInVain(CampaignStopped):
    """Images in a row were paid and could not be used, all for the same reason."""


class QuoteFailed(CampaignStopped):
    """The API does not tell what an image would cost; nothing was paid."""


class QuoteIgnored(CampaignStopped):
    """The API was asked for a price, and has drawn or begun the image: it is paid. `told` is None for no image."""

    def __init__(
        self, told: Accepted | ImageObject | None, request_id: str | None = None, *, is_kept: bool = False
    ) -> None:
        generation_id = told.generation_id if told is not None else None
        named = f" (generation {generation_id})" if generation_id else ""
        then = "; that run fetches it, and pays nothing for it" if is_kept else ", and look at the account's usage"
        super().__init__(
            f"The API was asked for a price and made an image of it{named}, which it bills: it passes over dry_run. "
            f"Run again without --quote{then}."
        )
        self.told, self.request_id = told, request_id


class UsageHidden(CampaignStopped):
    """The API does not let this key read what the account has used (404), or tells it in no form that is known."""


class GenerationsLeft(CampaignStopped):
    """All else has ended; the API still draws images that it has accepted, longer than this run waits."""


class TakenOver(Exception):
    """Another run has taken this cell over from this one, which stood still; what becomes of it is seen there."""


class StillDrawn(Exception):
    """The API has accepted this image and draws it still: the next run asks by the same id, and pays nothing."""
