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
TO_MEND: Final = "Nothing of the last form was taken in. Mend this below; all is as you wrote it:"


class Round(NamedTuple):
    """What there is to be shown."""

    waiting: Waiting
    said: Sequence[str] = ()
    """What became of the last form, and of what it asked for."""
    faults: Sequence[Fault] = ()
    """What is wrong in it."""

    @property
    def shown(self) -> Sequence[Cell]:
        """What is on the picture, in the order of the numbers."""
        return self.waiting.open[:NUMBERED_MAX]


def round_text(now: Round, page: str, picture: bytes) -> str:
    """The whole of it; `page` is where the campaign's page lies."""
    waiting, shown = now.waiting, now.shown
    lines = [f"# {as_text(waiting.title)}", "", *mended(now.faults)]
    for said in now.said:
        lines += [as_text(said), ""]
    lines += [f"**{waits(waiting, len(shown))}**", ""]
    lines += [f"![The images by their numbers](data:image/webp;base64,{b64encode(picture).decode()})", ""]
    lines += [*legend(waiting, shown), "", f"Larger, with prompts and all sizes: {link(page)}"]
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


def waits(waiting: Waiting, shown: int) -> str:
    """How many wait, and how many of them are shown."""
    open_ = len(waiting.open)
    wait = f"{counted(open_, 'image')} {'waits' if open_ == 1 else 'wait'} for your decision"
    if open_ == shown:
        return f"{wait}."
    return (
        f"{wait}; these are the first {shown}, the others follow. "
        "Or choose all of them on the page, export the decisions, and name that file below."
    )


def legend(waiting: Waiting, shown: Sequence[Cell]) -> list[str]:
    """Each number: what it is, what it costs to make again, and why there is no image."""
    copied = of_copies(waiting.cells)
    named = ((number, line_of(waiting, cell, name_of(cell, copied))) for number, cell in enumerate(shown, start=1))
    return [f"**{number}** {line}  " for number, line in named]  # a list's own numbers lose a digit in Prefect's form


def line_of(waiting: Waiting, cell: Cell, name: str) -> str:
    """Such as `Mug, hero, take 2; again: $0.08`."""
    outcome = waiting.outcomes[cell.cell_id]
    take = f", take {cell.take}" if cell.take > 1 else ""
    again = f"; again: {usd(cell.price_usd)}" if not waiting.is_sandbox else ""
    if cell.cell_id in waiting.pictured:
        return f"{as_text(name + take)}{as_text(again)}"
    why = f": {shortened(outcome.error, REASON_CHARS)}" if outcome.error else ""
    prompt = shortened(title_of(cell.request.prompt), PROMPT_CHARS)
    return as_text(f"{name}{take}, no image, {outcome.status}{why} Its prompt: {prompt}{again}")
