"""Hands over to a folder or below an address: what is there from elsewhere is never touched, and nothing is half there.

`.export.json` there names what exports of the campaign have written, before any of it is: so whatever interrupts one,
the next knows what is its own. Manifest and feeds come after the pictures that they name; what is handed over no
longer goes last.
"""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final, Self

from pydantic import field_validator

from tasks.errors import InputInvalid
from tasks.exporting.hand_over import HandedOver, HandOver, Progress, digest_of, each
from tasks.records.keys import check_key
from tasks.records.record import Record
from tasks.storage import disk
from tasks.storage.storage import CampaignStore

RECORD_KEY: Final = ".export.json"
NAMES_SHOWN: Final = 3


class Export(Record):
    """What exports of a campaign have written to a place."""

    campaign: str
    files: dict[str, tuple[str, ...]]
    """By its name, the SHA-256 that each has or, where an export was interrupted, may have."""

    @field_validator("files")
    @classmethod
    def _below(cls, files: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Whoever else may write there names nothing elsewhere, which would be removed."""
        for name in files:
            check_key(name)
        return files

    def with_files(self, digests: Mapping[str, str]) -> Self:
        """What they have written once these are among it."""
        files = {name: (*self.files.get(name, ()), digest) for name, digest in digests.items()}
        return self.model_copy(
            update={"files": self.files | {name: tuple(dict.fromkeys(its)) for name, its in files.items()}}
        )


def to_folder(wanted: HandOver, to: CampaignStore, progress: Progress) -> HandedOver:
    """Bring a folder to what is wanted. Raises InputInvalid before anything is written, and StorageFailed."""
    before = to.read_record(RECORD_KEY, Export)
    check_own(wanted, to, before)
    digests = wanted.all_digests
    begun = (before or Export(campaign=wanted.campaign, files={})).with_files(digests)
    keep_record(to, before, begun)
    pictures = each(lambda name: put(to, wanted, name), list(wanted.keys), progress)
    tables = {name: data for name, data in wanted.tables.items() if content(to, name) != data}
    to.publish(tables)
    removed, left = without(to, {name: its for name, its in begun.files.items() if name not in digests})
    keep_record(to, begun, Export(campaign=wanted.campaign, files={name: (its,) for name, its in digests.items()}))
    if to.is_local:
        for folder in {Path(to.address, name).parent for name in digests}:
            disk.sweep_beside(folder)
    return HandedOver(sum(pictures) + len(tables), removed, left)


def check_own(wanted: HandOver, to: CampaignStore, before: Export | None) -> None:
    """Raise InputInvalid where another campaign was handed over to this place, or files are there from elsewhere."""
    if before is not None and before.campaign != wanted.campaign:
        problem = f"holds what was handed over of {before.campaign}; name another folder"
        raise InputInvalid.of(source=to.root, problem=problem)
    known = {name.casefold() for name in before.files} if before is not None else set()
    new = [name for name in wanted.all_digests if name.casefold() not in known]
    there = names_in(to, {name.rpartition("/")[0] for name in new})
    strange = [name for name in new if name.casefold() in there]
    if strange:
        more = f" and {len(strange) - NAMES_SHOWN:,} more" if len(strange) > NAMES_SHOWN else ""
        problem = f"holds {', '.join(strange[:NAMES_SHOWN])}{more}, which no export has written; name an empty folder"
        raise InputInvalid.of(source=to.root, problem=problem)


def names_in(to: CampaignStore, folders: Iterable[str]) -> set[str]:
    """What lies in these folders, as disks compare names that do not tell capitals from small letters."""
    return {f"{folder}/{name}".lstrip("/").casefold() for folder in folders for name in to.names(folder)}


def put(to: CampaignStore, wanted: HandOver, name: str) -> bool:
    """Have a picture under its name; whether it was written, which is not needed where it is there as it should be."""
    there = content(to, name)
    if there is not None and digest_of(there) == wanted.digests[name]:
        return False
    to.write(name, wanted.read(name))
    return True


def content(to: CampaignStore, name: str) -> bytes | None:
    """What is under a name; None where nothing is."""
    try:
        return to.read(name)
    except FileNotFoundError:
        return None


def without(to: CampaignStore, stale: Mapping[str, Collection[str]]) -> tuple[int, tuple[str, ...]]:
    """Remove what was written and is wanted no longer, as it was written; how much of it, and what was left there."""
    removed, left = 0, []
    for name, digests in stale.items():
        there = content(to, name)
        if there is not None and digest_of(there) in digests:
            to.delete(name)
            removed += 1
        elif there is not None:
            left.append(f"{name} is handed over no longer, and was left there, since somebody has changed it")
    return removed, tuple(left)


def keep_record(to: CampaignStore, before: Export | None, now: Export) -> None:
    """Note what exports have written, unless that is noted."""
    if now != before:
        to.write(RECORD_KEY, now.model_dump_json(indent=1).encode())
