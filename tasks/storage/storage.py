"""Keeps a campaign's files on anything that fsspec reaches: a local folder, S3, GCS, R2, memory."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from fsspec.implementations.local import LocalFileSystem
from pydantic import ValidationError

from tasks.errors import RemovalDenied, StorageFailed
from tasks.records.fault import without_secrets
from tasks.records.keys import PRIVATE_FILES, PRIVATE_FOLDERS, check_key, is_private
from tasks.records.record import Record
from tasks.storage import disk, exclusive, removal
from tasks.storage.advice import what_to_do
from tasks.storage.content_types import content_type
from tasks.storage.exclusive import Probed
from tasks.storage.s3_alikes import endpoint_of
from tasks.storage.schemes import check_output
from tasks.storage.whereabouts import whereabouts

REMOVED_FROM: Final = "removed from"

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class CampaignStore:
    """The folder of one campaign. Keys are relative to it, with `/` between their parts. Safe to use from threads."""

    root: str
    """Where the files are: a path as a person writes it, or a URL such as `s3://bucket/campaigns/q1-launch`, less any
    password in it."""
    _fs: Any
    _base: str

    @classmethod
    def open(cls, output: str, slug: str) -> Self:
        """The store of campaign `slug` below `output`. Raises InputInvalid where it is none, and StorageFailed."""
        return cls.at(output).below(slug)

    @classmethod
    def at(cls, folder: str) -> Self:
        """The store of the campaign in `folder`. Raises as `open` does."""
        check_output(folder)
        try:
            found = whereabouts(folder)
        except Exception as error:
            raise StorageFailed(f"The output {without_secrets(folder)} cannot be used: {what_to_do(error)}") from error
        return cls(found.shown.rstrip("/"), found.fs, found.path.rstrip("/"))

    def below(self, folder: str) -> Self:
        """The store of `folder` in this one."""
        return replace(self, root=f"{self.root}/{folder}", _base=f"{self._base}/{folder}")

    @property
    def is_local(self) -> bool:
        """Whether the files lie on a disk of this machine."""
        return isinstance(self._fs, LocalFileSystem)

    @property
    def address(self) -> str:
        """As it can be named anywhere: a whole path, or a URL without a password."""
        return self._base if self.is_local else self.root

    @property
    def identity(self) -> str:
        """Where the files really are, whichever way leads there; no two storages that this machine reaches have one."""
        if self.is_local:
            return os.path.realpath(self._base)
        return f"{without_secrets(endpoint_of(self._fs))} {self.root}".strip()

    def write(self, key: str, data: bytes) -> None:
        """Store `data` under `key`, whole or not at all, over what was there. Raises StorageFailed."""
        self.publish({key: data})

    def publish(self, files: Mapping[str, bytes]) -> None:
        """Store all of `files`, key to content, and let none be seen before each of them is safely there.

        On a disk they are staged, flushed, then renamed; in a bucket a write is whole by nature. Raises StorageFailed.
        """
        for key in files:
            check_key(key)
        with self._told("written", passed=()):
            if self.is_local:
                named = {name for key in files for name in (key, key.rpartition("/")[0])}
                private = {Path(self._base, name) for name in named if is_private(name)}
                disk.publish({Path(self._base, key): data for key, data in files.items()}, private)
            else:
                for key, data in files.items():
                    self._fs.pipe_file(f"{self._base}/{key}", data, **content_type(self._fs, key))

    def read(self, key: str) -> bytes:
        """The content under `key`. Raises FileNotFoundError or StorageFailed."""
        with self._told("read"):
            return bytes(self._fs.cat_file(f"{self._base}/{key}"))

    def read_record(self, key: str, kind: type[R]) -> R | None:
        """The record under `key`; None where there is none, or none that can be read any more. Raises StorageFailed."""
        try:
            return kind.model_validate_json(self.read(key))
        except (FileNotFoundError, ValidationError):
            return None

    def create(self, key: str, data: bytes, *, is_flushed: bool = True) -> bool:
        """Store `data` under `key` if nothing is there; whether this call did. Raises StorageFailed."""
        check_key(key)
        with self._told("written", passed=()):
            path, private = f"{self._base}/{key}", is_private(key)
            return exclusive.create(self._fs, path, data, is_flushed=is_flushed, is_private=private)

    def probe(self, folder: str) -> Probed:
        """What can be done in this storage; tried, and cleaned up after. Raises StorageFailed."""
        with self._told("written", passed=()):
            return exclusive.probe(self._fs, f"{self._base}/{folder}")

    def names(self, folder: str) -> list[str]:
        """The names of what is right below `folder`, none where it is absent. Raises StorageFailed."""
        found = (path.rpartition("/")[2] for path in self._listed(folder, detail=False))
        return [name for name in found if name and not name.startswith(".")]

    def folders(self) -> list[str]:
        """The names of the folders right below this one, none where it is absent. Raises StorageFailed."""
        found = self._listed("", detail=True)
        return sorted(one["name"].rstrip("/").rpartition("/")[2] for one in found if one["type"] == "directory")

    def _listed(self, folder: str, *, detail: bool) -> list[Any]:
        path = f"{self._base}/{folder}".rstrip("/") or "/"
        with suppress(FileNotFoundError), self._told("listed"):
            self._fs.invalidate_cache(path)
            return [*self._fs.ls(path, detail=detail)]
        return []

    def tags(self, folder: str) -> dict[str, str]:
        """By key, what tells each file right below `folder` from any that takes its place. Raises StorageFailed."""
        with self._told("listed"):
            return removal.tags_in(self._fs, self._base, folder)

    def remove(self, tags: Mapping[str, str]) -> None:
        """Remove those files that still are what `tags` told of them. Raises StorageFailed or RemovalDenied."""
        with self._told(REMOVED_FROM):
            removal.remove(self._fs, {f"{self._base}/{key}": tag for key, tag in tags.items()})

    def delete(self, key: str) -> None:
        """Remove what is under `key`, if anything is. Raises StorageFailed or RemovalDenied."""
        with suppress(FileNotFoundError), self._told(REMOVED_FROM):
            self._fs.rm_file(f"{self._base}/{key}")

    def sweep(self) -> None:
        """Remove what writes that were cut off have left, out of sight, on a disk; a bucket does so by itself."""
        if self.is_local:
            disk.sweep(Path(self._base))

    def close_private(self) -> None:
        """Let their owner alone read files with links that an earlier version has left for others, on a disk."""
        if self.is_local:
            base = Path(self._base)
            disk.close_to_others([base / name for name in PRIVATE_FOLDERS], [base / name for name in PRIVATE_FILES])

    def move(self, key: str, to: str) -> None:
        """Give the file under `key` the key `to`. Raises FileNotFoundError or StorageFailed.

        In a bucket it is copied, then removed, and lies under both keys for a moment.
        """
        for each in (key, to):
            check_key(each)
        source, target = f"{self._base}/{key}", f"{self._base}/{to}"
        with self._told("written"):
            if self.is_local:
                disk.move(Path(source), Path(target))
            else:
                self._fs.cp_file(source, target)
                self._fs.rm_file(source)

    def changed_at(self, key: str) -> datetime:
        """When the file under `key` was last written. Raises FileNotFoundError or StorageFailed."""
        with self._told("read"):
            self._fs.invalidate_cache(self._base)
            changed_at: datetime = self._fs.modified(f"{self._base}/{key}")
        return changed_at if changed_at.tzinfo else changed_at.replace(tzinfo=UTC)

    def is_folder(self) -> bool:
        """Whether it is there, and no file; in a bucket, whether anything lies in it. Raises StorageFailed."""
        with self._told("listed"):
            return bool(self._fs.isdir(self._base or "/"))

    @contextmanager
    def _told(self, done: str, passed: tuple[type[Exception], ...] = (FileNotFoundError,)) -> Iterator[None]:
        """What goes wrong inside is told as StorageFailed, apart from what is `passed` on."""
        try:
            yield
        except passed:
            raise
        except Exception as error:  # every file system of fsspec raises its own kinds
            kind = RemovalDenied if done == REMOVED_FROM and isinstance(error, PermissionError) else StorageFailed
            raise kind(f"{self.root} cannot be {done}: {what_to_do(error)}") from error
