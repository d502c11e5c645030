"""Chooses the sizes of rows that leave them to their variants, once for each format and model of a campaign.

What images were made in is kept: a new variant, or a new format, is no reason to pay for them again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tasks.errors import InputInvalid, StorageFailed
from tasks.images.choose_size import Wanted, sizes_for
from tasks.ledger.ledger import Ledger
from tasks.ledger.variant_set import VariantSet, read_variants
from tasks.planning.reference_rules import SIDE_STEP
from tasks.planning.row_in_format import InFormat
from tasks.planning.size_rules import shape_of
from tasks.records.campaign import Campaign
from tasks.records.keys import ENDS, INTENTS
from tasks.records.models import OFFERS
from tasks.records.size_words import CHOSEN
from tasks.records.sizes import as_written
from tasks.records.variant import Variant
from tasks.storage.storage import CampaignStore

STAYS_SHOWN: Final = 2


class Held(NamedTuple):
    """What a campaign has from before."""

    variants: tuple[Variant, ...]
    """What is cut, with those that are asked for."""
    sizes: Mapping[str, str]
    """What images were made in, by `key_of`."""


def held_by(campaign: Campaign) -> Held:
    """What the campaign has. Raises InputInvalid where that cannot be known, unless it is only to be looked at."""
    try:
        store = CampaignStore.open(campaign.output, campaign.slug)
        held = read_variants(store)
        is_begun = store.names(INTENTS) or store.names(ENDS)
        is_kept = is_begun and Ledger.to_look(store, is_sandbox=campaign.sandbox).is_sandbox() == campaign.sandbox
    except StorageFailed as error:
        if not campaign.dry_run:
            raise InputInvalid.of(source="--output", problem=str(error)) from error
        held, is_kept = VariantSet(), False
    return Held(held.with_asked(campaign.variants).listed, held.sizes if is_kept else {})


def key_of(one: InFormat) -> str:
    """What rows have in common whose sizes are chosen alike; those that name their format are made in that alone."""
    alone = "/alone" if "format" in one.row.wishes else ""
    return f"{one.model}/{name_of(one)}{alone}{'/of a picture' if step_of(one) > 1 else ''}"


def step_of(one: InFormat) -> int:
    """What the sides of its picture are multiples of; more where it is made of another."""
    return SIDE_STEP if "source_image" in one.wanted.wishes else 1


def name_of(one: InFormat) -> str:
    """The name of its format."""
    return str(one.wanted.wishes.get("format", ""))


@dataclass
class SizeChooser:
    """Chooses sizes, and remembers what it chose."""

    campaign: Campaign
    chosen: dict[str, str] = field(default_factory=dict)
    """By `key_of`."""
    stays: list[str] = field(default_factory=list)
    """What was chosen before, and would be chosen otherwise now."""
    _held: Held | None = None

    def sized(self, formats: Sequence[InFormat]) -> list[InFormat]:
        """A row in all its formats, each with a size. Raises InputInvalid where the output cannot be looked into."""
        if all(one.wanted.wishes.get("size") != CHOSEN for one in formats):
            return list(formats)
        if any(is_open(one) and key_of(one) not in self.chosen for one in formats):
            self._held = self._held or held_by(self.campaign)
            self._choose(list({key_of(one): one for one in formats}.values()), self._held)
        return [one.sized(self.chosen[key_of(one)]) if is_open(one) else one for one in formats]

    def _choose(self, formats: Sequence[InFormat], held: Held) -> None:
        kept = {key: size for key, size in held.sizes.items() if any(is_drawn(size, one, key) for one in formats)}
        known = kept | self.chosen
        now = sizes_for(held.variants, [wanted(one, known) for one in formats])
        new = [key_of(one) for one in formats if is_open(one) and key_of(one) not in self.chosen]
        fresh = {key_of(one): size or "ASPECT_1_1" for one, size in zip(formats, now, strict=True)}
        self.chosen |= {key: kept.get(key, fresh[key]) for key in new}
        for nth, one in enumerate(formats):
            if (key := key_of(one)) in new and key in kept:
                others = {other: size for other, size in self.chosen.items() if other != key}
                ideal = sizes_for(held.variants, [wanted(each, others) for each in formats])[nth]
                self._remember(one, kept[key], ideal or kept[key])

    def _remember(self, one: InFormat, kept: str, ideal: str) -> None:
        if kept != ideal:
            better = f"{as_written(ideal)} would suit the variants of now better"
            self.stays.append(f"{name_of(one) or one.model} {as_written(kept)} ({better})")


def is_open(one: InFormat) -> bool:
    """Whether its size is to be chosen."""
    return bool(one.wanted.wishes.get("size") == CHOSEN)


def is_drawn(size: str, one: InFormat, key: str) -> bool:
    """Whether a size is that of this row in its format, and its model still draws it."""
    offer = OFFERS[one.model]
    return is_open(one) and key == key_of(one) and (size in offer.ratios or offer.has_size(size))


def wanted(one: InFormat, chosen: Mapping[str, str]) -> Wanted:
    """How a format is asked for, as far as that is known."""
    if is_open(one):
        size = chosen.get(key_of(one))
    else:
        size = next(iter(shape_of(one.wanted.wishes, OFFERS[one.model]).values())) or "ASPECT_1_1"
    return Wanted(name_of(one), one.model, as_written(size) if size else None, step_of(one))


def stay_notes(stays: Sequence[str]) -> list[str]:
    """That sizes were chosen for other variants than there are now."""
    if not stays:
        return []
    more = f" and {len(stays) - STAYS_SHOWN} more" if len(stays) > STAYS_SHOWN else ""
    said = f"what is made keeps its size, and is not paid again: {', '.join(stays[:STAYS_SHOWN])}{more}"
    return [f"{said}; such a size in the column size draws it anew"]
