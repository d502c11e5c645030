"""Where what was paid for lies, relative to the campaign's folder.

```
originals/{cell_id}.{suffix}              an image, by its first bytes at least
originals/{cell_id}.unreadable            paid in the first turn, and no image that we read
originals/{cell_id}.{turn}.unreadable     in a later one
originals/{cell_id}.{turn}.spare.{suffix}  an image of a turn after which the cell was asked for again
```
"""

from collections.abc import Iterable
from typing import Final

ORIGINALS: Final = "originals"
UNREADABLE: Final = "unreadable"


def original_key(cell_id: str, suffix: str) -> str:
    """The key of a cell's image."""
    return f"{ORIGINALS}/{cell_id}.{suffix}"


def unreadable_key(cell_id: str, turn: int) -> str:
    """The key of bytes that a turn paid for and that cannot be read; no later turn writes over them."""
    return original_key(cell_id, UNREADABLE if turn == 1 else f"{turn}.{UNREADABLE}")


def spare_key(cell_id: str, turn: int, suffix: str) -> str:
    """The key of an image that came to light when another run had asked for the cell again."""
    return original_key(cell_id, f"{turn}.spare.{suffix}")


def cells_with_bytes(keys: Iterable[str]) -> frozenset[str]:
    """The cells of which anything lies among the originals, from the keys of what is stored."""
    split = (key.partition("/") for key in keys)
    return frozenset(name.partition(".")[0] for folder, _, name in split if folder == ORIGINALS)
