"""Claims the matrices of an inbox one by one and files them away, on a disk or in a bucket."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from pydantic import ValidationError

from tasks.errors import InputInvalid
from tasks.inbox.names import CLAIMS, FORMATS_NAMES, Claim, Shelf, filed_key, is_matrix, latest_claim
from tasks.ledger.heartbeats import Beacon, Watcher, this_machine, this_run
from tasks.storage.storage import CampaignStore

SETTLED_AFTER: Final = timedelta(minutes=1)
"""What was changed more recently may still be being written."""


@dataclass(frozen=True)
class Inbox:
    """An inbox as one run works on it. Every method may raise StorageFailed."""

    url: str
    store: CampaignStore
    run_id: str
    watcher: Watcher

    @classmethod
    def open(cls, url: str, run_id: str) -> Self:
        """The inbox at `url`. Raises InputInvalid for a folder that does not exist."""
        store = CampaignStore.at(url)
        if store.is_local and not store.is_folder():
            raise InputInvalid.of(source="inbox", value=url, problem="does not exist; create it, or name another")
        return cls(url.rstrip("/"), store, run_id, Watcher(store))

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

    def is_settled(self, name: str) -> bool:
        """Whether a file is there and has not been changed for a while."""
        changed_at = self.changed_at(name)
        return changed_at is not None and datetime.now(UTC) - changed_at >= SETTLED_AFTER

    def claim(self, name: str) -> Claim | None:
        """Claim a matrix for this run; None where another run is at it, or it is gone."""
        held = latest_claim(name, self.store.names(CLAIMS))
        if held is not None and self.is_alive(held):
            return None
        claim = Claim(name, held.turn + 1 if held else 1)
        if not self.store.create(claim.key, this_run(self.run_id).model_dump_json().encode()):
            return None
        if self.changed_at(name) is None:  # a run that had it has filed it away since we looked
            self.release(claim)
            return None
        return claim

    def is_alive(self, claim: Claim) -> bool:
        """Whether the run that holds a claim may still work; one elsewhere until its beat has stood still."""
        beacon = self._beacon(claim)
        return beacon is not None and self.watcher.shows_life(beacon)

    def is_held_elsewhere(self, name: str) -> bool:
        """Whether a run on another machine holds a matrix: whether it is alive takes several looks to tell."""
        held = latest_claim(name, self.store.names(CLAIMS))
        beacon = self._beacon(held) if held is not None else None
        return beacon is not None and beacon.machine != this_machine()

    def show_beat(self, claim: Claim, beat: int) -> None:
        """Show others that this run is still at it."""
        self.store.write(claim.key, this_run(self.run_id, beat).model_dump_json().encode())

    def release(self, claim: Claim) -> None:
        """Leave a matrix to the next run."""
        self.store.delete(claim.key)

    def file_away(self, claim: Claim, shelf: Shelf, reason: str = "") -> str:
        """Move a matrix to its shelf, with a text that says why where there is something to say; its new key."""
        key = filed_key(shelf, claim.name, datetime.now(UTC))
        if reason:
            self.store.write(f"{key}.txt", f"{reason}\n".encode())
        try:
            self.store.move(claim.name, key)
        except FileNotFoundError:  # taken over, run once more and filed by a run that took this one for dead
            key = ""
        for turn in range(claim.turn, 0, -1):
            self.store.delete(Claim(claim.name, turn).key)
        return key

    def _beacon(self, claim: Claim) -> Beacon | None:
        """Who holds a claim; None where it is gone or damaged."""
        try:
            return Beacon.model_validate_json(self.store.read(claim.key))
        except (FileNotFoundError, ValidationError):
            return None
