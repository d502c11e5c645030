"""The labels of a campaign as it is planned: what is asked for, what it has from before, and what that comes to."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from tasks.errors import InputInvalid, StorageFailed
from tasks.ledger.variant_set import VariantSet, read_variants
from tasks.planning.brand_kit import BrandKit
from tasks.planning.faults import Faults
from tasks.planning.label_rules import AskedLabel, LabelCheck, asked_label, pen_for
from tasks.planning.parsed_row import ParsedRow
from tasks.records.campaign import Campaign
from tasks.records.label import UNLABELLED, LabelStyle, parse_label
from tasks.records.language import of_header
from tasks.records.says import Says
from tasks.records.variant import Variant
from tasks.storage.storage import CampaignStore
from tasks.tables.columns import column_name

COLUMN: Final = "label"
NOTHING_TO_DRAW: Final = (
    "asks for a label, and there is none: give --label TEXT, a column label, or the key label of a brand kit"
)


@dataclass
class CampaignLabels:
    """What the plan knows of labels, and what it says of them."""

    campaign: Campaign
    faults: Faults
    asked: AskedLabel
    says: Says
    variants: tuple[Variant, ...]
    """Those that the campaign will have, as far as its folder can be looked into."""
    check: LabelCheck | None
    """None where icon or font cannot be used, which is a fault already."""
    has_own: bool = False
    """Whether any row or format says one."""

    @classmethod
    def of(cls, campaign: Campaign, kit: BrandKit, faults: Faults) -> Self:
        """Read the files that are named, and hold the usual label against font and variants; faults are noted."""
        before = faults.count
        asked = asked_label(campaign, faults)
        if campaign.label is None and kit.label is not None:
            asked = asked._replace(style=asked.style.model_copy(update={"text": kit.label}))
        held = held_before(campaign)
        now = held.with_asked(campaign.variants, campaign.marks, asked.style)
        check = None
        with faults.collected():
            pen = pen_for(asked, now.label, lambda: CampaignStore.open(campaign.output, campaign.slug))
            check = LabelCheck(now.said, now.listed, pen)
        labels = cls(campaign, faults, asked, now.said, now.listed, check if faults.count == before else None)
        labels.look_at_usual(now.label, kit)
        return labels

    def look_at_usual(self, style: LabelStyle, kit: BrandKit) -> None:
        """Note what is wrong with the label of rows that say nothing of their own."""
        if self.check is None or not (style.text or (self.check.pen.icon is not None and style.text is None)):
            return
        if problem := self.check.problem(style.text or ""):
            if self.campaign.label is None and kit.label is not None:
                self.faults.add(kit.source, problem, column=COLUMN, value=kit.label)
            elif style.text:
                self.faults.add("--label", problem, value=style.text)
            else:
                self.faults.add("--label-icon", problem, value=self.campaign.label_icon)

    def looked_at(self, row: ParsedRow) -> ParsedRow:
        """The row, or the format, once what is wrong with its label is noted, in each language."""
        for title, text in labels_in(row):
            self.has_own = True
            if self.check is not None and (problem := self.check.problem(text)):
                self.faults.add(row.source, problem, row.number, title, row.typed(title) or row.metadata.get(title))
        return row

    def end(self) -> None:
        """Note variants that ask for a label where there is none in the whole campaign."""
        asking = [one.name for one in self.campaign.variants if one.label]
        if asking and not self.has_own and not self.has_usual:
            self.faults.add("--variant", NOTHING_TO_DRAW, value=", ".join(asking))

    @property
    def has_usual(self) -> bool:
        """Whether rows that say nothing have a label."""
        style = self.says.label
        return bool(style.text or (style.text is None and style.icon is not None and style.icon.sha256))

    def notes(self) -> list[str]:
        """Which label is drawn on which variants; or that none is, which a trial need not be told."""
        if not self.has_own and not self.has_usual:
            is_told = not self.campaign.sandbox and self.says.label.text is None
            return [UNLABELLED] if is_told else []
        return [self.says.sentence(self.variants, has_own=self.has_own)]


def labels_in(row: ParsedRow) -> Iterator[tuple[str, str]]:
    """What a row or a format says in `label`, and in `label:de` and its like; nothing that is no label."""
    if row.wishes.get(COLUMN):
        yield COLUMN, row.wishes[COLUMN]
    for title, text in row.metadata.items():
        if is_label(title) and text.strip():
            with suppress(ValueError):  # told where it is read
                if words := parse_label(text):
                    yield title, words


@lru_cache(maxsize=4096)
def is_label(title: str) -> bool:
    """Whether a column of metadata holds labels in a language."""
    return column_name(of_header(title)[0]) == COLUMN


def held_before(campaign: Campaign) -> VariantSet:
    """What the campaign has from before; nothing where its folder cannot be looked into, which others tell."""
    try:
        return read_variants(CampaignStore.open(campaign.output, campaign.slug))
    except (StorageFailed, InputInvalid):
        return VariantSet()
