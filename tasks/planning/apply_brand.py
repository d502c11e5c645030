"""What a brand kit makes of a row in a format: below what they say themselves, above defaults."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tasks.errors import InputInvalid
from tasks.planning.brand_keys import COLUMNS, PICTURES
from tasks.planning.brand_kit import KEYS, NO_KIT, BrandKit, brand_kit, forbidden_in, is_kit
from tasks.planning.cross_formats import written_as
from tasks.planning.faults import Faults
from tasks.planning.parsed_row import ParsedRow
from tasks.planning.references import References
from tasks.planning.request_rules import ONE_CHOICE, prompt_of
from tasks.records.campaign import Campaign
from tasks.records.models import Offer
from tasks.records.table_name import split_sheet
from tasks.records.vocabulary import Model
from tasks.tables.brand_table import read_brand
from tasks.tables.open_table import Fetch
from tasks.tables.sheets import BRAND
from tasks.tables.tables import own_formats

_OPTIONAL: Final = {
    "color_palette": "palette",
    "style_codes": "style_codes",
    "style_reference": PICTURES,
    "style_type": "style_type",
}
"""Columns that some models do not take, and their keys."""
_RIVALS: Final = {
    column: frozenset({a if b == column else b for a, b in ONE_CHOICE if column in {a, b}} | {"style_preset"})
    for column in _OPTIONAL
}
"""Columns that say the same in another way, beside which a kit says nothing."""


def read_kit(campaign: Campaign, fetch: Fetch) -> BrandKit:
    """The kit of a campaign, which may be a sheet of the matrix's own workbook. Raises InputInvalid."""
    if campaign.brand:
        source, content, pairs = read_brand(campaign.brand, fetch)
        if not pairs and split_sheet(source)[1]:
            problem = f"has no keys of a brand kit in its first column; use {', '.join(KEYS)}"
            raise InputInvalid.of(source=source, problem=problem)
        return brand_kit(source, content, pairs)
    own = own_formats(campaign.matrix, fetch, BRAND)
    if own is None:
        return NO_KIT
    source, content, pairs = read_brand(own, fetch)
    return brand_kit(source, content, pairs) if is_kit(pairs) else BrandKit(source)


def with_pictures(kit: BrandKit, references: References, table: str) -> BrandKit:
    """A kit with the pictures that it names, which lie beside its file, or its workbook; they count for its digest."""
    column = COLUMNS[PICTURES]
    if column not in kit.wishes:
        return kit
    row = ParsedRow(kit.source, 0, {column: kit.wishes[column]}, {}, titles={column: PICTURES})
    found = references.found_in(row, table).wishes[column]
    whole = "\n".join([kit.sha256, *(one.reference.sha256 for one in found)])
    wishes = {**kit.wishes, column: found}
    return replace(kit, wishes=wishes, sha256=hashlib.sha256(whole.encode()).hexdigest())


@dataclass
class Branding:
    """Applies a kit, and knows what of it models do not take."""

    kit: BrandKit
    faults: Faults
    _left_out: dict[str, dict[Model, None]] = field(default_factory=dict)

    def dressed(self, wanted: ParsedRow, offer: Offer) -> ParsedRow:
        """A row in a format with the kit's colours and styles, where it says none itself and its model takes them."""
        if not self.kit.wishes:
            return wanted
        more = {column: self.kit.wishes[column] for column in _OPTIONAL if column in self.kit.wishes}
        for column in tuple(more):
            if column in wanted.wishes or not _RIVALS[column].isdisjoint(wanted.wishes):
                del more[column]
            elif column not in offer.takes or (column == "style_type" and more[column] not in offer.styles):
                self._left_out.setdefault(_OPTIONAL[column], {}).setdefault(offer.model)
                del more[column]
        if "style_codes" in more:
            more.pop("style_type", None)  # a kit has both for models of both kinds
        return wanted._replace(wishes={**wanted.wishes, **more}) if more else wanted

    def finished(self, wanted: ParsedRow, row: ParsedRow, one: ParsedRow, offer: Offer) -> ParsedRow:
        """The same with the kit's negatives, once its prompt is filled in. A forbidden word in that is noted."""
        if self.kit.forbidden and ("prompt" in wanted.wishes or "product" in wanted.wishes):
            prompt = prompt_of(wanted.wishes)
            for word in forbidden_in(prompt, self.kit.forbidden):
                problem = f"comes to a prompt with {word!r}, which {self.kit.source} forbids; write it otherwise"
                self.faults.add(row.source, problem, row.number, _column(row, one), prompt)
        if not self.kit.negative:
            return wanted
        if "negative_prompt" not in offer.takes:
            self._left_out.setdefault("negative", {}).setdefault(offer.model)
            return wanted
        return wanted._replace(wishes={**wanted.wishes, "negative_prompt": self._negatives(wanted.wishes)})

    def _negatives(self, wishes: Mapping[str, Any]) -> str:
        own = str(wishes.get("negative_prompt", ""))
        said = {part.strip().casefold() for part in own.split(",")}
        return ", ".join(filter(None, [own, *(text for text in self.kit.negative if text.casefold() not in said)]))

    def notes(self) -> list[str]:
        """Which kit it is, and what of it was left out for which models."""
        named = ((key, ", ".join(models)) for key, models in self._left_out.items())
        why = "which takes no such thing"
        left = [f"{self.kit.source}: {key} is left out for {models}, {why}" for key, models in named]
        return [*self.kit.notes(), *left]


def _column(row: ParsedRow, one: ParsedRow) -> str:
    """The column whose text a prompt was made of."""
    column = written_as("prompt", row, one)
    return row.title(column if any(column in level.wishes for level in (row, one)) else "product")
