"""Small files on this machine, for what the campaign's storage does not take: one folder for each storage.

```
$PREFECT_HOME/ideogram-campaigns/rescued/{campaign}-{digest of its storage}/{cell_id}.{turn}.{run_id}.json, .image
{temp folder}/ideogram-campaigns-{user}/rescued/...                          where that cannot be written either
```
They are their owner's alone, and a folder that is not is not trusted: whoever else wrote there could have us fetch, or
store, what they like.
"""

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple, Self

from pydantic import ValidationError

from tasks.records.slug import slug
from tasks.rescue.rescued import Rescued
from tasks.storage import disk
from tasks.storage.storage import CampaignStore

RESCUED: Final = "rescued"
NAME_MAX_CHARS: Final = 40
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Found(NamedTuple):
    """A record, and where it lies; its image has the same name but for the suffix."""

    rescued: Rescued
    path: Path

    def image(self) -> bytes | None:
        """The bytes that were downloaded; None where there was no room for them, or no time."""
        try:
            return self.path.with_suffix(".image").read_bytes()
        except FileNotFoundError:
            return None


class Kept(NamedTuple):
    """Where a record was kept, and whether there was room for its image too."""

    folder: Path
    has_image: bool


@dataclass(frozen=True)
class Refuge:
    """What one campaign keeps on this machine. Safe to use from threads, and by several processes at once."""

    storage: str
    """Whose it is."""
    folders: tuple[Path, ...]
    """Where it may be kept, the best first."""

    @classmethod
    def of(cls, store: CampaignStore, env: Mapping[str, str] = os.environ) -> Self:
        """The refuge of the campaign in `store`."""
        return cls.below(store, roots(env))

    @classmethod
    def below(cls, store: CampaignStore, tops: Sequence[Path]) -> Self:
        """The same, in other folders of this machine."""
        storage = store.identity
        name = f"{slug(storage.rpartition('/')[2], NAME_MAX_CHARS)}-{sha256(storage.encode()).hexdigest()[:16]}"
        return cls(storage, tuple(top / RESCUED / name for top in tops))

    def keep(self, rescued: Rescued, image: bytes | None = None) -> Kept | None:
        """Write it where there is room, with its image if there is room for that anywhere; None where there is none."""
        record = rescued.model_dump_json().encode()
        for data in (image, None) if image is not None else (None,):
            for folder in self.folders:
                with suppress(OSError):
                    make_private(folder)
                    path = folder / f"{rescued.name}.json"
                    # Whoever sees the record finds the image beside it.
                    files = {path.with_suffix(".image"): data} if data is not None else {}
                    disk.publish({**files, path: record}, private=(*files, path, folder))
                    return Kept(folder, data is not None)
        return None

    def found(self) -> Iterator[Found]:
        """What lies here and can be read, of any process."""
        for path in self._paths():
            with suppress(OSError, ValidationError):
                rescued = Rescued.model_validate_json(path.read_bytes())
                if rescued.storage == self.storage:
                    yield Found(rescued, path)

    def holds_any(self) -> bool:
        """Whether anything lies here that can be read."""
        return next(self.found(), None) is not None

    def forget(self, name: str) -> None:
        """Remove what is of no use any more, wherever it lies; what cannot be removed does no harm."""
        for folder in self.folders:
            for suffix in (".json", ".image"):
                with suppress(OSError):
                    (folder / f"{name}{suffix}").unlink()
            with suppress(OSError):
                folder.rmdir()

    def _paths(self) -> list[Path]:
        return [path for folder in self.folders if is_private(folder) for path in sorted(folder.glob("*.json"))]


def roots(env: Mapping[str, str]) -> tuple[Path, ...]:
    """Where this machine may keep something: beside Prefect's own files, which each run writes, then for a while."""
    tops = [Path(env.get("PREFECT_HOME") or "~/.prefect").expanduser() / "ideogram-campaigns"]
    with suppress(FileNotFoundError):  # no folder for temporary files can be written
        tops.append(Path(tempfile.gettempdir(), f"ideogram-campaigns-{os.geteuid()}"))
    return tuple(tops)


def make_private(folder: Path) -> None:
    """Make `folder`, the one above it and the one above that its owner's alone. Raises OSError where it is not."""
    folder.parents[2].mkdir(disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
    for each in (folder.parents[1], folder.parents[0], folder):
        each.mkdir(disk.PRIVATE_FOLDER, exist_ok=True)
    if not is_private(folder):
        raise PermissionError(folder)


def is_private(folder: Path) -> bool:
    """Whether `folder` and what leads to it from a folder of everybody's is this user's, and no link or other's."""
    try:
        looks = [each.lstat() for each in (folder.parents[1], folder.parents[0], folder)]
    except OSError:
        return False
    return all(
        stat.S_ISDIR(look.st_mode) and look.st_uid == os.geteuid() and not look.st_mode & _OTHERS for look in looks
    )
