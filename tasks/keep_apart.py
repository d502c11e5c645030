"""Keeps what the sandbox drew apart from what was paid: neither must ever pass for the other."""

import asyncio
from typing import Final

from tasks.errors import InputInvalid
from tasks.models.fault import Fault
from tasks.models.ledger import OUTCOMES_KEY, SANDBOX_MARK
from tasks.models.outbox import FOLDERS as CALLBACK_FOLDERS
from tasks.models.outbox import SENDER_KEY
from tasks.models.published import PUBLISHED_KEY
from tasks.models.turn import ANSWERS, ENDS, INTENTS, Intents
from tasks.toolbox import Toolbox

CLEARING: Final = "ledger/clearing.json"
"""Creating it is what lets one of two runs clear: the other's intents could have the names of the sandbox's."""
CLEARED_WITHIN_S: Final = 60
CLEARED: Final = "the sandbox's images of this campaign were removed; its cells are asked for, and paid, anew"


async def keep_apart(tools: Toolbox, *, is_sandbox: bool) -> tuple[str, ...]:
    """Make way for a paid campaign where the sandbox has tried it, and keep the sandbox out of a paid one.

    Returns notes for the person who watches. Raises InputInvalid for a sandbox run over images that were paid.
    """
    marked = await is_marked(tools)
    if not is_sandbox:
        if not marked:
            return ()
        if await tools.on_storage_thread(tools.store.create, CLEARING, tools.ledger.run_id.encode()):
            await clear(tools)
        else:
            await cleared_by_another(tools)
        return (CLEARED,)
    if not marked:
        intents, ends = [await tools.on_storage_thread(tools.store.names, folder) for folder in (INTENTS, ENDS)]
        if ends or Intents.of(intents).begun:
            problem = f"would mix with images that were paid, in {tools.store.root}; give it another --name or --output"
            raise InputInvalid([Fault(source="--sandbox", problem=problem)])
        await tools.on_storage_thread(tools.store.write, SANDBOX_MARK, b"{}")
    return ()


async def clear(tools: Toolbox) -> None:
    """Remove everything that the sandbox has made; the mark last, so that an interrupted removal is seen."""
    if await is_marked(tools):  # still: another run may have cleared since the first look, and be paying by now
        keys = [OUTCOMES_KEY, PUBLISHED_KEY, SENDER_KEY, "manifest.csv", "manifest.parquet", "index.html"]
        for folder in (ENDS, ANSWERS, INTENTS, "originals", "variants", *CALLBACK_FOLDERS):
            keys += [f"{folder}/{name}" for name in await tools.on_storage_thread(tools.store.names, folder)]
        await asyncio.gather(*(tools.on_storage_thread(tools.store.delete, key) for key in keys))
        await tools.on_storage_thread(tools.store.delete, SANDBOX_MARK)
    await tools.on_storage_thread(tools.store.delete, CLEARING)


async def cleared_by_another(tools: Toolbox) -> None:
    """Return when the run that has begun to clear the folder has done so. Raises InputInvalid where it never does."""
    for _ in range(CLEARED_WITHIN_S):
        await asyncio.sleep(1)
        if not await is_marked(tools):
            return
    problem = "holds what the sandbox drew, and a run that began to remove it has not; remove the folder yourself"
    raise InputInvalid([Fault(source=tools.store.root, problem=problem)])


async def is_marked(tools: Toolbox) -> bool:
    """Whether the folder is the sandbox's."""
    return await tools.on_storage_thread(tools.ledger.is_sandbox)
