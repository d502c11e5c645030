"""The plan: a matrix crossed with its formats becomes cells, checked, identified and priced before anything is paid."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from slugify import slugify

from tasks.clients.prices import read_prices
from tasks.clients.tables import Table, open_table
from tasks.models.campaign import Campaign, Plan, PlanGroup, Price
from tasks.models.cell import Cell, cell_digest
from tasks.models.request import GenerationRequest
from tasks.models.request_rules import build_request, chosen_model, misfits
from tasks.models.vocabulary import Model
from tasks.parse_matrix import Duplicates, Faults, ParsedRow, parse_rows, read_header

CELLS_SHOWN: Final = 10
PRODUCT_SLUG_MAX_CHARS: Final = 40
FORMAT_SLUG_MAX_CHARS: Final = 24
NO_FORMAT: Final = ParsedRow(0, {}, {})


def plan_campaign(campaign: Campaign, *, look: bool = False) -> Plan:
    """The plan of `campaign`; with `look` it keeps the first cells only, so that its memory does not grow with them.

    Raises InputInvalid with every fault of the matrix and the formats, by file, row and column.
    """
    faults = Faults()
    if not campaign.slug:
        faults.add("name", "has no letter or digit to name a folder with", value=campaign.title)
    formats = read_formats(campaign, faults) if campaign.formats else []
    planner = Planner(campaign, formats, read_prices(), faults)
    cells: list[Cell] = []
    with ExitStack() as stack:
        table = stack.enter_context(open_table(campaign.matrix, campaign.encoding))
        for cell in planner.cells(table):
            if not look or len(cells) < CELLS_SHOWN:
                cells.append(cell)
    return planner.plan(cells)


def read_formats(campaign: Campaign, faults: Faults) -> list[ParsedRow]:
    """The second axis: each with a name of its own."""
    duplicates = Duplicates()
    with open_table(campaign.formats or "", campaign.encoding) as table:
        columns = read_header(table, faults)
        if not columns.has("format"):
            faults.add(
                table.source, "has no column 'format'; it needs one, beside aspect_ratio, style_type and the like"
            )
        rows = list(parse_rows(table, columns, faults, duplicates))
        names = Counter(row.wishes.get("format") for row in rows)
        for row in rows:
            name = row.wishes.get("format")
            if columns.has("format") and name is None:
                faults.add(table.source, "is empty; every format needs a name", row.number, "format")
            elif name is not None and names[name] > 1:
                faults.add(
                    table.source, "names more than one format; give each a name of its own", row.number, "format", name
                )
    if not rows:
        faults.add(campaign.formats or "", "has no formats below its header")
    return rows


@dataclass
class Planner:
    """Makes cells of rows, one at a time, and remembers what the plan says about them all."""

    campaign: Campaign
    formats: list[ParsedRow]
    prices: Mapping[Model, Price]
    faults: Faults
    duplicates: Duplicates = field(default_factory=Duplicates)
    rows: int = 0
    groups: Counter[tuple[str, Model, str]] = field(default_factory=Counter)
    _copies: Counter[bytes] = field(default_factory=Counter)
    _cell_ids: set[str] = field(default_factory=set)
    _has_visibility: bool = False

    def cells(self, table: Table) -> Iterator[Cell]:
        """Every cell in matrix order. Raises InputInvalid after the last row if there were faults."""
        columns = read_header(table, self.faults)
        if not columns.has("product", "prompt"):
            self.faults.add(table.source, "has neither a column 'product' nor a column 'prompt'; it needs one of them")
            self.faults.raise_if_any()
        for row in parse_rows(table, columns, self.faults, self.duplicates):
            self.rows += 1
            for wanted in self.crossed(table.source, row):
                yield from self.cells_of(table.source, wanted)
        if not self.rows:
            self.faults.add(table.source, "has no rows below its header")
        self.faults.raise_if_any()

    def crossed(self, source: str, row: ParsedRow) -> Iterator[ParsedRow]:
        """The row once a format; one that names a format is for that one. What the row says goes before the format."""
        formats = self.formats or [NO_FORMAT]
        name = row.wishes.get("format")
        if name is not None and self.formats:
            formats = [f for f in self.formats if f.wishes.get("format") == name]
            if not formats:
                known = ", ".join(str(f.wishes.get("format")) for f in self.formats)
                problem = f"is not in {self.campaign.formats}; use one of {known}, or leave it empty for all of them"
                self.faults.add(source, problem, row.number, "format", name)
        for one in formats:
            yield ParsedRow(row.number, over(one.wishes, row.wishes), one.metadata | row.metadata)

    def cells_of(self, source: str, row: ParsedRow) -> Iterator[Cell]:
        """The cells of one row and format: `num_images` of them."""
        model = chosen_model(row.wishes, self.campaign.model)
        found = list(misfits(row.wishes, model))
        for column, problem in found:
            value = row.wishes.get(column)
            self.faults.add(source, problem, row.number, column, plain(column, value))
        if found:
            return
        self._has_visibility |= "visibility" in row.wishes
        for copy in range(row.wishes.get("num_images", 1)):
            yield self.cell(row, build_request(row.wishes, model, copy))

    def cell(self, row: ParsedRow, request: GenerationRequest) -> Cell:
        """The cell of `request`, with an identity and a price."""
        sha256 = request.sha256()
        copies = bytes.fromhex(sha256[:32])
        self._copies[copies] += 1
        number = self._copies[copies]
        product = str(row.wishes.get("product", ""))
        format_name = str(row.wishes.get("format", ""))
        self.groups[format_name, request.model, aspect_of(request)] += 1
        return Cell(
            cell_id=self.free_id(readable_slug(product or request.prompt, format_name), cell_digest(sha256, number)),
            row=row.number,
            product=product,
            format=format_name,
            copy_number=number,
            request=request,
            request_sha256=sha256,
            price_usd=self.prices[request.model].usd_per_image,
            callback_url=row.wishes.get("callback_url"),
            metadata=row.metadata,
        )

    def free_id(self, slug: str, digest: str) -> str:
        """`slug` and the first 8 digits of `digest`; more of them where two different cells would share those."""
        cell_id = next(name for n in (8, 16, 64) if (name := f"{slug}-{digest[:n]}") not in self._cell_ids)
        self._cell_ids.add(cell_id)
        return cell_id

    def plan(self, cells: list[Cell]) -> Plan:
        """What was planned, once every cell has been asked for."""
        places = self.campaign.max_in_flight
        prices = self.prices
        models = Counter[Model]()
        for (_, model, _), count in self.groups.items():
            models[model] += count
        notes = (self.duplicates.note(self.campaign.matrix), VISIBILITY_NOTE if self._has_visibility else None)
        return Plan(
            campaign=self.campaign,
            cells=tuple(cells),
            row_count=self.rows,
            cell_count=models.total(),
            groups=tuple(
                PlanGroup(format=name, model=model, aspect=aspect, cells=n, cost_usd=n * prices[model].usd_per_image)
                for (name, model, aspect), n in self.groups.items()
            ),
            notes=tuple(note for note in notes if note),
            cost_usd=sum((n * prices[model].usd_per_image for model, n in models.items()), Decimal(0)),
            prices_read_on=max(prices[model].read_on for model in models),
            duration_min_s=duration_s({prices[model].latency_min_s: n for model, n in models.items()}, places),
            duration_max_s=duration_s({prices[model].latency_max_s: n for model, n in models.items()}, places),
        )


VISIBILITY_NOTE: Final = (
    "visibility is kept as a note only: the endpoint has no such field, so nothing was made public or private by it"
)


def over(format_wishes: Mapping[str, Any], row_wishes: Mapping[str, Any]) -> dict[str, Any]:
    """A row's wishes over a format's. Aspect ratio and resolution stand for one choice, so the row's displaces both."""
    wishes = {**format_wishes, **row_wishes}
    for mine, other in (("resolution", "aspect_ratio"), ("aspect_ratio", "resolution")):
        if mine in row_wishes and other not in row_wishes:
            wishes.pop(other, None)
    return wishes


def duration_s(latencies: Mapping[float, int], places: int) -> float:
    """The least seconds that so many images (latency in seconds -> count) can take at `places` in flight."""
    if not latencies:
        return 0.0
    work_s = sum(latency * count for latency, count in latencies.items())
    return max(*latencies, work_s / places)


def plain(column: str, value: Any) -> str | None:  # noqa: ANN401  one type a column
    """A parsed value as a person writes it."""
    if value is None:
        return None
    text = str(value)
    if column == "aspect_ratio":
        return text.removeprefix("ASPECT_").replace("_", ":")
    return text.removeprefix("RESOLUTION_").replace("_", "x") if column == "resolution" else text


def aspect_of(request: GenerationRequest) -> str:
    """The aspect ratio or the resolution asked for, such as `16:9` or `1344x704`."""
    return plain("resolution", request.resolution) or plain("aspect_ratio", request.aspect_ratio) or ""


@lru_cache(maxsize=4096)
def readable_slug(product: str, format_name: str) -> str:
    """Lower-case words of product and format, joined by dashes; `image` where neither has a letter or digit."""
    parts = (
        slugify(product, max_length=PRODUCT_SLUG_MAX_CHARS, word_boundary=True),
        slugify(format_name, max_length=FORMAT_SLUG_MAX_CHARS),
    )
    return "-".join(part for part in parts if part) or "image"
