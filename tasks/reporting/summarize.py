"""What a campaign would make, and what it came to: told once, for the terminal, Prefect's UI and people alike."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from tasks.errors import CampaignStopped
from tasks.planning.variant_notes import KEPT_HEADER, KEPT_TITLE, ROWS_SHOWN, crop_notes, cuts_by, kept_rows
from tasks.records.campaign import Campaign
from tasks.records.cell import Cell
from tasks.records.fault import shortened
from tasks.records.money import counted, priced, usd
from tasks.records.outcome import STATUSES, Outcome, Status, of_each
from tasks.records.plan import Plan
from tasks.records.plan_group import Left, PlanGroup
from tasks.records.result import CampaignResult
from tasks.records.verdicts import Verdicts
from tasks.reporting.endings import came_to, next_steps, review_step
from tasks.reporting.name_cells import called_by_the_api, of_copies, whole_format, whose
from tasks.storage.public_address import public_folder

TROUBLES_TOLD: Final = 5
TROUBLES_SHOWN: Final = 50
PROMPT_SHOWN_CHARS: Final = 70
PLACE: Final = ("format", "model", "quality", "aspect")
LOOKED_AT: Final = frozenset[Status]({"failed", "blocked", "unknown"})
"""How cells end that somebody must look at."""


NOTHING_LEFT: Final = {"cells": 0, "cost_usd": Decimal(0)}


class ShownTable(NamedTuple):
    """Rows of plain texts, under a title."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str = ""
    """What is said of rows that are not shown."""


class Summary(NamedTuple):
    """Plain texts: each place that shows them escapes what means more to it."""

    title: str
    said: str
    """In a line."""
    notes: tuple[tuple[str, str], ...] = ()
    """Each behind a word or two that say what it is."""
    tables: tuple[ShownTable, ...] = ()
    folder: str | None = None
    """Where page and manifest lie, if they do."""
    public_url: str | None = None
    """The web address of that folder."""


def of_plan(plan: Plan) -> Summary:
    """Everything to know before paying."""
    cells = [(str(c.row), c.cell_id, shortened(c.request.prompt, PROMPT_SHOWN_CHARS)) for c in plan.cells]
    shown = "Every image" if len(cells) == plan.cell_count else f"The first {len(cells):,} of {plan.cell_count:,}"
    tables = (
        groups_of(plan),
        *kept_of(kept_rows(cuts_by(plan.variants, plan.drawn))),
        ShownTable(shown, ("row", "cell", "prompt"), tuple(cells)),
    )
    return Summary(
        plan.campaign.title, headline(plan), tuple(("Note", note) for note in (*plan.notes, *advice_of(plan))), tables
    )


def groups_of(plan: Plan) -> ShownTable:
    """The images by format, and what is left of each to be paid."""
    if plan.left is None:
        rows = [(*place_of(g), f"{g.cells:,}", usd(g.cost_usd)) for g in plan.groups]
        return ShownTable("What would be made", (*PLACE, "images", "cost"), tuple(rows))
    left = {place_of(g): g for g in plan.left.groups}
    pairs = [(g, left.get(place_of(g), g.model_copy(update=NOTHING_LEFT))) for g in plan.groups]
    shown = [(*place_of(g), f"{g.cells:,}", f"{n.cells:,}", usd(n.cost_usd)) for g, n in pairs]
    return ShownTable("What is planned", (*PLACE, "images", "to pay", "cost"), tuple(shown))


def place_of(group: PlanGroup) -> tuple[str, ...]:
    """What makes the images of a group alike, as people read it."""
    quality = (group.quality or "-").replace("_", " ")
    return group.format or "-", group.model, f"{quality}, {group.beside}" if group.beside else quality, group.aspect


def advice_of(plan: Plan) -> tuple[str, ...]:
    """What would keep more of the pictures, in a sentence, where a variant keeps little."""
    return tuple(crop_notes(plan.variants, plan.drawn))


def kept_of(rows: Sequence[tuple[str, ...]]) -> list[ShownTable]:
    """What is drawn, and what each variant keeps of it."""
    more = f"And {len(rows) - ROWS_SHOWN:,} more." if len(rows) > ROWS_SHOWN else ""
    heads = [(), *(row[:3] for row in rows)]
    told = [("", "", "", *row[3:]) if row[:3] == before else row for row, before in zip(rows, heads, strict=False)]
    return [ShownTable(KEPT_TITLE, KEPT_HEADER, tuple(told[:ROWS_SHOWN]), more)] if rows else []


def headline(plan: Plan) -> str:
    """Such as `2 rows, 6 images, $0.48 at prices of 2026-11-22, 8 s to 15 s at 10 in flight`.

    Where some are made already, what is to be paid comes first, and times are those of the rest.
    """
    of = plan.left or plan
    made, most_usd = (of.made, of.most_usd) if isinstance(of, Left) else (0, plan.cost_usd)
    said = f"{counted(plan.row_count, 'row')}, {priced(plan.cell_count, plan.cost_usd, made, of.cost_usd, most_usd)}"
    said += f" at prices of {plan.prices_read_on}"
    if not of.cost_usd:
        return said
    spread = f"{clock(of.duration_min_s)} to {clock(of.duration_max_s)}"
    return f"{said}, {spread} at {plan.campaign.max_in_flight} in flight"


def clock(seconds: float) -> str:
    """Such as `45 s`, `12 min`, `3 h 20 min`."""
    if seconds < 100:  # noqa: PLR2004  short enough to say in seconds
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def of_result(result: CampaignResult, cells: Sequence[Cell], outcomes: Mapping[str, Outcome]) -> Summary:
    """Counts, cost, where the files are, and the cells that somebody must look at."""
    ended = troubled(cells, outcomes)
    reasons = (f"{why(outcome, result.stopped_because)}{called_by_the_api([outcome])}" for _, outcome in ended)
    shown = ended[:TROUBLES_SHOWN]
    rows = [(str(c.row), c.product, whole_format(c), str(c.copy_number), o.status, next(reasons)) for c, o in shown]
    more = f"And {len(ended) - len(rows):,} more: see the manifest." if len(ended) > len(rows) else ""
    header = ("row", "product", "format", "copy", "status", "why")
    tables = (
        ShownTable("Needs a look", header, tuple(rows), more),
        ShownTable("What to do next", ("status", "next"), (*next_steps(result), *review_step(result))),
    )
    notes = [("Stopped early", result.stopped_because)] if result.stopped_because is not None else []
    notes += [("Not stored", kept) for kept in result.kept]
    notes += [("Still drawn", left) for left in result.left_apart]
    folder = result.folder if result.is_published else None
    told = tuple(table for table in tables if table.rows)
    return Summary(result.name, came_to(result), tuple(notes), told, folder, result.public_url)


def troubled(
    cells: Sequence[Cell], outcomes: Mapping[str, Outcome], statuses: Collection[Status] = LOOKED_AT
) -> list[tuple[Cell, Outcome]]:
    """The cells that ended so, in matrix order, less those that somebody has decided to do without."""
    ended_so = ((cell, outcome) for cell, outcome in of_each(cells, outcomes) if outcome.status in statuses)
    return [(cell, outcome) for cell, outcome in ended_so if not cell.is_rejected]


def why(outcome: Outcome, stopped_because: str | None) -> str:
    """Why a cell came to no image, without what the campaign was stopped for: that is told once."""
    error = outcome.error or ""
    if not stopped_because or not error.endswith(stopped_because):
        return error
    return error.removesuffix(stopped_because).rstrip(": ") or "as the campaign was stopped"


def sum_up(  # noqa: PLR0913  all that is told of a campaign
    campaign: Campaign,
    folder: str,
    cells: Sequence[Cell],
    outcomes: Mapping[str, Outcome],
    *,
    cost_usd: Decimal,
    spent_usd: Decimal = Decimal(0),
    stopped_by: CampaignStopped | None = None,
) -> CampaignResult:
    """The campaign as it stands; cells that were never started are `pending`. `spent_usd`: of the cost, in this run."""
    counts = Counter(outcome.status for _, outcome in of_each(cells, outcomes))
    stopped_because = str(stopped_by) if stopped_by else None
    reasons: dict[tuple[Status, str], list[Cell]] = {}
    for cell, outcome in troubled(cells, outcomes):
        reasons.setdefault((outcome.status, why(outcome, stopped_because)), []).append(cell)

    def asked(alike: list[Cell]) -> str:
        return called_by_the_api(outcomes[cell.cell_id] for cell in alike)

    told, copied = list(reasons.items())[:TROUBLES_TOLD], of_copies(cells)
    return CampaignResult(
        name=campaign.title,
        folder=folder,
        public_url=public_folder(folder),
        cells=len(cells),
        by_status={status: counts[status] for status in STATUSES if counts[status]},
        left_out=Counter(o.status for c, o in of_each(cells, outcomes) if o.status in LOOKED_AT and c.is_rejected),
        approval=Verdicts.of(cells, outcomes) if campaign.hold else None,
        cost_usd=cost_usd,
        spent_usd=spent_usd,
        troubles=tuple(f"{whose(alike, copied)}: {how}: {reason}{asked(alike)}" for (how, reason), alike in told),
        more_troubled=sum(map(len, reasons.values())) - sum(len(alike) for _, alike in told),
        stopped_because=stopped_because,
        is_sandbox=campaign.sandbox,
    )
