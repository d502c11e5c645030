"""Shows a campaign in the Prefect UI: its progress while it runs, and what it came to."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from httpx import HTTPError
from prefect.artifacts import acreate_markdown_artifact, acreate_progress_artifact, aupdate_progress_artifact
from prefect.exceptions import PrefectException

from tasks.models.cell import Cell
from tasks.models.money import usd
from tasks.models.outcome import Outcome
from tasks.models.result import CampaignResult
from tasks.tally import Tally

UPDATE_EVERY_S: Final = 3.0
TROUBLES_SHOWN: Final = 50


@asynccontextmanager
async def progress_artifact(tally: Tally, key: str) -> AsyncIterator[None]:
    """A progress bar in the UI, brought up to date every few seconds and at the end. Its failures harm nobody."""
    updating = asyncio.create_task(_keep_updating(tally, key))
    try:
        yield
    finally:
        updating.cancel()
        with suppress(asyncio.CancelledError):
            await updating


async def _keep_updating(tally: Tally, key: str) -> None:
    with suppress(HTTPError, PrefectException):
        artifact = await acreate_progress_artifact(0.0, key=f"{key}-progress", description=progress_text(tally))
        try:
            while True:
                await asyncio.sleep(UPDATE_EVERY_S)
                await aupdate_progress_artifact(artifact, percent(tally), progress_text(tally))
        finally:
            await aupdate_progress_artifact(artifact, percent(tally), progress_text(tally))


def percent(tally: Tally) -> float:
    """How much has ended, from 0 to 100."""
    return 100.0 * tally.ended / tally.total if tally.total else 100.0


def progress_text(tally: Tally) -> str:
    """Such as `41 of 60 done, 2 not done, $3.44`."""
    not_done = f", {tally.not_done:,} not done" if tally.not_done else ""
    return f"{tally.by_status['done']:,} of {tally.total:,} done{not_done}, {usd(tally.cost_usd)}"


async def report_result(
    result: CampaignResult, key: str, cells: Sequence[Cell], outcomes: Mapping[str, Outcome]
) -> None:
    """The summary as a markdown artifact. Its failures harm nobody."""
    with suppress(HTTPError, PrefectException):
        await acreate_markdown_artifact(
            summary_markdown(result, cells, outcomes), key=f"{key}-summary", description=result.sentence()
        )


def summary_markdown(result: CampaignResult, cells: Sequence[Cell], outcomes: Mapping[str, Outcome]) -> str:
    """Counts, cost, where the files are, and the cells that somebody must look at."""
    lines = [f"# {as_text(result.name)}", "", "| | |", "|---|---|"]
    lines += [f"| {status} | {count:,} |" for status, count in result.by_status.items() if count]
    lines += [f"| cost | {usd(result.cost_usd)}{' (sandbox: nothing was charged)' if result.is_sandbox else ''} |"]
    lines += [
        f"| {name} | {link(f'{result.folder}/{name}')} |" for name in ("index.html", "manifest.csv", "manifest.parquet")
    ]
    if result.stopped_because is not None:
        lines += ["", f"**Stopped early:** {as_text(result.stopped_because)}"]
    troubles = [(cell, o) for cell in cells if (o := outcomes.get(cell.cell_id)) is not None and o.status != "done"]
    if troubles:
        lines += ["", "## Needs a look", "", "| row | product | format | status | why |", "|---|---|---|---|---|"]
        lines += [
            f"| {cell.row} | {as_text(cell.product)} | {as_text(cell.format)} | {o.status} | {as_text(o.error or '')} |"
            for cell, o in troubles[:TROUBLES_SHOWN]
        ]
    if len(troubles) > TROUBLES_SHOWN:
        lines += ["", f"And {len(troubles) - TROUBLES_SHOWN:,} more: see the manifest."]
    return "\n".join(lines)


def link(address: str) -> str:
    """A link where a browser can follow one, else the address to copy."""
    return f"[{as_text(address)}](<{address}>)" if address.startswith(("http://", "https://")) else f"`{address}`"


def as_text(text: str) -> str:
    """`text` as markdown that shows just that."""
    special = {character: f"\\{character}" for character in "\\`*_{}[]()#+!|<>~"} | {"\n": " ", "\r": " "}
    return "".join(special.get(character, character) for character in text)
