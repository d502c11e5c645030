"""What a person asks for with decisions, and what came of them."""

from decimal import Decimal

from pydantic import Field

from tasks.records.exit_code import ExitCode
from tasks.records.money import counted, usd
from tasks.records.record import Order, Record
from tasks.records.verdicts import Verdicts


class ReviewOrder(Order):
    """The decisions that a person hands in."""

    campaign_folder: str = Field(title="Campaign folder")
    """Folder or URL of the campaign, such as data/out/q1-launch or s3://bucket/campaigns/q1-launch."""
    decisions: tuple[str, ...] = Field(default=(), title="Decisions")
    """Tables with the columns cell_id and decision (keep, reject or again), as the page exports them or a spreadsheet
    saves them: .csv, .xlsx and others, paths or URLs. Of several decisions on one cell the latest counts. In Prefect,
    leave it empty to be asked in a form."""
    again: tuple[str, ...] = Field(default=(), title="Make again")
    """Cells to be made again with another seed, by their cell_id."""
    encoding: str | None = Field(default=None, title="Text encoding")
    """The text encoding of tables that are not UTF-8, such as cp1252."""
    export: str | None = Field(default=None, title="Hand over to")
    """A folder, a file that ends in .zip or a URL, to which what is approved then is handed over, as python
    flows/export.py does, which has more to choose."""


class Told(Record):
    """What became of the callbacks that tell of decisions."""

    queued: int
    """So many were new."""
    waiting: int
    """So many of the campaign's callbacks are not delivered yet, and are tried again."""
    dead: int = 0
    hindrance: str = ""
    """Why none can be sent from here; empty where they can."""

    def sentence(self) -> str:
        """Such as `3 callbacks queued, all delivered`."""
        said = f"{counted(self.queued, 'callback')} queued" if self.queued else "no new callback"
        all_of_it = ", all delivered" if self.queued and not self.dead else ""
        said += f", {self.waiting:,} still to be delivered" if self.waiting else all_of_it
        said += f", {self.dead:,} dead" if self.dead else ""
        return f"{said}: {self.hindrance}" if self.hindrance else said


class ReviewResult(Record):
    """Where the review of a campaign stands."""

    name: str
    folder: str
    new: int
    """Decisions that were not known before."""
    kept: int
    rejected: int
    again: int
    """Images that the next run makes in the place of others."""
    again_usd: Decimal
    undecided: int
    """Images on which nobody has decided yet."""
    approval: Verdicts | None = None
    """Where a campaign stands that is held."""
    callbacks: Told | None = None
    """What became of callbacks that tell of decisions; None where nobody is to hear."""
    cut: int = 0
    """Images whose variants were cut anew, since somebody has said where their crops lie."""
    notes: tuple[str, ...] = ()
    """Where decisions differ, and which counts."""
    troubles: tuple[str, ...] = ()
    """Images that could not be cut anew, or made again, a sentence each."""

    @property
    def exit_code(self) -> ExitCode:
        """Whether all of it was done."""
        return ExitCode.SOME_NOT_DONE if self.troubles else ExitCode.DONE

    def sentence(self) -> str:
        """Such as `31 kept, 6 rejected, 4 again: $0.32 at the next run; 12 undecided`."""
        again = f"{self.again:,} again: {usd(self.again_usd)} at the next run" if self.again else "none again"
        said = f"{self.kept:,} kept, {self.rejected:,} rejected, {again}"
        said += f"; {self.undecided:,} undecided" if self.undecided else ""
        said += f"; {counted(self.cut, 'image')} cut anew" if self.cut else ""
        said += "; the campaign is approved" if self.approval is not None and self.approval.is_approved else ""
        return said if self.new else f"nothing new; {said}"
