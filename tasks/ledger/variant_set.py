"""Which variants a campaign has, as its own records say.

```
ledger/variants.{n}.json     the newest number counts; creating the next one is what changes anything
```
They belong to the campaign until a recut takes them away. So of two runs, or recuts, that bring variants at one time,
neither loses the other's. A campaign of an earlier version has those that it published last.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from pydantic import Field

from tasks.errors import StorageFailed
from tasks.ledger.published import Published
from tasks.records.keys import PUBLISHED_KEY
from tasks.records.label import NOTHING_SAID, LabelStyle
from tasks.records.marks import UNMARKED
from tasks.records.option_types import Marks
from tasks.records.plan import Plan
from tasks.records.record import Record
from tasks.records.says import Says, labelled_of
from tasks.records.variant import DEFAULT_VARIANTS, Variant
from tasks.storage.storage import CampaignStore

TRIES: Final = 20
_NAME: Final = re.compile(r"variants\.(?P<number>\d+)\.json")


class VariantSet(Record):
    """The variants of a campaign."""

    listed: tuple[Variant, ...] = ()
    """Every image has these, or gets them from the next run; in the manifest's order. None before the first run."""
    unlisted: tuple[Variant, ...] = ()
    """Others of which there may be files: of a recut that has not ended, or of two runs with one name for two cuts."""
    sizes: dict[str, str] = Field(default_factory=dict)
    """The sizes that were chosen for the variants of then, by model and format: images are made in them."""
    marks: Marks | None = None
    """What they say of how they were made; None where nobody has chosen."""
    label: LabelStyle = LabelStyle()
    """What they say visibly of that."""

    @property
    def cut(self) -> tuple[Variant, ...]:
        """All of which there may be files."""
        return (*self.listed, *self.unlisted)

    @property
    def said(self) -> Says:
        """What they say of how they were made."""
        return Says(self.marks or "yes", self.label, labelled_of(self.listed))

    def with_asked(
        self, asked: Iterable[Variant], marks: Marks | None = None, label: LabelStyle = NOTHING_SAID
    ) -> "VariantSet":
        """The set once those that are `asked` for are in it: in the place of their namesakes, or at the end.

        Of a campaign that has none yet, where nobody asks for any, the usual ones. `marks` and `label`: what they are
        to say of how they were made, as far as somebody has chosen.
        """
        listed = {variant.name: variant for variant in (*self.listed, *asked)} or {v.name: v for v in DEFAULT_VARIANTS}
        unlisted = tuple(variant for variant in self.unlisted if variant.name not in listed)
        now = {"listed": tuple(listed.values()), "unlisted": unlisted}
        return self._saying(marks, label).model_copy(update=now)

    def as_planned(self, plan: Plan) -> "VariantSet":
        """The set with all that a plan asks for of it, less its sizes."""
        return self.with_asked(plan.campaign.variants, plan.campaign.marks, plan.label)

    def with_sizes(self, sizes: Mapping[str, str]) -> "VariantSet":
        """The set once images are made in these sizes as well."""
        return self.model_copy(update={"sizes": {**self.sizes, **sizes}})

    def while_cutting(
        self, variants: Iterable[Variant], marks: Marks | None = None, label: LabelStyle = NOTHING_SAID
    ) -> "VariantSet":
        """The same while `variants` are being cut, some of which may take the places of others."""
        unlisted = tuple(dict.fromkeys((*self.unlisted, *variants)))
        return self._saying(marks, label).model_copy(update={"unlisted": unlisted})

    def _saying(self, marks: Marks | None, label: LabelStyle) -> "VariantSet":
        return self.model_copy(update={"marks": marks or self.marks, "label": label.over(self.label)})

    def redefined(self, asked: Iterable[Variant]) -> list[Variant]:
        """Those of the variants `asked` under whose names other cuts may lie."""
        return [one for one in asked if any(one.name == known.name and one != known for known in self.cut)]

    def come_along(self, asked: Collection[Variant], marks: Marks | None = None) -> list[str]:
        """What a person is told of variants that nobody has asked for this time, of those that change, and of marks."""
        told = []
        before = [f"{one.name} {one.size_text}" for one in self.listed if one.name not in names_of(asked)]
        if before and self.listed != DEFAULT_VARIANTS:
            told.append(f"variants from before come along: {', '.join(before)}")
        changed = [one for one in self.redefined(asked) if one not in self.listed]
        told += [f"{one.name} is cut anew as {one.size_text} from what is stored" for one in changed]
        without = [UNMARKED] if marks is None and self.marks == "none" else []
        return [*(["; ".join(told)] if told else []), *without]


def names_of(variants: Iterable[Variant]) -> set[str]:
    """Their names."""
    return {variant.name for variant in variants}


def keys_of(variants: Collection[Variant], cell_ids: Iterable[str]) -> set[str]:
    """Where the files of `variants` lie, of every cell that has them."""
    return {variant.key(cell_id) for cell_id in cell_ids for variant in variants}


def read_variants(store: CampaignStore) -> VariantSet:
    """The variants of the campaign in `store`. Raises StorageFailed."""
    return _numbered(store)[1]


def change_variants(store: CampaignStore, change: Callable[[VariantSet], VariantSet]) -> VariantSet:
    """Make of the campaign's variants what `change` makes of them, whoever else does so meanwhile.

    Raises StorageFailed.
    """
    for _ in range(TRIES):
        number, held = _numbered(store)
        now = change(held)
        if number and now == held:
            return now
        if store.create(f"ledger/variants.{number + 1}.json", now.model_dump_json(exclude_none=True).encode()):
            return now
    raise StorageFailed(f"The variants of {store.root} change again and again; run again")


def _numbered(store: CampaignStore) -> tuple[int, VariantSet]:
    numbers = (int(match["number"]) for match in map(_NAME.fullmatch, store.names("ledger")) if match)
    number = max(numbers, default=0)
    found = store.read_record(f"ledger/variants.{number}.json", VariantSet) if number else None
    if found is None:
        published = store.read_record(PUBLISHED_KEY, Published)
        found = VariantSet(listed=published.variants, unlisted=published.unlisted) if published else VariantSet()
    return number, found
