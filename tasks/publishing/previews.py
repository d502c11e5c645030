"""The previews of a campaign: which there are, and those that are missing since an earlier version made it."""

import os
import time
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final

from tasks.errors import ImageUnreadable, StorageFailed
from tasks.images.decode_image import decode
from tasks.images.preview import PREVIEWS, cell_of_preview, preview, preview_key
from tasks.records.outcome import Outcome, StoredOriginal
from tasks.storage.storage import CampaignStore

PATIENCE_S: Final = 60.0
"""So long are missing previews made at a time: a few thousand on a disk. The next publishing goes on."""
_AT_ONCE: Final = 32


def stored_previews(store: CampaignStore) -> frozenset[str]:
    """The keys of those that are there. Raises StorageFailed."""
    return frozenset(f"{PREVIEWS}/{name}" for name in store.names(PREVIEWS))


def without_preview(outcomes: Mapping[str, Outcome], there: AbstractSet[str]) -> list[StoredOriginal]:
    """The originals whose previews are not among `there`."""
    missing = (cell_id for cell_id in outcomes if preview_key(cell_id) not in there)
    return [original for cell_id in missing if (original := outcomes[cell_id].original) is not None]


def make_previews(
    store: CampaignStore, originals: Iterable[StoredOriginal], patience_s: float = PATIENCE_S
) -> frozenset[str]:
    """Make previews of `originals` for as long as `patience_s`, and return the keys of those that were made.

    Raises nothing: without its preview, the page shows an original itself.
    """
    made: set[str] = set()
    ends_at = time.monotonic() + patience_s
    left = iter(originals)
    with ThreadPoolExecutor(os.cpu_count() or 1, "previews") as pool:
        while time.monotonic() < ends_at and (some := list(islice(left, _AT_ONCE))):
            cut = pool.map(lambda original: _preview_of(store, original), some)
            files = {preview_key(one.cell_id): data for one, data in zip(some, cut, strict=True) if data is not None}
            try:
                store.publish(files)
            except StorageFailed:
                break
            made |= files.keys()
    return frozenset(made)


def stale_previews(there: AbstractSet[str], originals: AbstractSet[str]) -> set[str]:
    """Of the previews that are `there`, those of cells of which nothing lies among the `originals` any more."""
    cells = {key.rpartition("/")[2].partition(".")[0] for key in originals}
    return {key for key in there if cell_of_preview(key) not in cells}


def _preview_of(store: CampaignStore, original: StoredOriginal) -> bytes | None:
    try:
        return preview(decode(store.read(original.key)).image)
    except (FileNotFoundError, StorageFailed, ImageUnreadable, OSError, ValueError, MemoryError):
        return None
