"""New variants of a campaign that is stored: which there are then, and what came of cutting them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath
from typing import Final, NamedTuple, TypeVar

from pydantic import Field

from tasks.images.sources import cuts_of
from tasks.ledger.variant_set import VariantSet, keys_of, names_of
from tasks.planning.variant_notes import KeptRow
from tasks.records.cell import Cell
from tasks.records.exit_code import ExitCode
from tasks.records.focus import Crop
from tasks.records.label import NOTHING_SAID, DrawnLabel, LabelAt, LabelStyle, LabelText
from tasks.records.money import counted
from tasks.records.option_types import Marks, Variants
from tasks.records.outcome import Outcome, StoredOriginal
from tasks.records.record import Order, Record
from tasks.records.variant import Variant
from tasks.records.variant_text import SUFFIXES

T = TypeVar("T")
IN_FLIGHT: Final = "Asked for by a run that has not ended it; run the campaign again to find out what became of it"


class Recut(Order):
    """What a person asks to be cut."""

    campaign_folder: str = Field(title="Campaign folder")
    """Folder or URL of the campaign, such as data/out/q1-launch or s3://bucket/campaigns/q1-launch."""
    variants: Variants = Field(default=(), title="Variants", json_schema_extra={"default": ""})
    """The cuts to make of every image, each such as story=1080x1920 or card=600x400,contain,png; in one text, with
    spaces between. One takes the place of a variant that has its name."""
    prune: bool = Field(default=False, title="Remove other variants")
    """Remove the variants that are not named, or, where none is, the files of variants that the manifest does not list;
    otherwise the campaign keeps its variants, and later runs cut them too."""

    marks: Marks | None = Field(default=None, title="Marks")
    """What variants say of how they were made, in metadata that platforms read: yes says that AI has made them; prompt
    also with which words; none says nothing. All variants are cut anew to say it. Without a choice, what is cut says
    what the campaign's variants say."""

    label: LabelText | None = Field(default=None, title="Label")
    """What is drawn on variants for people to see, such as AI-generated; none takes it away. Rows and formats that have
    a label of their own keep it. What shows another label is cut anew, and nothing else."""
    label_at: LabelAt | None = Field(default=None, title="Label's corner")
    """Where it lies: br, bl, tr, tl (bottom or top, left or right), or auto, the corner in which it is seen best."""
    label_icon: str | None = Field(default=None, title="Label's icon")
    """Path or URL of a PNG that stands before the text, or alone; none takes it away."""
    label_font: str | None = Field(default=None, title="Label's font")
    """Path or URL of a font (TTF, OTF) for labels in other scripts than Latin, Greek and Cyrillic; none for ours."""
    sign: bool = Field(default=False, title="Sign")
    """Sign every variant that is not signed yet, or by another certificate, with Content Credentials (C2PA) as the
    environment says. Whatever is cut where that is set is signed also without this."""

    put_aside: bool = Field(default=False, title="Put aside what the matrix no longer has")
    """Move the images of rows that the matrix no longer has to removed/, and remove their variants; nothing that was
    paid is deleted, and a row that comes back costs nothing."""

    @property
    def says_label(self) -> bool:
        """Whether it says anything of labels."""
        return any(one is not None for one in (self.label, self.label_at, self.label_icon, self.label_font))

    def of(self, held: VariantSet, label: LabelStyle = NOTHING_SAID) -> VariantSet:
        """The campaign's variants afterwards; `label`: what its options come to."""
        after = held.with_asked(self.variants, self.marks, label)
        if not self.prune:
            return after
        return after.model_copy(update={"listed": self.variants or after.listed, "unlisted": ()})

    def cuts(self, held: VariantSet) -> tuple[Variant, ...]:
        """What is cut: besides what is asked for, and unless it goes, what may lie there in two kinds."""
        if self.prune and self.variants:
            return self.variants
        before = held.listed if self.marks or self.sign else held.redefined(held.listed)
        by_name = {variant.name: variant for variant in (*before, *self.variants)}
        return tuple(by_name.values())

    def leftover(
        self, held: VariantSet, stored: AbstractSet[str], cells: Collection[Cell], former: Iterable[str]
    ) -> AbstractSet[str]:
        """Which of the variants that are `stored` nothing leads to afterwards.

        `cells`: those of the manifest; `former`: the ids of rows that the matrix no longer has.
        """
        after, former = self.of(held), frozenset(former)
        kept = {variant.key(cell.cell_id) for cell in cells for variant in cuts_of(cell, after.listed)}
        ids = {*(cell.cell_id for cell in cells), *former}
        if self.prune:
            return {key for key in stored if is_of(key, ids)} - kept
        changed = names_of(one for one in held.cut if one not in after.listed) & names_of(after.listed)
        gone = [one for one in {*held.cut, *after.listed} if one.name in changed]
        aside = {key for key in stored if is_of(key, former)} if self.put_aside else frozenset()
        return (stored & keys_of(gone, ids) | aside) - kept


class RecutResult(Record):
    """What a recut came to."""

    name: str
    folder: str
    images: int
    """Originals that were cut."""
    variants: tuple[str, ...]
    """The names of all variants that the manifest lists now."""
    unchanged: int = 0
    """Originals whose variants are as they are to be, and signed, so that they were left."""
    removed: int = 0
    """Files of variants, and previews, to which nothing leads any more."""
    put_aside: int = 0
    """Images of rows that the matrix no longer has, which were moved."""
    notes: tuple[str, ...] = ()
    """What to know of the variants."""
    fits: tuple[KeptRow, ...] = ()
    """What they keep of what is drawn, as the table of a plan has it."""
    troubles: tuple[str, ...] = ()
    """Cells that have an original and could not be cut, a sentence each."""

    @property
    def exit_code(self) -> ExitCode:
        """Whether every original was cut."""
        return ExitCode.SOME_NOT_DONE if self.troubles else ExitCode.DONE

    def sentence(self) -> str:
        """Such as `60 images cut, 1 not, 61 files removed; the campaign has og, thumb, story`."""
        failed = f", {len(self.troubles):,} not" if self.troubles else ""
        failed += f", {self.unchanged:,} left as they are" if self.unchanged else ""
        removed = f", {counted(self.removed, 'file')} removed" if self.removed else ""
        removed += f", {counted(self.put_aside, 'image')} moved to removed/" if self.put_aside else ""
        has = ", ".join(self.variants) or "no variants"
        return f"{counted(self.images, 'image')} cut{failed}{removed}; the campaign has {has}"


def is_of(key: str, cell_ids: AbstractSet[str]) -> bool:
    """Whether a file among the variants is one of these cells', by its name."""
    name = PurePosixPath(key).name
    is_cut = name.rpartition(".")[2] in SUFFIXES.values()
    return is_cut and any(name[:n] in cell_ids for n, character in enumerate(name) if character == "-")


def with_cuts(outcome: Outcome, kept: Sequence[Variant], stored: frozenset[str]) -> Outcome:
    """The outcome with those of the variants `kept` whose files are among the keys `stored`."""
    keys = {variant.name: variant.key(outcome.cell_id) for variant in kept}
    there = {name: key for name, key in keys.items() if key in stored}
    return outcome if outcome.original is None else outcome.model_copy(update={"variants": there})


class Cut(NamedTuple):
    """What came of cutting an original anew."""

    original: StoredOriginal
    variants: tuple[str, ...]
    """The names of those that were cut."""
    crops: Mapping[str, Crop]
    marked: Mapping[str, str]
    labelled: Mapping[str, DrawnLabel]
    signed: Mapping[str, str]

    def noted_in(self, outcome: Outcome) -> Outcome:
        """The outcome with that; of variants that were not cut, what was known before stands."""
        if outcome.original is None:
            return outcome
        noted = {
            "original": self.original,
            "crops": {**outcome.crops, **self.crops},
            "marked": self._instead(outcome.marked, self.marked),
            "labelled": self._instead(outcome.labelled, self.labelled),
            "signed": self._instead(outcome.signed, self.signed),
        }
        return outcome.model_copy(update=noted)

    def _instead(self, before: Mapping[str, T], now: Mapping[str, T]) -> dict[str, T]:
        return {name: told for name, told in before.items() if name not in self.variants} | dict(now)


def with_all(outcomes: Mapping[str, Outcome], cuts: Mapping[str, Cut]) -> dict[str, Outcome]:
    """The outcomes with what came of cutting their originals, by cell."""
    return {id_: cuts[id_].noted_in(outcome) if id_ in cuts else outcome for id_, outcome in outcomes.items()}


def in_flight(cell: Cell, before: Outcome | None) -> Outcome:
    """The outcome of a cell that was asked for and has not ended; `before` is that of its earlier turns."""
    spent = before or Outcome(cell_id=cell.cell_id, status="unknown")
    cost_usd = spent.cost_usd + cell.price_usd
    left = {"status": "unknown", "cost_usd": cost_usd, "error": IN_FLIGHT, "original": None, "variants": {}}
    return spent.model_copy(update=left)
