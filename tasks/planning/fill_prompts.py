"""Fills the templates of rows, formats and options: a row in a format becomes the texts that are sent for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import product
from math import prod
from typing import Any, Final

from tasks.planning.alternatives import Alternatives
from tasks.planning.brand_kit import BrandKit
from tasks.planning.faults import Faults
from tasks.planning.find_template import Templates
from tasks.planning.in_language import untranslated
from tasks.planning.parsed_row import Family, ParsedRow
from tasks.planning.read_header import Columns
from tasks.planning.request_rules import prompt_of
from tasks.planning.row_values import RowValues
from tasks.planning.template_names import Placed, Unfit
from tasks.records.campaign import Campaign
from tasks.records.language import of_header
from tasks.records.models import Offer
from tasks.tables.columns import TEMPLATE_OF
from tasks.tables.fill_template import EmptyGap, Filled, fill, unfit
from tasks.tables.template import Gap

_ENDS: Final = ".!?…:;,"
_NEAR: Final = 0.8
"""How like a column has to be to one that is missing, to be meant by it."""


@dataclass
class Prompts:
    """Fills templates, and knows what came of them."""

    faults: Faults
    templates: Templates
    alternatives: Alternatives
    look: str = ""
    """What each prompt that a template makes ends with."""
    made: Mapping[str, Filled] = field(default_factory=dict)
    """What was filled in last."""
    images: int = 0
    """Those whose prompt was filled in."""
    longest: tuple[str, int, str] = ("", 0, "")
    """The longest prompt, its row and its format."""
    _texts: set[int] = field(default_factory=set)
    _levels: dict[str, tuple[ParsedRow, bool]] = field(default_factory=dict)
    """Whose templates made that, and whether it is the format's."""
    _values: dict[str, RowValues] = field(default_factory=dict)
    """Of the row at hand, by its languages."""

    @classmethod
    def of(cls, campaign: Campaign, kit: BrandKit, faults: Faults) -> "Prompts":
        """Those of a campaign, whose brand kit and whose options may have templates."""
        given = {"template": campaign.template, "negative_template": campaign.negative_template}
        own = {column: text.strip() for column, text in given.items() if text and text.strip()}
        kits = {column: kit.wishes[column] for column in given if column in kit.wishes}
        shared = (ParsedRow(kit.source, 0, kits, {}), ParsedRow("", 0, own, {}))
        return cls(faults, Templates(faults, shared), Alternatives(campaign.max_images), kit.look)

    @property
    def has_any(self) -> bool:
        """Whether any row may be made of a template."""
        return bool(self.templates.used)

    @property
    def different(self) -> int:
        """How many prompts that were filled in differ."""
        return len(self._texts)

    def begin(
        self, columns: Columns, formats: Sequence[ParsedRow], translated: Sequence[tuple[Family, bool]] = ()
    ) -> None:
        """Know which names there are; what options and formats ask for is checked, whether or not a row uses it."""
        self.templates.begin(columns, formats, translated)

    def filled(
        self, row: ParsedRow, one: ParsedRow, crossed: ParsedRow, offer: Offer, language: str = ""
    ) -> tuple[int, Iterable[ParsedRow]]:
        """How many alternatives `row` has in the format `one`, and `crossed` with the prompts of each.

        Of too many, the first one alone; none where something is wrong, which is noted. `offer`: of its model;
        `language`: in which row and format are.
        """
        self.made = made = dict[str, Filled]()
        texts: tuple[str, ...] = ()
        for sent in self.templates.used:
            level = self.templates.level_of(sent, row, one, offer)
            if level is None:
                continue
            filled = self._filled(sent, level, row, one, language)
            if filled is None:
                return 0, ()
            made[sent] = filled
            self._levels[sent] = level, level is one
            texts = (*texts, level.wishes[TEMPLATE_OF[sent]])
        if row.missing or one.missing:
            lacks = list(untranslated(row, one, made))
            for level, missing in lacks:
                self.faults.add(level.source, missing.problem, missing.row, missing.title)
            if lacks:
                return 0, ()
        if not made and not self.look:
            return 1, (crossed,)
        factor = prod(filled.alternatives() for filled in made.values())
        if factor > 1:
            self.alternatives.add(texts, factor, crossed.wishes.get("num_images", 1))
        return factor, self._each(made, factor, row, crossed)

    def _each(self, made: Mapping[str, Filled], factor: int, row: ParsedRow, crossed: ParsedRow) -> Iterator[ParsedRow]:
        source, number, wishes, metadata, texts, places, titles, missing = crossed
        if self.look and "prompt" not in made and "prompt" not in wishes and "product" in wishes:
            wishes = {**wishes, "prompt": self._with_look(prompt_of(wishes))}
        is_one = factor == 1 or self.alternatives.are_too_many
        ones = [filled.first() for filled in made.values()]
        for found in (ones,) if is_one else product(*(filled.texts() for filled in made.values())):
            sent, told = {**wishes}, metadata
            for column, (text, chosen) in zip(made, found, strict=True):
                sent[column] = self._with_look(text) if column == "prompt" else text
                if problem := unfit(sent[column]):
                    self._add_unfit(problem, column, sent[column], row)
                    return
                if chosen:
                    named = chosen if column == "prompt" else _of_negatives(chosen)
                    self.alternatives.names |= dict.fromkeys(named)
                    told = told | named
            if "prompt" in made:
                self._remember(sent, row)
            yield ParsedRow(source, number, sent, told, texts, places, titles, missing)

    def _with_look(self, text: str) -> str:
        if not self.look or not text:
            return text
        return f"{text}{' ' if text[-1] in _ENDS else ', '}{self.look}"

    def _remember(self, wishes: Mapping[str, Any], row: ParsedRow) -> None:
        prompt = wishes["prompt"]
        self.images += wishes.get("num_images", 1)
        self._texts.add(hash(prompt))
        if len(prompt) > len(self.longest[0]):
            self.longest = prompt, row.number, wishes.get("format", "")

    def _filled(self, sent: str, level: ParsedRow, row: ParsedRow, one: ParsedRow, language: str) -> Filled | None:
        template = self.templates.template_of(sent, level, is_format=level is one)
        if template is None:
            return None
        values = self._values.get(language)
        if values is None or values.row is not row:
            values = self._values[language] = RowValues(self.templates.names, row)
        values.one = one
        try:
            return fill(template, values)
        except EmptyGap:
            for name in dict.fromkeys(gap.name for gap in template.pieces if isinstance(gap, Gap)):
                if not values[name]:
                    self._add_empty(name, self.templates.placed(sent, level, is_format=level is one), row, one)
        except Unfit as unfit:
            self.faults.add(unfit.level.source, str(unfit), unfit.row, unfit.column, unfit.text)
        return None

    def _add_unfit(self, problem: str, sent: str, text: str, row: ParsedRow) -> None:
        level, is_format = self._levels[sent]
        placed = self.templates.placed(sent, level, is_format=is_format)
        if placed.row == row.number and not is_format:
            self.faults.add(row.source, problem, row.number, placed.column, text)
        else:
            self.faults.add(row.source, f"{placed.title} {problem}", row.number)

    def _add_empty(self, name: str, placed: Placed, row: ParsedRow, one: ParsedRow) -> None:
        level, column = self.templates.names.where_empty(name, row, one)
        title = level.title(column)
        base, tag = of_header(title)
        if tag and title not in level.metadata:
            self.faults.add(level.source, _no_column(base, tag, name, placed, level), column=title)
            return
        remedy = f"fill it in, or put what depends on it into an optional part, such as [ in {{{name}}}]"
        problem = f"is empty, and {placed.title} names {{{name}}}; {remedy}"
        self.faults.add(level.source, problem, level.number, title)


def _no_column(base: str, tag: str, name: str, placed: Placed, level: ParsedRow) -> str:
    """What is wrong where a text is there in other languages alone, and what to do."""
    others = (title for title in level.metadata if title != base and not of_header(title)[1])
    near = get_close_matches(base, others, n=1, cutoff=_NEAR)
    guess = f": is it {near[0]!r}?" if near else ""
    remedy = f"call the column that has it {base!r} or '{base}:{tag}'{guess}"
    return f"is no column, and {placed.title} names {{{name}}} also in {tag}; {remedy}"


def _of_negatives(chosen: Mapping[str, str]) -> dict[str, str]:
    return {f"negative_{name}": text for name, text in chosen.items()}
