"""What the stand-in of a trial remembers when it is started again: each accepted request, in the campaign's folder.

Pictures are drawn of these, so nothing else is kept. The files are removed with whatever else the trial has made.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

from pydantic import TypeAdapter, ValidationError

from sandbox.generation import Generation
from tasks.errors import InputInvalid, StorageFailed
from tasks.records.keys import SANDBOX_BOOKS
from tasks.storage.storage import CampaignStore

_GENERATION: Final = TypeAdapter(Generation)
_COLLECTED: Final = ".collected"
_ENTRY: Final = ".json"
_READERS: Final = 16
"""At a time: in a bucket each file is a request."""


class Books:
    """The books in one campaign's folder. Methods block; what the storage refuses is told at the terminal, no more."""

    def __init__(self, folder: str) -> None:
        """The books in `folder`. Raises ValueError where nothing can be kept there."""
        try:
            self._store = CampaignStore.at(folder)
        except (InputInvalid, StorageFailed) as error:
            raise ValueError(f"--books cannot be kept: {error}") from error

    def enter(self, generation: Generation) -> None:
        """Keep an accepted request, before its client hears of it."""
        self._write(generation.id + _ENTRY, _GENERATION.dump_json(generation))

    def collect(self, generation_id: str) -> None:
        """Note that a picture of it was fetched: its client knows of it, and will not ask for it again."""
        self._write(generation_id + _COLLECTED, b"")

    def find(self, generation_id: str) -> Generation | None:
        """One that was entered, by whatever stand-in of the trial."""
        with suppress(StorageFailed, FileNotFoundError, ValidationError, ValueError):
            return _GENERATION.validate_json(self._store.read(f"{SANDBOX_BOOKS}/{generation_id}{_ENTRY}"))
        return None

    def read(self) -> tuple[list[Generation], frozenset[str]]:
        """All that were entered, oldest first, and the ids of those that were collected."""
        names: list[str] = []
        with suppress(StorageFailed):
            names = self._store.names(SANDBOX_BOOKS)
        ids = [name.removesuffix(_ENTRY) for name in names if name.endswith(_ENTRY)]
        with ThreadPoolExecutor(_READERS) as readers:
            found = [one for one in readers.map(self.find, ids) if one is not None]
        collected = frozenset(name.removesuffix(_COLLECTED) for name in names if name.endswith(_COLLECTED))
        return sorted(found, key=lambda one: one.created_at), collected

    def _write(self, name: str, data: bytes) -> None:
        try:
            self._store.write(f"{SANDBOX_BOOKS}/{name}", data)
        except StorageFailed as error:
            print(f"sandbox: not in the books: {error}", file=sys.stderr)  # noqa: T201
