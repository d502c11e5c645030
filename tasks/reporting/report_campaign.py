"""Shows a campaign in the Prefect UI: its progress while it runs, and what it came to."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from textwrap import wrap
from typing import Final

from httpx import HTTPError
from prefect import get_client
from prefect.artifacts import acreate_markdown_artifact, acreate_progress_artifact, aupdate_progress_artifact
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException

from tasks.exporting.export import ExportResult
from tasks.inbox.names import InboxResult
from tasks.publishing.recut import RecutResult
from tasks.records.campaign import SLUG_MAX_CHARS
from tasks.records.cell import Cell
from tasks.records.fault import one_line, shortened
from tasks.records.money import usd
from tasks.records.option_types import KINDS, Kind
from tasks.records.outcome import Outcome
from tasks.records.plan import Plan
from tasks.records.result import CampaignResult
from tasks.records.slug import slug
from tasks.reporting.summarize import TROUBLES_SHOWN, ShownTable, Summary, kept_of, of_plan, of_result
from tasks.reviewing.review import ReviewResult
from tasks.run_state.tally import Tally
from tasks.storage.public_address import public_folder

UPDATE_EVERY_S: Final = 3.0
REASON_SHOWN_CHARS: Final = 300
CELL_CHARS: Final = 40
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
    """The summary as a markdown artifact, with a `picture` (a WebP) of the images. Its failures harm nobody."""
    await keep_artifact(of_result(result, cells, outcomes), f"{key}-summary", result.sentence(), picture)


async def report_plan(plan: Plan) -> None:
    """What a dry run found, as a markdown artifact. Its failures harm nobody."""
    await keep_artifact(of_plan(plan), f"{plan.campaign.slug}-plan", "Planned; nothing was sent or paid")


async def report_recut(result: RecutResult) -> None:
    """What was cut as a markdown artifact. Its failures harm nobody."""
    await report_free(result, "recut", kept_of(result.fits))


async def report_review(result: ReviewResult) -> None:
    """Where a review stands, in the same way."""
    await report_free(result, "review", [])


async def report_export(result: ExportResult) -> None:
    """What was handed over, in the same way."""
    notes = tuple(("Note", note) for note in result.notes)
    said = f"{result.sentence()}. Nothing was paid. It lies at {result.base_url or result.to}."
    key = slug(result.folder.rpartition("/")[2], SLUG_MAX_CHARS)
    await keep_artifact(Summary(result.name, said, notes), f"{key}-export", result.sentence())


async def report_free(result: RecutResult | ReviewResult, kind: str, tables: Sequence[ShownTable]) -> None:
    """What was done of a `kind` that pays nothing, as a markdown artifact. Its failures harm nobody."""
    shown = tuple((trouble,) for trouble in result.troubles[:TROUBLES_SHOWN])
    looked_at = [ShownTable("Needs a look", ("image and why",), shown)] if shown else []
    notes, said = tuple(("Note", note) for note in result.notes), f"{result.sentence()}. Nothing was paid."
    summary = Summary(result.name, said, notes, tables=(*tables, *looked_at), folder=result.folder)
    summary = summary._replace(public_url=public_folder(result.folder))
    key = slug(result.folder.rpartition("/")[2], SLUG_MAX_CHARS)
    await keep_artifact(summary, f"{key}-{kind}", result.sentence())


async def report_inbox(result: InboxResult) -> None:
    """What became of each matrix, as a markdown artifact. Its failures harm nobody."""
    filed = tuple((f.name, f.shelf, shortened(f.came_to, REASON_SHOWN_CHARS), f.key) for f in result.filed)
    tables = (
        ShownTable("Filed", ("matrix", "filed under", "came to", "lies in"), filed),
        ShownTable("Left for the next time", ("matrix and why",), tuple((left,) for left in result.left)),
    )
    summary = Summary(result.inbox, result.sentence(), tables=tuple(table for table in tables if table.rows))
    await keep_artifact(summary, "inbox", shortened(result.sentence(), 200))


async def keep_artifact(summary: Summary, key: str, description: str, picture: bytes | None = None) -> None:
    """A summary as a markdown artifact, above a `picture` (a WebP) of the images. Its failures harm nobody."""
    text = markdown(summary)
    if picture is not None:
        text += f"\n\n![The first images](data:image/webp;base64,{b64encode(picture).decode()})"
    with suppress(HTTPError, PrefectException):
        await acreate_markdown_artifact(text, key=key, description=description)


def markdown(summary: Summary) -> str:
    """A summary as a page of the UI."""
    lines = [f"# {as_text(summary.title)}", "", as_text(summary.said)]
    for label, text in summary.notes:
        lines += ["", f"**{label}:** {as_text(text)}"]
    lines += files_of(summary.folder, summary.public_url) if summary.folder is not None else []
    for table in summary.tables:
        lines += ["", f"## {table.title}", "", *rows_of(table)]
        lines += ["", table.more] if table.more else []
    return "\n".join(lines)


async def tag_run(kind: Kind, name: str = "") -> None:
    """Tag this run with what it is and its campaign's name, by which the UI filters. Its failures harm nobody."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    tags = {tag for tag in context.flow_run.tags if tag not in KINDS} | {kind, *filter(None, [name])}
    context.flow_run.tags = sorted(tags)
    with suppress(HTTPError, PrefectException):
        async with get_client() as prefect:
            await prefect.update_flow_run(context.flow_run.id, tags=tags)


def rows_of(table: ShownTable) -> list[str]:
    """The lines of a table; its texts are shown as they are."""
    lines = [table.header, ["---"] * len(table.header), *(map(in_cell, row) for row in table.rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def in_cell(text: str) -> str:
    """`text` as it is, in lines of a width that the UI shows without scrolling sideways: it breaks none by itself."""
    lines = wrap(one_line(text), CELL_CHARS, break_long_words=False, break_on_hyphens=False)
    return "<br>".join(map(as_text, lines))


def files_of(folder: str, public_url: str | None) -> list[str]:
    """A table that leads to a campaign's files, and says where they lie where a link leads to them otherwise."""
    names = ("index.html", "manifest.xlsx", "manifest.csv", "manifest.parquet")
    lines = [f"| {name} | {link(f'{public_url or folder}/{name}')} |" for name in names]
    return ["", "| | |", "|---|---|", *lines, *([f"| folder | {link(folder)} |"] if public_url else [])]


def link(address: str) -> str:
    """A link where a browser can follow one, else the address to copy."""
    shown = one_line(address)
    return f"[{as_text(shown)}](<{shown}>)" if shown.startswith(("http://", "https://")) else f"`{shown}`"


def as_text(text: str) -> str:
    """`text` as markdown that shows just that, on one line."""
    return "".join(f"\\{character}" if character in MARKS else character for character in one_line(text))
