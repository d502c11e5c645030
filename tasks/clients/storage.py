"""Keeps a campaign's files on anything that fsspec reaches: a local folder, S3, GCS, R2, memory."""

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import fsspec
from fsspec.implementations.local import LocalFileSystem

from tasks.errors import StorageFailed

CONTENT_TYPES: Final = {
    "avif": "image/avif",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "jpg": "image/jpeg",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "png": "image/png",
    "webp": "image/webp",
}
_CONTENT_TYPE_ARGUMENT: Final = {"s3": "ContentType", "s3a": "ContentType", "gs": "content_type", "gcs": "content_type"}


@dataclass(frozen=True)
class CampaignStore:
    """The folder of one campaign. Keys are relative to it, with `/` between their parts. Safe to use from threads."""

    root: str
    """As a person writes it: a path, or a URL such as `s3://bucket/campaigns/q1-launch`."""
    _fs: Any
    _base: str

    @classmethod
    def open(cls, output: str, slug: str) -> Self:
        """The store of campaign `slug` below `output`. Raises StorageFailed where fsspec does not know such a place."""
        try:
            fs, base = fsspec.core.url_to_fs(output)
        except (ImportError, ValueError, OSError) as error:
            raise StorageFailed(f"The output {output} cannot be used: {error}") from error
        return cls(f"{output.rstrip('/')}/{slug}", fs, f"{base.rstrip('/')}/{slug}")

    @property
    def is_local(self) -> bool:
        """Whether the files lie on a disk of this machine."""
        return isinstance(self._fs, LocalFileSystem)

    def write(self, key: str, data: bytes) -> None:
        """Store `data` under `key`, whole or not at all, over what was there. Raises StorageFailed."""
        self.publish({key: data})

    def publish(self, files: Mapping[str, bytes]) -> None:
        """Store all of `files`, key to content, and let none be seen before each of them is safely there.

        On a disk they are staged beside their final names, flushed, then renamed; elsewhere a write is whole by nature.
        """
        try:
            if self.is_local:
                _publish_locally({Path(self._base, key): data for key, data in files.items()})
            else:
                for key, data in files.items():
                    self._fs.pipe_file(f"{self._base}/{key}", data, **self._content_type(key))
        except Exception as error:  # every file system of fsspec raises its own kinds
            raise StorageFailed(f"{self.root} cannot be written: {_said(error)}") from error

    def read(self, key: str) -> bytes:
        """The content under `key`. Raises FileNotFoundError or StorageFailed."""
        try:
            content = self._fs.cat_file(f"{self._base}/{key}")
        except FileNotFoundError:
            raise
        except Exception as error:
            raise StorageFailed(f"{self.root} cannot be read: {_said(error)}") from error
        return bytes(content)

    def _content_type(self, key: str) -> dict[str, str]:
        protocol = self._fs.protocol if isinstance(self._fs.protocol, str) else self._fs.protocol[0]
        argument = _CONTENT_TYPE_ARGUMENT.get(protocol)
        return {argument: CONTENT_TYPES[key.rpartition(".")[2]]} if argument else {}


def _publish_locally(files: Mapping[Path, bytes]) -> None:
    staged: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            staged[path] = path.with_name(f".{path.name[:200]}.{uuid.uuid4().hex[:8]}.part")
            with staged[path].open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for path, part in staged.items():
            part.replace(path)
    finally:
        for part in staged.values():
            part.unlink(missing_ok=True)
    for folder in {path.parent for path in files}:
        _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    """Make the renames in `folder` survive a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
