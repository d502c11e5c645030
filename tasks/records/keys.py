"""The keys of a campaign's files, relative to its folder."""

from pathlib import PurePosixPath


def check_key(key: str) -> None:
    """Raise ValueError for a key that would lead out of the campaign's folder, on any system."""
    parts = PurePosixPath(key).parts
    if not parts or key.startswith("/") or ".." in parts or set(key) & set("\\:\0"):
        raise ValueError(f"{key!r} is not a key of a campaign's folder")
