"""What a campaign came to."""

from decimal import Decimal

from pydantic import Field

from tasks.records.exit_code import ExitCode
from tasks.records.money import priced
from tasks.records.outcome import Status
from tasks.records.record import Record
from tasks.records.verdicts import Verdicts


class CampaignResult(Record):
    """The campaign as it stands after a run: small enough for Prefect to show, with everything else in the manifest."""

    name: str
    folder: str
    """Where its files are: a path, or a URL."""
    public_url: str | None = None
    """The web address of that folder, where one is known."""
    cells: int
    by_status: dict[Status, int]
    cost_usd: Decimal = Decimal(0)
    spent_usd: Decimal = Decimal(0)
    """What of the cost was spent in this run."""
    former_images: int = 0
    """Images of rows that the matrix no longer has, and that lie among the files; `cost_usd` is without them."""
    former_usd: Decimal = Decimal(0)
    """What was spent on rows that the matrix no longer has."""
    troubles: tuple[str, ...] = ()
    """Why somebody must look at cells, a sentence each reason; the manifest has them all."""
    more_troubled: int = 0
    """How many cells must be looked at for other reasons than these."""
    left_out: dict[Status, int] = Field(default_factory=dict)
    """Cells without an image that somebody has decided to do without, by their status."""
    approval: Verdicts | None = None
    """Where the review of a campaign stands that is held."""
    stopped_because: str | None = None
    kept: tuple[str, ...] = ()
    """What the storage did not take, where it is kept, and what to do about it: a sentence each."""
    left: tuple[str, ...] = ()
    """What the API draws still, and what becomes of it."""
    is_published: bool = True
    """Whether page and manifest could be written."""
    is_sandbox: bool = False
    is_dry_run: bool = False
    to_pay_usd: Decimal | None = None
    """Of a dry run: what of the cost is not paid yet."""
    most_usd: Decimal | None = None
    """Of a dry run: the same, if nothing that is tried again can be had for nothing."""

    @property
    def left_apart(self) -> tuple[str, ...]:
        """The same, unless it is what stopped the campaign."""
        return tuple(left for left in self.left if left not in (self.stopped_because or ""))

    @property
    def exit_code(self) -> ExitCode:
        """A dry run is done when it is told."""
        if self.stopped_because is not None:
            return ExitCode.STOPPED
        if self.is_dry_run:
            return ExitCode.DONE
        seen_to = self.by_status.get("done", 0) + sum(self.left_out.values())
        return ExitCode.DONE if seen_to == self.cells else ExitCode.SOME_NOT_DONE

    @property
    def is_awaited(self) -> bool:
        """Whether somebody has still to decide, and can."""
        return self.approval is not None and bool(self.approval.open)

    @property
    def verdict(self) -> str:
        """What is said before all else: nothing where everything is done."""
        return {ExitCode.STOPPED: "stopped early", ExitCode.SOME_NOT_DONE: "not all done"}.get(self.exit_code, "")

    def sentence(self) -> str:
        """Such as `5 done, 1 blocked`, or `6 images, 5 made, $0.08 to pay; $0.48 in all`."""
        if self.is_dry_run:
            to_pay_usd = self.cost_usd if self.to_pay_usd is None else self.to_pay_usd
            most_usd = to_pay_usd if self.most_usd is None else self.most_usd
            return priced(self.cells, self.cost_usd, self.by_status.get("done", 0), to_pay_usd, most_usd)
        counts = ", ".join(f"{count:,} {status}" for status, count in self.by_status.items() if count)
        return counts or "nothing to do"


class NotCompleted(Exception):
    """A run has a result, and did not complete: Prefect raises what the state of such a run carries."""

    def __init__(self, result: CampaignResult) -> None:
        super().__init__(result.sentence())
        self.result = result
