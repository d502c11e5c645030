"""What Prefect's settings are, and whether other runs use its home, found out without importing Prefect."""

import fcntl
import os
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import certifi

_PLAIN_VARIABLES: Final = {"PREFECT_HOME", "PREFECT_LOGGING_LEVEL"}


def prefect_home(env: Mapping[str, str]) -> Path:
    """The folder in which Prefect keeps its database by default."""
    return Path(env.get("PREFECT_HOME") or "~/.prefect").expanduser()


def has_settings_of_its_own(env: Mapping[str, str], folder: Path) -> bool:
    """Whether the user may have set something that only Prefect can tell. Importing it for that takes seconds.

    True for any profile, any settings file in `folder`, and any variable but `_PLAIN_VARIABLES`.
    """
    if "prefect.context" in sys.modules or any(name.startswith("PREFECT_") for name in env.keys() - _PLAIN_VARIABLES):
        return True
    files = (prefect_home(env) / "profiles.toml", folder / "prefect.toml", folder / ".env")
    project = folder / "pyproject.toml"
    return any(file.exists() for file in files) or (project.exists() and b"tool.prefect" in project.read_bytes())


def one_authority(home: Path) -> Path:
    """A file in `home` with one certificate authority. Clients must read such a file, and never use it."""
    path = home / "one-authority.pem"
    if not path.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        first, end, _ = certifi.contents().partition("-----END CERTIFICATE-----\n")
        part = path.with_suffix(f".{uuid.uuid4().hex}")
        part.write_text(first + end, encoding="utf-8")
        part.replace(path)
    return path


def lock_of(home: Path) -> int:
    """Open the lock that every run with its Prefect home in `home` holds."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(home / "ideogram-campaigns.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def is_locked_alone(descriptor: int) -> bool:
    """Take the lock for this process alone. Returns False if another process holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
