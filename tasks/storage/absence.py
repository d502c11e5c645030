"""What is told of a path that leads nowhere: where it was looked for, and what lies there that may have been meant.

Whoever fills in a form does not see the folder that the worker runs in.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Final

from fsspec.implementations.local import LocalFileSystem

from tasks.storage.whereabouts import whereabouts

_ENDINGS: Final = re.compile(r"(?:\.[a-z]{2,7})+$")
LOOKED_AT_MAX: Final = 10_000
NAMED_MAX: Final = 3
ALIKE: Final = 0.6
"""How much of two names is the same, of 1, where one may have been meant by the other."""


def absent_at(written: str) -> str:
    """What is wrong with a path or an address, as a person has written it, at which nothing lies."""
    fs, path, _ = whereabouts(written)
    return absent(path) if isinstance(fs, LocalFileSystem) else "does not exist"


def absent(path: str) -> str:
    """What is wrong with an absolute `path` at which nothing lies on this machine, as the end of a sentence."""
    missing = Path(path)
    while not missing.parent.exists():
        missing = missing.parent
    folder = missing.parent
    if not folder.is_dir():
        return f"does not exist: {folder} is a file and no folder"
    where = f"does not exist in {folder}"
    if missing != Path(path):
        where = f"does not exist: there is no {missing.name} in {folder}"
    return f"{where}{what_there_is(missing.name, folder)}"


def what_there_is(name: str, folder: Path) -> str:
    """What lies in `folder` that may have been meant by `name`, as the end of a sentence; empty where nothing does."""
    try:
        entries = [one.name for one in islice(folder.iterdir(), LOOKED_AT_MAX) if not one.name.startswith(".")]
        further_down = sorted(
            f"{one.parent.name}/{name}" for one in islice(folder.glob(f"*/{glob_of(name)}"), NAMED_MAX)
        )
    except OSError:
        return ""
    like = further_down or alike(name, entries)
    if like:
        return f"; there is {', '.join(like)}"
    same_kind = sorted(one for one in entries if Path(one).suffix.lower() == Path(name).suffix.lower())
    if not Path(name).suffix or not same_kind:
        return ""
    more = f" and {len(same_kind) - NAMED_MAX:,} more" if len(same_kind) > NAMED_MAX else ""
    return f"; what there is: {', '.join(same_kind[:NAMED_MAX])}{more}"


def alike(name: str, names: Sequence[str]) -> list[str]:
    """Those of `names` that are written like `name`, the likest first, whatever their endings and capitals are."""
    by_stem: dict[str, list[str]] = {}
    for one in sorted(names):
        by_stem.setdefault(stem(one), []).append(one)
    like = get_close_matches(stem(name), by_stem, n=NAMED_MAX, cutoff=ALIKE)
    return [one for found in like for one in by_stem[found]][:NAMED_MAX]


def stem(name: str) -> str:
    """A name in small letters without its endings, such as `q1.2-launch` of `Q1.2-Launch.csv.gz`."""
    return _ENDINGS.sub("", name.lower())


def glob_of(name: str) -> str:
    """A pattern that only `name` fits."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)
