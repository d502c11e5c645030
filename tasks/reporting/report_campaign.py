"""Shows a campaign in the Prefect UI: its progress while it runs, and what it came to."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from httpx import HTTPError
from prefect import get_client
from prefect.artifacts import acreate_markdown_artifact, acreate_progress_artifact, aupdate_progress_artifact
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException

from tasks.inbox.names import InboxResult
from tasks.publishing.recut import RecutResult
from tasks.records.campaign import SLUG_MAX_CHARS, Plan
from tasks.records.cell import Cell
from tasks.records.fault import one_line, shortened
from tasks.records.money import usd
from tasks.records.outcome import Outcome
from tasks.records.result import CampaignResult
from tasks.records.slug import slug
from tasks.run_state.tally import Tally

UPDATE_EVERY_S: Final = 3.0
TROUBLES_SHOWN: Final = 50
PROMPT_SHOWN_CHARS: Final = 70
REASON_SHOWN_CHARS: Final = 300
MARKS: Final = frozenset("\\`*_{}[]()#+!|<>~")
"""What markdown takes for more than itself."""


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
    result: CampaignResult,
    key: str,
    cells: Sequence[Cell],
    outcomes: Mapping[str, Outcome],
    picture: bytes | None = None,
) -> None:
    """The summary as a markdown artifact, under a `picture` (a WebP) of the images. Its failures harm nobody."""
    text = summary_markdown(result, cells, outcomes)
    if picture is not None:
        text += f"\n\n![The first images](data:image/webp;base64,{b64encode(picture).decode()})"
    with suppress(HTTPError, PrefectException):
        await acreate_markdown_artifact(text, key=f"{key}-summary", description=result.sentence())


def summary_markdown(result: CampaignResult, cells: Sequence[Cell], outcomes: Mapping[str, Outcome]) -> str:
    """Counts, cost, where the files are, and the cells that somebody must look at."""
    lines = [f"# {as_text(result.name)}", "", "| | |", "|---|---|"]
    lines += [f"| {status} | {count:,} |" for status, count in result.by_status.items() if count]
    lines += [f"| cost | {usd(result.cost_usd)}{' (sandbox: nothing was charged)' if result.is_sandbox else ''} |"]
    lines += files_of(result.folder) if result.is_published else []
    if result.stopped_because is not None:
        lines += ["", f"**Stopped early:** {as_text(result.stopped_because)}"]
    lines += [f"\n**Not stored:** {as_text(kept)}" for kept in result.kept]
    troubles = [(cell, o) for cell in cells if (o := outcomes.get(cell.cell_id)) is not None and o.status != "done"]
    if troubles:
        shown = [(str(c.row), c.product, c.format, o.status, o.error or "") for c, o in troubles[:TROUBLES_SHOWN]]
        lines += ["", "## Needs a look", "", *table(("row", "product", "format", "status", "why"), shown)]
    if len(troubles) > TROUBLES_SHOWN:
        lines += ["", f"And {len(troubles) - TROUBLES_SHOWN:,} more: see the manifest."]
    return "\n".join(lines)


async def report_plan(plan: Plan) -> None:
    """What a dry run found, as a markdown artifact. Its failures harm nobody."""
    with suppress(HTTPError, PrefectException):
        await acreate_markdown_artifact(
            plan_markdown(plan), key=f"{plan.campaign.slug}-plan", description="Planned; nothing was sent or paid"
        )


def plan_markdown(plan: Plan) -> str:
    """What would be made, what it would cost and how long it would take."""
    lasts = f"{plan.duration_min_s / 60:.1f} to {plan.duration_max_s / 60:.1f} min"
    facts = {
        "rows": f"{plan.row_count:,}",
        "images": f"{plan.cell_count:,}",
        "cost": f"{usd(plan.cost_usd)} at prices of {plan.prices_read_on}",
        "time": f"{lasts} at {plan.campaign.max_in_flight} in flight",
    }
    groups = [(g.format or "-", g.model, g.aspect, f"{g.cells:,}", usd(g.cost_usd)) for g in plan.groups]
    cells = [(str(c.row), c.cell_id, shortened(c.request.prompt, PROMPT_SHOWN_CHARS)) for c in plan.cells]
    lines = [f"# {as_text(plan.campaign.title)}", "", *table(("", ""), facts.items())]
    lines += ["", "## What would be made", "", *table(("format", "model", "aspect", "images", "cost"), groups)]
    lines += ["", f"## The first {len(cells):,}", "", *table(("row", "cell", "prompt"), cells)]
    lines += ["", "## Notes", "", *(f"- {as_text(note)}" for note in plan.notes)] if plan.notes else []
    return "\n".join(lines)


async def report_recut(result: RecutResult) -> None:
    """What was cut as a markdown artifact. Its failures harm nobody."""
    lines = [
        f"# {as_text(result.name)}",
        "",
        f"{as_text(result.sentence())}. Nothing was paid.",
        "",
        "| | |",
        "|---|---|",
    ]
    lines += files_of(result.folder)
    if result.troubles:
        lines += ["", "## Needs a look", "", *(f"- {as_text(trouble)}" for trouble in result.troubles[:TROUBLES_SHOWN])]
    key = slug(result.folder.rpartition("/")[2], SLUG_MAX_CHARS)
    with suppress(HTTPError, PrefectException):
        await acreate_markdown_artifact("\n".join(lines), key=f"{key}-recut", description=result.sentence())


async def report_inbox(result: InboxResult) -> None:
    """What became of each matrix, as a markdown artifact. Its failures harm nobody."""
    filed = [(f.name, f.shelf, shortened(f.came_to, REASON_SHOWN_CHARS), f.key) for f in result.filed]
    lines = [f"# {as_text(result.inbox)}", "", as_text(result.sentence())]
    lines += ["", *table(("matrix", "filed under", "came to", "lies in"), filed)] if filed else []
    lines += (
        ["", "## Left for the next time", "", *(f"- {as_text(left)}" for left in result.left)] if result.left else []
    )
    with suppress(HTTPError, PrefectException):
        await acreate_markdown_artifact("\n".join(lines), key="inbox", description=shortened(result.sentence(), 200))


async def tag_run(name: str) -> None:
    """Add the campaign's name to the tags of this run, by which the UI filters. Its failures harm nobody."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None or not name:
        return
    with suppress(HTTPError, PrefectException):
        async with get_client() as prefect:
            await prefect.update_flow_run(context.flow_run.id, tags={*context.flow_run.tags, name})


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; its texts are shown as they are."""
    lines = [header, ["---"] * len(header), *(map(as_text, row) for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def files_of(folder: str) -> list[str]:
    """Rows of a table that lead to a campaign's files."""
    names = ("index.html", "manifest.csv", "manifest.parquet")
    return [f"| {name} | {link(f'{folder}/{name}')} |" for name in names]


def link(address: str) -> str:
    """A link where a browser can follow one, else the address to copy."""
    shown = one_line(address)
    return f"[{as_text(shown)}](<{shown}>)" if shown.startswith(("http://", "https://")) else f"`{shown}`"


def as_text(text: str) -> str:
    """`text` as markdown that shows just that, on one line."""
    return "".join(f"\\{character}" if character in MARKS else character for character in one_line(text))
