"""Images of rows that the matrix no longer has, moved aside when a person asks for that.

```
removed/originals/...       as they lay in originals/; a run whose matrix has the row again takes them back
removed/manifest.csv        what lies there, by the columns of the campaign's own
```
Nothing of the ledger is removed, so a row that comes back costs nothing.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Final

from tasks.ledger.original_keys import ORIGINALS, cells_with_bytes
from tasks.ledger.records import Known
from tasks.records.money import among_the_files
from tasks.records.outcome import Outcome
from tasks.storage.storage import CampaignStore

REMOVED: Final = "removed"
REMOVED_MANIFEST: Final = f"{REMOVED}/manifest.csv"


def former_notes(images: int, folder: str) -> list[str]:
    """What a person is told of images of rows that the matrix no longer has, and that lie among the files."""
    if not images:
        return []
    command = f"python flows/recut_variants.py {folder} --put-aside"
    return [f"{among_the_files(images)}; {command} moves such images to {REMOVED}/"]


def put_aside(store: CampaignStore, cell_ids: AbstractSet[str]) -> int:
    """Move whatever was paid for these cells aside; how many cells had anything. Raises StorageFailed."""
    keys = of_cells((f"{ORIGINALS}/{name}" for name in store.names(ORIGINALS)), cell_ids)
    for key in sorted(keys):
        store.move(key, f"{REMOVED}/{key}")
    return len(cells_with_bytes(keys))


def lying_aside(store: CampaignStore) -> frozenset[str]:
    """The keys, as they were, of what was put aside. Raises StorageFailed."""
    return frozenset(f"{ORIGINALS}/{name}" for name in store.names(f"{REMOVED}/{ORIGINALS}"))


def taken_back(store: CampaignStore, known: Known, stored: frozenset[str], *, is_look: bool = False) -> frozenset[str]:
    """The keys `stored`, and those of what is moved back since the matrix has its row again; unless `is_look`.

    Lists what lies aside only where something is missed. Raises StorageFailed.
    """
    missed = {outcome.cell_id for outcome in known.outcomes.values() if is_missed(outcome, stored)}
    back = of_cells(lying_aside(store), missed) if missed else frozenset()
    if back and not is_look:
        for key in sorted(back):
            with suppress(FileNotFoundError):  # another run does the same
                store.move(f"{REMOVED}/{key}", key)
        store.delete(REMOVED_MANIFEST)  # it is written anew for what is left, with the campaign's own
    return stored | back


def is_missed(outcome: Outcome, stored: AbstractSet[str]) -> bool:
    """Whether a file of the cell is not where it was stored."""
    keys = (outcome.original.key if outcome.original is not None else None, outcome.kept)
    return any(key is not None and key not in stored for key in keys)


def of_cells(keys: Iterable[str], cell_ids: AbstractSet[str]) -> frozenset[str]:
    """Those of the keys of originals that are these cells'."""
    return frozenset(key for key in keys if cells_with_bytes([key]) & cell_ids)
