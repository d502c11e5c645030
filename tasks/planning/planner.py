"""Takes the rows of a matrix apart into images that are checked, identified and priced."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tasks.images.sources import with_sources
from tasks.planning.apply_brand import Branding, read_kit, with_pictures
from tasks.planning.brand_kit import NO_KIT, BrandKit
from tasks.planning.called_hosts import hosts_of
from tasks.planning.campaign_labels import CampaignLabels
from tasks.planning.cross_formats import add_leftovers, campaign_formats, names_of
from tasks.planning.equal_rows import Duplicates
from tasks.planning.faults import Faults
from tasks.planning.fill_prompts import Prompts
from tasks.planning.identify_cells import Copies, readable_slug, shortest_id
from tasks.planning.in_language import Speech
from tasks.planning.parse_matrix import parse_rows
from tasks.planning.parsed_row import ParsedRow
from tasks.planning.plan_notes import column_notes, prompt_notes, repeat_notes
from tasks.planning.price_cells import Bill
from tasks.planning.prices import priced, read_prices
from tasks.planning.read_header import read_header
from tasks.planning.reference_rules import typed_references
from tasks.planning.references import References
from tasks.planning.request_rules import build_request
from tasks.planning.row_in_format import InFormat
from tasks.planning.rows_in_formats import RowsInFormats
from tasks.planning.variant_notes import variant_notes
from tasks.records.campaign import Campaign
from tasks.records.cell import Cell, with_own_ids
from tasks.records.plan import Plan
from tasks.records.reference import REFERENCE_COLUMNS
from tasks.records.request import GenerationRequest
from tasks.records.slug import is_device
from tasks.records.variant import DEFAULT_VARIANTS
from tasks.tables.open_table import Fetch
from tasks.tables.tables import Table
from tasks.tables.web_copy import fetched


@dataclass
class Planner:
    """Takes rows apart into images, and remembers what the plan says about them all."""

    campaign: Campaign
    fetch: Fetch = fetched
    faults: Faults = field(default_factory=Faults)
    bill: Bill = field(default_factory=lambda: Bill(read_prices()))
    copies: Copies = field(default_factory=Copies)
    rows: int = 0
    repeats: int = 0
    first_repeat: int = 0
    """The row of the first image that was asked for before."""
    called: set[str] = field(default_factory=set)
    """The hosts of callback URLs that rows name."""
    notes: list[str] = field(default_factory=list)
    kit: BrandKit = NO_KIT

    @cached_property
    def references(self) -> References:
        """The pictures that its rows name."""
        return References(self.faults)

    @cached_property
    def prompts(self) -> Prompts:
        """Those that templates make."""
        return Prompts.of(self.campaign, self.kit, self.faults)

    @cached_property
    def labels(self) -> CampaignLabels:
        """Those that are drawn on its variants."""
        return CampaignLabels.of(self.campaign, self.kit, self.faults)

    @cached_property
    def crossed(self) -> RowsInFormats:
        """Its rows in their formats."""
        speech = Speech(self.faults, self.campaign.languages, self.campaign.language_fallback)
        return RowsInFormats(self.campaign, self.faults, self.prompts, Branding(self.kit, self.faults), speech)

    def read_brand(self) -> None:
        """Read the brand kit, if there is one. Raises InputInvalid where it cannot be read, or holds faults."""
        kit = read_kit(self.campaign, self.fetch)
        self.kit = with_pictures(kit, self.references, self.campaign.brand or self.campaign.matrix)
        kits = {"variants": self.kit.variants, "languages": self.kit.languages}
        unsaid = {name: value for name, value in kits.items() if not getattr(self.campaign, name)}
        self.campaign = self.campaign.model_copy(update=unsaid)

    def read_formats(self) -> None:
        """Read the formats, if there are any. Raises InputInvalid where their table cannot be read."""
        if not self.campaign.slug:
            problem = "has no letter or digit to name a folder with; choose another name"
            self.faults.add("--name", problem, value=self.campaign.title)
        elif is_device(self.campaign.slug) or is_device(self.campaign.title):
            problem = "cannot name a folder: Windows keeps it for a device; choose another name with --name"
            self.faults.add("--name", problem, value=self.campaign.title)
        formats, notes = campaign_formats(self.campaign, self.faults, self.fetch)
        table = self.campaign.formats or self.campaign.matrix
        self.crossed.formats = [self.references.found_in(self.labels.looked_at(row), table) for row in formats]
        self.notes += notes

    def wanted_images(self, table: Table) -> Iterator[tuple[ParsedRow, GenerationRequest, int]]:
        """Each image in matrix order: its row as it is in its format, its request, and its place in the row from 0."""
        count = self.faults.count
        columns = read_header(table, self.faults, names_of(self.crossed.formats))
        speech = self.crossed.speech
        speech.begin(table.source, columns, self.crossed.formats)
        self.prompts.begin(columns, self.crossed.formats, tuple(speech.families))
        has_none = {*columns.known, *(family.name for family in speech.of_matrix)}.isdisjoint({"product", "prompt"})
        if has_none and not self.prompts.has_any:
            names = ", ".join(table.header)
            problem = f"has neither a column 'product' nor a column 'prompt'; it needs one of them, and has {names}"
            self.faults.add(table.source, problem)
            return
        add_leftovers(self.crossed.formats, columns.names, self.faults)
        duplicates = Duplicates(table.source)
        rows = parse_rows(table, columns, self.faults, duplicates)
        if not columns.known.keys().isdisjoint(REFERENCE_COLUMNS):
            rows = self.references.found_in_each(rows, self.campaign.matrix)
        for row in rows:
            self.rows += 1
            for one in self.crossed.of(self.labels.looked_at(row)):
                yield from self._images_in(one)
        if not self.rows and self.faults.count == count:
            self.faults.add(table.source, "has no rows below its header")
        speech.end(self.prompts.templates.names.used)
        if self.faults.count == count:
            self.prompts.alternatives.check(self.bill.images(), self.bill.cost_usd(), self.faults)
            if not self.prompts.alternatives.are_too_many:
                self.crossed.spoken.check(self.bill.images(), self.campaign.max_images, self.faults)
        of_columns = column_notes(columns, {*self.prompts.templates.named, *speech.titles})
        self.notes += [*table.notes, *duplicates.notes(), *columns.notes(table.source), *of_columns]

    def _images_in(self, in_one: InFormat) -> Iterator[tuple[ParsedRow, GenerationRequest, int]]:
        wishes = in_one.wanted.wishes
        copies = wishes.get("num_images", 1)
        for nth in range(copies):
            request = build_request(wishes, in_one.model, nth)
            if not nth and (in_one.alternatives > 1 or len(in_one.languages) > 1):
                self.crossed.multiply(in_one, copies, self.bill.prices[priced(request)].usd_per_image)
            yield in_one.wanted, request, nth

    def count(self, row: ParsedRow, request: GenerationRequest, sha256: str, nth: int) -> int:
        """Count and price one image; returns how often its request has been asked for, this time included."""
        self.called |= hosts_of(row.wishes.get("callback_url", ""))
        self.bill.add(row.wishes.get("format", ""), priced(request), request.aspect_text())
        copy_number = self.copies.next_copy(sha256)
        if copy_number > (1 if request.seed is not None else nth + 1):
            self.repeats += 1
            self.first_repeat = self.first_repeat or row.number
        return copy_number

    def cell(self, row: ParsedRow, request: GenerationRequest, sha256: str, copy_number: int) -> Cell:
        """The cell of an image that was counted, under its shortest id, which another may have as well."""
        product, format_name = row.wishes.get("product", ""), row.wishes.get("format", "")
        languages = row.wishes.get("languages", ())
        return Cell(
            cell_id=shortest_id(readable_slug(product or request.prompt, format_name, languages), sha256, copy_number),
            languages=languages,
            row=row.number,
            product=product,
            format=format_name,
            copy_number=copy_number,
            request=request,
            request_sha256=sha256,
            price_usd=self.bill.prices[priced(request)].usd_per_image,
            callback_url=row.wishes.get("callback_url", self.campaign.callback_url),
            focus=row.wishes.get("focus"),
            label=row.wishes.get("label"),
            credit=self.kit.credit,
            brand=self.kit.stamp,
            metadata=row.metadata | typed_references(row.wishes),
        )

    def plan(self, cells: tuple[Cell, ...]) -> Plan:
        """What was planned, once every image has been counted."""
        groups = self.bill.groups()
        slots = self.campaign.max_in_flight
        of_images = (*self.crossed.notes(), *repeat_notes(self.repeats, self.first_repeat))
        of_variants = (*variant_notes(self.campaign), *self.labels.notes())
        notes = [*self.notes, *prompt_notes(self.prompts), *of_images, *of_variants]
        return Plan(
            campaign=self.campaign,
            cells=with_sources(with_own_ids(cells, held={})),
            row_count=self.rows,
            cell_count=sum(group.cells for group in groups),
            groups=groups,
            variants=self.campaign.variants or DEFAULT_VARIANTS,
            drawn=tuple(self.crossed.drawn),
            sizes=self.crossed.sizes.chosen,
            notes=tuple(dict.fromkeys(notes)),
            references=self.references.listed(),
            label=self.labels.asked.style,
            label_files=self.labels.asked.sources,
            cost_usd=self.bill.cost_usd(),
            prices_read_on=self.bill.prices_read_on(),
            duration_min_s=self.bill.duration_min_s(slots),
            duration_max_s=self.bill.duration_max_s(slots),
        )
