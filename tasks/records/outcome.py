"""What became of a cell."""

from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, Self, get_args

from pydantic import Field, model_validator

from tasks.records.answer import with_odd_seed_noted
from tasks.records.cell import Cell
from tasks.records.focus import Crop
from tasks.records.label import DrawnLabel
from tasks.records.money import usd
from tasks.records.record import Record, Text

Status = Literal["done", "failed", "blocked", "unknown", "pending"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)


C2paState = Literal["signed", "lost", "none"]
"""Of an image's variants: all signed that were to be, or not, and then whether its original was."""

LinkFault = Literal["not allowed", "refused", "too large", "not answered"]
"""Why a link gives no image."""

SANDBOX: Final = "sandbox"
"""Made by the stand-in: a drawing, for which nothing was paid."""


class FoundMarks(Record):
    """Which marks of how it was made a file carried when it came."""

    c2pa: bool = False
    """Content Credentials: a C2PA manifest."""
    iptc: bool = False
    """A DigitalSourceType in its XMP."""
    source_type: str | None = None
    """Which one it states, in IPTC's word, such as `trainedAlgorithmicMedia`."""

    @property
    def words(self) -> str:
        """Such as `c2pa iptc`; empty where it carried none."""
        return " ".join(name for name, is_there in (("c2pa", self.c2pa), ("iptc", self.iptc)) if is_there)


class StoredOriginal(Record):
    """An image that is paid, downloaded, proven to be one, and stored byte for byte as it came."""

    cell_id: str
    key: str
    """Relative to the campaign's folder, such as `originals/tea-hero-1a2b3c4d.png`."""
    image_sha256: str
    size_bytes: int
    width_px: int
    height_px: int
    seed: int | None = None
    """The one that was drawn with; None where the API did not tell one that can be kept."""
    final_prompt: Text
    """The prompt that was drawn, after the API's magic prompt has rewritten it; empty where that was not told."""
    notes: tuple[Text, ...] = ()
    """What is odd about the image or its answer, and did no harm."""
    attempts: int
    started_at: datetime
    finished_at: datetime
    made_by: str | None = None
    """`sandbox`, or the host of the API that was asked; None in the records of earlier versions."""
    marks: FoundMarks | None = None
    """None in the records of earlier versions."""

    _odd_seed = model_validator(mode="before")(with_odd_seed_noted)


class Outcome(Record):
    """How a cell ended. Every cell of a campaign has exactly one."""

    cell_id: str
    status: Status
    original: StoredOriginal | None = None
    kept: str | None = None
    """The key of what was paid for and cannot be read, relative to the campaign's folder."""
    variants: dict[str, str] = Field(default_factory=dict)
    """The key of each variant by its name, relative to the campaign's folder."""
    crops: dict[str, Crop] = Field(default_factory=dict)
    """Where each variant that is a crop lies in the original, by its name; none in the records of earlier versions."""
    marked: dict[str, str] = Field(default_factory=dict)
    """What each variant says of how it was made, as a digest, by its name; none of those that say nothing."""
    labelled: dict[str, DrawnLabel] = Field(default_factory=dict)
    """What is drawn on each variant for people to see, by its name; none of those that show nothing."""
    signed: dict[str, str] = Field(default_factory=dict)
    """By which certificate each variant is signed, as a fingerprint, by its name; empty of one that was too small to be
    signed where others were, none of those that were cut where nothing signs."""
    cost_usd: Decimal = Decimal(0)
    """What the cell has cost, as far as is known: an `unknown` one counts as paid."""
    attempts: int = 0
    turn: int = 1
    """Which time of asking ended so; cost and attempts are those of all turns."""
    in_doubt: dict[int, Decimal] = Field(default_factory=dict)
    """Of the cost, the price of each turn whose run was taken for dead, and that nobody can say was paid."""
    error: Text | None = None
    """A sentence for the person who reads the manifest; no secrets, no signed links."""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    request_sha256: str | None = None
    """Whose end it is: two requests may come to one `cell_id`. None in the records of earlier versions."""
    made_by: str | None = None
    """Who made its image or, where it has none, was asked for it; None in the records of earlier versions."""
    request_id: str | None = None
    """What the API calls the request that ended so, for a question to its makers; None where it did not tell."""

    @property
    def is_drawing(self) -> bool:
        """Whether it is the sandbox's, be it without an image."""
        return SANDBOX in (self.made_by, self.original.made_by if self.original is not None else None)

    @property
    def has_credentials(self) -> bool:
        """Whether its original carried Content Credentials when it came."""
        return self.original is not None and self.original.marks is not None and self.original.marks.c2pa

    @property
    def signed_variants(self) -> list[str]:
        """Those of its variants that are signed, by their names."""
        return [name for name in self.variants if self.signed.get(name)]

    @property
    def credentials(self) -> C2paState | None:
        """What has become of Content Credentials in its variants; None where it has no original."""
        if self.original is None:
            return None
        is_signed = bool(self.signed_variants) and self.variants.keys() <= self.signed.keys()
        return "signed" if is_signed else "lost" if self.has_credentials else "none"

    @property
    def label(self) -> str:
        """What a label says that is drawn on any of its variants; empty where there is none."""
        return next((drawn.words for name, drawn in self.labelled.items() if drawn.words and name in self.variants), "")

    @property
    def doubt(self) -> str:
        """What of the cost may not have been paid, or was paid for an image too many; empty where nothing was."""
        in_doubt_usd = sum(self.in_doubt.values(), Decimal(0))
        return f"{usd(in_doubt_usd)}: a run that asked for it was taken for dead" if in_doubt_usd else ""

    def less(self, turns: Collection[int]) -> Self:
        """The outcome when it is known that nothing was paid in `turns`."""
        free = self.in_doubt.keys() & set(turns)
        if not free:
            return self
        in_doubt = {turn: price_usd for turn, price_usd in self.in_doubt.items() if turn not in free}
        cost_usd = self.cost_usd - sum(self.in_doubt[turn] for turn in free)
        return self.model_copy(update={"cost_usd": cost_usd, "in_doubt": in_doubt})

    def says_the_same(self, other: "Outcome") -> bool:
        """Whether both tell of one end, at whatever time, in whatever words, and lead to the same files."""
        mine, its = (one.original.image_sha256 if one.original else None for one in (self, other))
        files = [(one.variants, one.crops, one.marked, one.labelled, one.signed) for one in (self, other)]
        return (self.status, mine, files[0]) == (other.status, its, files[1])


def of_each(cells: Iterable[Cell], outcomes: Mapping[str, Outcome]) -> Iterator[tuple[Cell, Outcome]]:
    """Every cell with how it ended; `outcomes` are by cell_id, and a cell that has none is `pending`."""
    for cell in cells:
        yield cell, outcomes.get(cell.cell_id) or Outcome(cell_id=cell.cell_id, status="pending")


@dataclass(eq=False)
class Outcomes(MutableMapping[str, Outcome]):
    """The outcome of each cell by its cell_id, kept as JSON: in a quarter of the memory that the records would take."""

    texts: dict[str, bytes] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    """The turn of each outcome, to be had without reading them all."""

    def copy(self, *, without: Collection[str] = ()) -> Self:
        """The outcomes as they stand now, less those of some cells."""
        texts = {cell_id: text for cell_id, text in self.texts.items() if cell_id not in without}
        return type(self)(texts, {cell_id: self.turns[cell_id] for cell_id in texts})

    def __getitem__(self, cell_id: str) -> Outcome:
        """The outcome, read anew each time."""
        return Outcome.model_validate_json(self.texts[cell_id])

    def __setitem__(self, cell_id: str, outcome: Outcome) -> None:
        """Keep `outcome` in the place of what was known of the cell."""
        self.texts[cell_id] = outcome.model_dump_json().encode()
        self.turns[cell_id] = outcome.turn

    def __delitem__(self, cell_id: str) -> None:
        """Forget the cell."""
        del self.texts[cell_id], self.turns[cell_id]

    def __iter__(self) -> Iterator[str]:
        """The cells in the order in which they first ended."""
        return iter(self.texts)

    def __len__(self) -> int:
        """How many cells have an outcome."""
        return len(self.texts)
