"""Cuts stored originals, many at a time. It pays nothing, and can be done again at any time."""

import os
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, Final, NamedTuple

from tasks.errors import VariantsFailed
from tasks.images.cut_image import cut_all
from tasks.images.found_marks import with_marks
from tasks.images.sources import cuts_of
from tasks.ledger.complete import left_as_they_are, relabelled
from tasks.ledger.label_files import pen_of
from tasks.publishing.recut import Cut
from tasks.records.cell import Cell
from tasks.records.marks import facts_of
from tasks.records.outcome import Outcome
from tasks.records.says import Says
from tasks.records.variant import Variant
from tasks.signing.sign_cuts import signed_cuts
from tasks.signing.variant_signer import VariantSigner
from tasks.storage.storage import CampaignStore

THREADS_MORE_THAN_CORES: Final = 2
LOST: Final = "The original was stored and is gone"

Progress = Callable[[int, int], None]
"""Is told how many originals are cut, and of how many."""


class CutOrder(NamedTuple):
    """What is cut of each original."""

    variants: Sequence[Variant]
    said: Says
    """What they say of how they were made."""
    others: Sequence[Variant] = ()
    """Those that are cut where they show another label than they are to show."""
    signer: VariantSigner | None = None
    """What they are signed with, if they are."""
    there: AbstractSet[str] = frozenset()
    """The keys of those whose files are what their names stand for."""
    renews: bool = False
    """Whether what another certificate has signed is signed anew."""

    def of(self, cell: Cell, outcome: Outcome) -> tuple[Variant, ...]:
        """What is cut of one: not what is as it is to be, where it would be signed anew."""
        others = relabelled(cell, outcome, cuts_of(cell, self.others), self.said)
        own = cuts_of(cell, self.variants)
        if self.signer is None:
            return (*own, *others)
        left = left_as_they_are(cell, outcome, self.there, own, self.said)
        by = self.signer.chain.fingerprint
        anew = {name for name, signed_by in outcome.signed.items() if self.renews and signed_by not in {"", by}}
        return (*(one for one in own if one.name not in left - anew), *others)


class Recuts(NamedTuple):
    """What came of cutting the originals of many cells, by their ids."""

    failed: dict[str, str]
    """What went wrong."""
    done: dict[str, Cut]
    """What was cut."""
    unchanged: int = 0
    """How many had nothing to be cut."""


def cut_each(
    store: CampaignStore,
    cells: Sequence[Cell],
    outcomes: Mapping[str, Outcome],
    asked: CutOrder,
    progress: Progress,
) -> Recuts:
    """Cut all that have an original. Raises StorageFailed and SignerAway; nothing goes on after either."""
    known = [(cell, outcomes[cell.cell_id]) for cell in cells if cell.cell_id in outcomes]
    known = [(cell, one) for cell, one in known if one.original is not None]
    ready = [(cell, one) for cell, one in known if asked.of(cell, one)]
    unchanged = sum(bool(cuts_of(cell, asked.variants)) for cell, _ in known) - len(ready) if asked.signer else 0
    recuts = Recuts({}, {}, max(0, unchanged))
    pool = ThreadPoolExecutor((os.cpu_count() or 1) + THREADS_MORE_THAN_CORES, "recut")
    try:
        progress(0, len(ready))
        cutting = {pool.submit(cut_one, store, cell, one, asked): cell.cell_id for cell, one in ready}
        for number, done in enumerate(as_completed(cutting), start=1):
            result = done.result()
            kind: dict[str, Any] = recuts.failed if isinstance(result, str) else recuts.done
            kind[cutting[done]] = result
            progress(number, len(ready))
    finally:
        pool.shutdown(cancel_futures=True)
    return recuts


def cut_one(store: CampaignStore, cell: Cell, outcome: Outcome, asked: CutOrder) -> Cut | str:
    """Cut one original and store the cuts; what was cut, or what went wrong."""
    if outcome.original is None:
        return LOST
    variants = asked.of(cell, outcome)
    labels = asked.said.labels(cell, variants)
    try:
        data = store.read(outcome.original.key)
        original = with_marks(outcome.original, data)
        facts = facts_of(cell, original, asked.said.marks)
        pen = pen_of(store, asked.said.label) if labels else None
        cuts = cut_all(None, data, original.cell_id, variants, cell.focus, outcome.crops, facts, labels, pen)
        if asked.signer is not None:
            cuts = signed_cuts(cuts, variants, cell, original, data, asked.signer)
    except FileNotFoundError:
        return LOST
    except VariantsFailed as error:
        return str(error)
    store.publish(cuts.files | cuts.preview)
    told = (cuts.crops, cuts.marked, cuts.labelled, cuts.signed)
    return Cut(original, tuple(variant.name for variant in variants), *told)
