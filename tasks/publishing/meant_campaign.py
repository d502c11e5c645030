"""What is told of a place that holds no campaign: most often it is near one that was meant."""

import os
from pathlib import Path
from typing import Final

from tasks.records.keys import PUBLISHED_KEY
from tasks.storage.absence import absent
from tasks.storage.storage import CampaignStore

EXAMPLE: Final = "such as data/out/q1-launch"
LOOKED_AT: Final = 20
"""Folders, of those that lie in it."""


def none_here(store: CampaignStore) -> str:
    """Why no campaign lies in `store`, as the end of a sentence, and which may be meant: one around it, or in it."""
    if store.is_local:
        place = Path(store.address).resolve()
        if not place.exists():
            return absent(store.address)
        around = next((folder for folder in place.parents if (folder / PUBLISHED_KEY).is_file()), None)
        if around is not None:
            return f"is in a campaign's folder; name that: {os.path.relpath(around)}"
        if place.is_file():
            return f"is a file; name a campaign's folder, {EXAMPLE}"
    folder, _, name = PUBLISHED_KEY.rpartition("/")
    within = [one for one in store.folders()[:LOOKED_AT] if name in store.below(one).names(folder)]
    if within:
        return f"is no campaign's folder, and holds {', '.join(within)}; name one, such as {store.root}/{within[0]}"
    return f"is no campaign's folder; name one that holds a manifest and a ledger, {EXAMPLE}"
