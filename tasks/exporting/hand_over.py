"""What is handed over, whole: which pictures and tables, what each is called, and what it is, by its digest."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple, TypeVar

from tasks.errors import StorageFailed
from tasks.storage.storage import CampaignStore

THREADS: Final = 4 * (os.cpu_count() or 1)

Progress = Callable[[int, int], None]
"""Is told how many files are there, and of how many."""
T = TypeVar("T")
R = TypeVar("R")


class HandOver(NamedTuple):
    """What is to be there afterwards."""

    campaign: str
    source: CampaignStore
    keys: Mapping[str, str]
    """Where each picture lies in the campaign's folder, by its name."""
    digests: Mapping[str, str]
    """The SHA-256 of each picture, by its name."""
    tables: Mapping[str, bytes]
    """The content of manifest and feeds by their names."""

    @property
    def all_digests(self) -> dict[str, str]:
        """The SHA-256 of each file by its name."""
        return {**self.digests, **{name: digest_of(data) for name, data in self.tables.items()}}

    def read(self, name: str) -> bytes:
        """A picture as it was looked at. Raises StorageFailed where it is another by now, or gone."""
        key = self.keys[name]
        try:
            data = self.source.read(key)
        except FileNotFoundError:
            data = b""
        if digest_of(data) != self.digests[name]:
            raise StorageFailed(f"{self.source.root}/{key} has changed meanwhile; export again")
        return data


class HandedOver(NamedTuple):
    """What came of it."""

    written: int
    removed: int = 0
    notes: tuple[str, ...] = ()


def digest_of(data: bytes) -> str:
    """The SHA-256 of a file, in hex."""
    return hashlib.sha256(data).hexdigest()


def digests_of(source: CampaignStore, keys: Mapping[str, str]) -> dict[str, str]:
    """The SHA-256 of each file of a campaign, by the names in `keys`. Raises StorageFailed."""

    def look(key: str) -> str:
        try:
            return digest_of(source.read(key))
        except FileNotFoundError as error:
            raise StorageFailed(f"{source.root}/{key} has gone meanwhile; export again") from error

    return dict(zip(keys, each(look, list(keys.values())), strict=True))


def each(work: Callable[[T], R], items: Sequence[T], progress: Progress = lambda *_: None) -> list[R]:
    """What comes of each, several at a time, in their order; whatever one raises."""
    done = []
    with ThreadPoolExecutor(THREADS, "export") as pool:
        progress(0, len(items))
        for number, result in enumerate(pool.map(work, items), start=1):
            done.append(result)
            progress(number, len(items))
    return done
