"""What a round says above its form, as markdown: what became of the last one, the images by number, and what waits."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Final, NamedTuple

from tasks.records.cell import Cell
from tasks.records.fault import Fault, shortened
from tasks.records.money import counted, usd
from tasks.records.structured_prompt import title_of
from tasks.reporting.name_cells import name_of, of_copies
from tasks.reporting.numbered_picture import NUMBERED_MAX
from tasks.reporting.report_campaign import as_text, link
from tasks.reviewing.waiting import Waiting

FAULTS_SHOWN: Final = 20
PROMPT_CHARS: Final = 160
REASON_CHARS: Final = 160
GONE: Final = "is gone since: another image stands in its place"
TO_MEND: Final = "Nothing of the last form was taken in. Mend this below; all is as you wrote it:"


class Round(NamedTuple):
    """What there is to be shown."""

    waiting: Waiting
    said: Sequence[str] = ()
    """What became of the last form, and of what it asked for."""
    faults: Sequence[Fault] = ()
    """What is wrong in it."""
    before: Sequence[str] = ()
    """The cells that it showed, where anything is wrong: its numbers have to mean the same."""

    @property
    def ids(self) -> Sequence[str]:
        """What is on the picture, in the order of the numbers."""
        return tuple(self.before) or tuple(cell.cell_id for cell in self.waiting.open[:NUMBERED_MAX])


def round_text(now: Round, page: str, picture: bytes) -> str:
    """The whole of it; `page` is where the campaign's page lies."""
    waiting = now.waiting
    lines = [f"# {as_text(waiting.title)}", "", *mended(now.faults)]
    for said in now.said:
        lines += [as_text(said), ""]
    lines += [f"**{waits(now)}**", ""]
    lines += [f"![The images by their numbers](data:image/webp;base64,{b64encode(picture).decode()})", ""]
    lines += [*legend(waiting, now.ids), "", f"Larger, with prompts and all sizes: {link(page)}"]
    return "\n".join(lines)


def mended(faults: Sequence[Fault]) -> list[str]:
    """What is to be mended in the form, which is filled in as it was sent."""
    if not faults:
        return []
    more = [f"- and {len(faults) - FAULTS_SHOWN:,} more"] if len(faults) > FAULTS_SHOWN else []
    told = [f"- {as_text(shortened(str(fault), 300))}" for fault in faults[:FAULTS_SHOWN]]
    return [
        "**Nothing of the last form was taken in. Mend this below; all else is as you wrote it:**",
        "",
        *told,
        *more,
        "",
    ]


def waits(now: Round) -> str:
    """How many wait, and how many of them are shown."""
    open_, shown = len(now.waiting.open), len(now.ids)
    wait = f"{counted(open_, 'image')} {'waits' if open_ == 1 else 'wait'} for your decision"
    if open_ <= shown:
        return f"{wait}."
    return (
        f"{wait}; these are the first {shown}, the others follow. "
        "Or choose all of them on the page, export the decisions, and name that file below."
    )


def legend(waiting: Waiting, ids: Sequence[str]) -> list[str]:
    """Each number: what it is, what it costs to make again, and why there is no image."""
    cells, copied = {cell.cell_id: cell for cell in waiting.cells}, of_copies(waiting.cells)
    found = ((number, cells.get(cell_id)) for number, cell_id in enumerate(ids, start=1))
    told = ((n, line_of(waiting, cell, name_of(cell, copied)) if cell is not None else GONE) for n, cell in found)
    return [f"**{number}** {line}  " for number, line in told]  # a list's own numbers lose a digit in Prefect's form


def line_of(waiting: Waiting, cell: Cell, name: str) -> str:
    """Such as `Mug, hero, take 2; again: $0.08`, and what somebody else has decided meanwhile."""
    outcome = waiting.outcomes[cell.cell_id]
    take = f", take {cell.take}" if cell.take > 1 else ""
    take += f" (decided by now: {cell.review.told()})" if cell.review is not None else ""
    again = f"; again: {usd(cell.price_usd)}" if not waiting.is_sandbox else ""
    if cell.cell_id in waiting.pictured:
        return f"{as_text(name + take)}{as_text(again)}"
    why = f": {shortened(outcome.error, REASON_CHARS)}" if outcome.error else ""
    prompt = shortened(title_of(cell.request.prompt), PROMPT_CHARS)
    return as_text(f"{name}{take}, no image, {outcome.status}{why} Its prompt: {prompt}{again}")
