"""Finds the matrices of an inbox and files them away, on a disk or in a bucket."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self, get_args

from tasks.errors import InputInvalid
from tasks.inbox.names import FORMATS_NAMES, Shelf, filed_key, is_filed, is_matrix
from tasks.storage.absence import absent
from tasks.storage.storage import CampaignStore

SETTLED_AFTER: Final = timedelta(minutes=1)
"""What was changed more recently may still be being written."""


@dataclass(frozen=True)
class Inbox:
    """A folder or a bucket where matrices are put. Every method may raise StorageFailed."""

    url: str
    store: CampaignStore

    @classmethod
    def open(cls, url: str) -> Self:
        """The inbox at `url`. Raises InputInvalid for a folder that does not exist."""
        store = CampaignStore.at(url)
        if store.is_local and not store.is_folder():
            problem = f"{absent(store.address)}; create it, or name another"
            raise InputInvalid.of(source="inbox", value=url, problem=problem)
        return cls(url.rstrip("/"), store)

    def waiting(self) -> list[str]:
        """The names of the matrices, in alphabetical order."""
        return sorted(filter(is_matrix, self.store.names("")))

    def formats(self) -> str | None:
        """The name of the formats table that goes with every matrix, if there is one."""
        return next((name for name in FORMATS_NAMES if name in self.store.names("")), None)

    def url_of(self, name: str) -> str:
        """Where a file of the inbox is read from."""
        return f"{self.url}/{name}"

    def changed_at(self, name: str) -> datetime | None:
        """When a file was last written; None where it is gone."""
        try:
            return self.store.changed_at(name)
        except FileNotFoundError:
            return None

    def file_away(self, name: str, shelf: Shelf, reason: str = "") -> str | None:
        """Move a matrix to its shelf, with a text that says why where there is something to say.

        Returns its new key; None where another run has filed it.
        """
        key = filed_key(shelf, name, datetime.now(UTC))
        why = f"{key}.txt"
        if reason:
            self.store.write(why, f"{reason}\n".encode())
        try:
            self.store.move(name, key)
        except FileNotFoundError:
            if reason:
                self.store.delete(why)
            return None
        return key


def is_settled(changed_at: datetime) -> bool:
    """Whether a file has not been changed for a while."""
    return datetime.now(UTC) - changed_at >= SETTLED_AFTER


def where_it_lies(matrix: str) -> str:
    """The matrix at a path or URL: there, or where an inbox has filed it since. Raises StorageFailed."""
    folder, _, name = matrix.rpartition("/")
    folder = folder or "."
    if not is_matrix(name):
        return matrix
    try:
        store = CampaignStore.at(folder)
    except InputInvalid:  # a web address
        return matrix
    if (store.is_local and not store.is_folder()) or name in store.names(""):
        return matrix
    filed = [f"{shelf}/{one}" for shelf in get_args(Shelf) for one in store.names(shelf) if is_filed(one, name)]
    return f"{folder}/{max(filed, key=lambda key: key.partition('/')[2])}" if filed else matrix
