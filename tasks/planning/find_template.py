"""Which template a text is made of: the row's, its format's, or one of the whole campaign."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tasks.planning.faults import Faults
from tasks.planning.parsed_row import Family, ParsedRow
from tasks.planning.read_header import Columns
from tasks.planning.template_names import NO_NAMES, Names, Placed
from tasks.records.models import Offer
from tasks.tables.columns import TEMPLATE_OF
from tasks.tables.template import Template, parse_template

NO_ROW: Final = ParsedRow("", 0, {}, {})
_KEPT: Final = 4096


@dataclass
class Templates:
    """The templates of a campaign, each of which is looked at once."""

    faults: Faults
    shared: Sequence[ParsedRow] = ()
    """Those of the whole campaign, as if rows had them: the brand kit's, then those of the options."""
    names: Names = NO_NAMES
    used: tuple[str, ...] = ()
    """What there may be templates for."""
    named: set[str] = field(default_factory=set)
    """The columns of metadata that they name."""
    left_out: dict[str, None] = field(default_factory=dict)
    """The models that take no negative prompt, of rows that one of the whole campaign is for."""
    _bound: dict[str, Template | str] = field(default_factory=dict)
    """Those whose names are known, or what is wrong with them, by their texts."""

    def begin(
        self, columns: Columns, formats: Sequence[ParsedRow], translated: Sequence[tuple[Family, bool]] = ()
    ) -> None:
        """Know which names there are; what options and formats ask for is checked, whether or not a row uses it."""
        self.names = Names.of(columns, formats, translated)
        has = {*columns.known, *(formats[0].places if formats else ()), *(family.name for family, _ in translated)}
        has = has.union(*(one.wishes for one in self.shared))
        self.used = tuple(sent for sent, template in TEMPLATE_OF.items() if template in has)
        for level in (*self.shared, *formats):
            for sent in self.used:
                if TEMPLATE_OF[sent] in level.wishes:
                    self.template_of(sent, level, is_format=True)

    def level_of(self, sent: str, row: ParsedRow, one: ParsedRow, offer: Offer) -> ParsedRow | None:
        """Who has the template that a text is made of; None where a text is given, or nothing is."""
        template = TEMPLATE_OF[sent]
        for level in (row, one):
            if sent in level.wishes:
                return None
            if template in level.wishes:
                return level
        level = next((each for each in self.shared if template in each.wishes), NO_ROW)
        if level is NO_ROW:
            return None
        if sent != "prompt" and sent not in offer.takes:
            self.left_out.setdefault(offer.model)
            return None
        return level

    def placed(self, sent: str, level: ParsedRow, *, is_format: bool) -> Placed:
        """The template of a row, a format or the options, and where it was written."""
        template = TEMPLATE_OF[sent]
        text = level.wishes[template]
        if not level.source:
            return Placed(text, f"--{template.replace('_', '-')}")
        if level in self.shared:
            return Placed(text, level.source, None, template)
        name = str(level.wishes.get("format", "")) if is_format else ""
        return Placed(text, level.source, level.number, level.title(template), name)

    def template_of(self, sent: str, level: ParsedRow, *, is_format: bool) -> Template | None:
        """The same, if it is one, and names what there is; else that is noted."""
        text = level.wishes[TEMPLATE_OF[sent]]
        found = self._bound.get(text)
        if found is None:
            found = self._look_at(text)
        if isinstance(found, str):
            placed = self.placed(sent, level, is_format=is_format)
            self.faults.add(placed.source, found, placed.row, placed.column, text)
            return None
        return found

    def _look_at(self, text: str) -> Template | str:
        found: Template | str
        try:
            found = parse_template(text)
            self.names.check(found)
            self.named.update(self.names.titles(found))
        except ValueError as error:
            found = str(error)
        if len(self._bound) >= _KEPT:
            self._bound.clear()
        self._bound[text] = found
        return found
