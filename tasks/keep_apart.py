"""Keeps what the sandbox drew apart from what was paid: neither must ever pass for the other."""

import asyncio
from typing import Final

from tasks.errors import InputInvalid
from tasks.models.fault import Fault
from tasks.models.ledger import ANSWERS, ENDS, INTENTS, OUTCOMES_KEY
from tasks.toolbox import Toolbox

MARK: Final = "ledger/sandbox.json"
"""Says that everything in the campaign's folder was made with the sandbox."""
CLEARED: Final = "the sandbox's images of this campaign were removed; its cells are asked for, and paid, anew"


async def keep_apart(tools: Toolbox, *, is_sandbox: bool) -> tuple[str, ...]:
    """Make way for a paid campaign where the sandbox has tried it, and keep the sandbox out of a paid one.

    Returns notes for the person who watches. Raises InputInvalid for a sandbox run over images that were paid.
    """
    is_marked = bool(await _names(tools, "ledger", only="sandbox.json"))
    if not is_sandbox:
        if not is_marked:
            return ()
        await clear(tools)
        return (CLEARED,)
    if not is_marked:
        if await _names(tools, INTENTS) or await _names(tools, ENDS):
            problem = f"would mix with images that were paid, in {tools.store.root}; give it another --name or --output"
            raise InputInvalid([Fault(source="--sandbox", problem=problem)])
        await tools.on_storage_thread(tools.store.write, MARK, b"{}")
    return ()


async def clear(tools: Toolbox) -> None:
    """Remove everything that the sandbox has made; the mark last, so that an interrupted removal is done again."""
    keys = [OUTCOMES_KEY, "manifest.csv", "manifest.parquet", "index.html"]
    for folder in (ENDS, ANSWERS, INTENTS, "originals", "variants"):
        keys += [f"{folder}/{name}" for name in await _names(tools, folder)]
    await asyncio.gather(*(tools.on_storage_thread(tools.store.delete, key) for key in keys))
    await tools.on_storage_thread(tools.store.delete, MARK)


async def _names(tools: Toolbox, folder: str, only: str | None = None) -> list[str]:
    names = await tools.on_storage_thread(tools.store.names, folder)
    return [name for name in names if only in {None, name}]
