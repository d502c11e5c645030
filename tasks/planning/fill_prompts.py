"""Fills the templates of rows, formats and options: a row in a format becomes the texts that are sent for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

from tasks.planning.faults import Faults
from tasks.planning.parse_matrix import Columns, ParsedRow
from tasks.planning.template_names import Names, Placed, RowValues, Unfit
from tasks.records.campaign import Campaign
from tasks.records.models import Offer
from tasks.records.vocabulary import PROMPT_MAX_CHARS
from tasks.tables.columns import TEMPLATE_OF
from tasks.tables.fill_template import EmptyGap, Filled, fill
from tasks.tables.template import Gap, Template, parse_template

_KEPT: Final = 4096
NO_ROW: Final = ParsedRow("", 0, {}, {})


@dataclass
class Prompts:
    """Fills templates, and knows what came of them."""

    faults: Faults
    given: Mapping[str, str]
    """The options' templates, by what is made of them."""
    names: Names = field(default_factory=lambda: Names(Columns({}, {}), {}))
    images: int = 0
    """Those whose prompt was filled in."""
    longest: tuple[str, int, str] = ("", 0, "")
    """The longest prompt, its row and its format."""
    named: set[str] = field(default_factory=set)
    """The columns of metadata that templates name."""
    left_out: dict[str, None] = field(default_factory=dict)
    """The models that take no negative prompt, of rows that an option has one for."""
    _used: tuple[str, ...] = ()
    """What templates may be there for."""
    _texts: set[int] = field(default_factory=set)
    _options: ParsedRow = NO_ROW
    """The templates of options, as if a row had them."""
    _values: RowValues = field(default_factory=lambda: RowValues(Names(Columns({}, {}), {}), NO_ROW))
    _bound: dict[str, Template | str] = field(default_factory=dict)
    """Templates whose names are known, or what is wrong with them, by their texts."""

    @classmethod
    def of(cls, campaign: Campaign, faults: Faults) -> "Prompts":
        """Those of a campaign, whose options may have templates."""
        given = {"prompt": campaign.template, "negative_prompt": campaign.negative_template}
        return cls(faults, {sent: text.strip() for sent, text in given.items() if text and text.strip()})

    @property
    def has_any(self) -> bool:
        """Whether any row may be made of a template."""
        return bool(self._used)

    @property
    def different(self) -> int:
        """How many prompts that were filled in differ."""
        return len(self._texts)

    def begin(self, columns: Columns, formats: Sequence[ParsedRow]) -> None:
        """Know which names there are; what options and formats ask for is checked, whether or not a row uses it."""
        self.names = Names.of(columns, formats)
        own = formats[0].places if formats else {}
        has = {*columns.known, *own}
        self._used = tuple(sent for sent, template in TEMPLATE_OF.items() if sent in self.given or template in has)
        own_templates = {TEMPLATE_OF[sent]: text for sent, text in self.given.items()}
        self._options = ParsedRow("", 0, own_templates, {})
        for level in (self._options, *formats):
            for sent in self._used:
                if TEMPLATE_OF[sent] in level.wishes:
                    self._checked(self._placed(sent, level, is_format=True))

    def filled(self, row: ParsedRow, one: ParsedRow, crossed: ParsedRow, offer: Offer) -> Iterator[ParsedRow]:
        """`row` in the format `one`, as `crossed`, with its prompts filled in: once for each alternative.

        None where something is wrong, which is noted. `offer`: of its model.
        """
        made: dict[str, Filled] = {}
        for sent in self._used:
            level = self._level(sent, row, one, offer)
            if level is None:
                continue
            filled = self._filled(sent, level, row, one)
            if filled is None:
                return
            made[sent] = filled
        if made:
            yield from self._each(made, row, crossed)
        else:
            yield crossed

    def _each(self, made: Mapping[str, Filled], row: ParsedRow, crossed: ParsedRow) -> Iterator[ParsedRow]:
        source, number, wishes, metadata, texts, places = crossed
        for found in product(*(filled.texts() for filled in made.values())):
            sent, told = {**wishes}, metadata
            for column, (text, chosen) in zip(made, found, strict=True):
                if problem := _unfit(text):
                    self.faults.add(row.source, problem, row.number, TEMPLATE_OF[column], text)
                    return
                sent[column] = text
                if chosen:
                    told = told | (chosen if column == "prompt" else _of_negatives(chosen))
            if "prompt" in made:
                self._remember(sent, row)
            yield ParsedRow(source, number, sent, told, texts, places)

    def _remember(self, wishes: Mapping[str, Any], row: ParsedRow) -> None:
        prompt = wishes["prompt"]
        self.images += wishes.get("num_images", 1)
        self._texts.add(hash(prompt))
        if len(prompt) > len(self.longest[0]):
            self.longest = prompt, row.number, wishes.get("format", "")

    def _level(self, sent: str, row: ParsedRow, one: ParsedRow, offer: Offer) -> ParsedRow | None:
        """Who has the template that a text is made of; None where a text is given, or nothing is."""
        template = TEMPLATE_OF[sent]
        for level in (row, one):
            if sent in level.wishes:
                return None
            if template in level.wishes:
                return level
        if sent not in self.given:
            return None
        if sent != "prompt" and sent not in offer.takes:
            self.left_out.setdefault(offer.model)
            return None
        return self._options

    def _placed(self, sent: str, level: ParsedRow, *, is_format: bool) -> Placed:
        template = TEMPLATE_OF[sent]
        if level is self._options:
            return Placed(self.given[sent], f"--{template.replace('_', '-')}")
        name = str(level.wishes.get("format", "")) if is_format else ""
        return Placed(level.wishes[template], level.source, level.number, template, name)

    def _checked(self, placed: Placed) -> Template | None:
        """The template, if it is one, and names what there is; else that is noted."""
        found = self._bound.get(placed.text)
        if found is None:
            try:
                found = parse_template(placed.text)
                self.names.check(found)
                self.named.update(self.names.titles(found))
            except ValueError as error:
                found = str(error)
            if len(self._bound) >= _KEPT:
                self._bound.clear()
            self._bound[placed.text] = found
        if isinstance(found, str):
            self.faults.add(placed.source, found, placed.row, placed.column, placed.text)
            return None
        return found

    def _filled(self, sent: str, level: ParsedRow, row: ParsedRow, one: ParsedRow) -> Filled | None:
        template = self._bound.get(level.wishes[TEMPLATE_OF[sent]])
        if not isinstance(template, Template):
            template = self._checked(self._placed(sent, level, is_format=level is one))
            if template is None:
                return None
        if row is not self._values.row:
            self._values = RowValues(self.names, row)
        self._values.one = one
        try:
            return fill(template, self._values)
        except EmptyGap:
            for name in dict.fromkeys(gap.name for gap in template.pieces if isinstance(gap, Gap)):
                if not self._values[name]:
                    self._add_empty(name, self._placed(sent, level, is_format=level is one), row, one)
        except Unfit as unfit:
            self.faults.add(unfit.level.source, str(unfit), unfit.level.number, unfit.column, unfit.text)
        return None

    def _add_empty(self, name: str, placed: Placed, row: ParsedRow, one: ParsedRow) -> None:
        level, column = self.names.where_empty(name, row, one)
        remedy = f"fill it in, or put what depends on it into an optional part, such as [ in {{{name}}}]"
        problem = f"is empty, and the {placed.title} names {{{name}}}; {remedy}"
        self.faults.add(level.source, problem, level.number, column)


def _of_negatives(chosen: Mapping[str, str]) -> dict[str, str]:
    return {f"negative_{name}": text for name, text in chosen.items()}


def _unfit(text: str) -> str:
    """Why a text is not to be sent; empty where it is."""
    if not text or text.isspace():
        return "comes to an empty text; let it hold words that no value can take away"
    if len(text) > PROMPT_MAX_CHARS:
        told = f"comes to {len(text):,} characters with the values of this row"
        return f"{told}; use {PROMPT_MAX_CHARS:,} at most"
    return ""
