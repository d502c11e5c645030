"""Puts each row into its formats, holds it against what its models take, and has its sizes chosen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tasks.planning.apply_brand import Branding
from tasks.planning.choose_sizes import SizeChooser, is_open, name_of, stay_notes
from tasks.planning.count_languages import LanguageCount
from tasks.planning.cross_formats import add_misfits, formats_of
from tasks.planning.faults import Faults
from tasks.planning.fill_prompts import Prompts
from tasks.planning.in_language import Speech
from tasks.planning.parsed_row import ParsedRow
from tasks.planning.plan_notes import speech_notes, style_notes, visibility_notes
from tasks.planning.reference_rules import lacks_pictures
from tasks.planning.request_rules import misfits, prompt_of
from tasks.planning.row_in_format import InFormat, in_format
from tasks.planning.size_rules import shape_of
from tasks.records.campaign import Campaign
from tasks.records.models import OFFERS
from tasks.records.plan_group import Drawn
from tasks.records.sizes import as_written
from tasks.records.vocabulary import Model
from tasks.tables.fill_template import Filled
from tasks.tables.unseen import as_seen


@dataclass
class RowsInFormats:
    """The rows of a campaign, and what the plan says about them all."""

    campaign: Campaign
    faults: Faults
    prompts: Prompts
    branding: Branding
    speech: Speech
    formats: Sequence[ParsedRow] = ()
    sizes: SizeChooser = field(init=False)
    spoken: LanguageCount = field(default_factory=LanguageCount)
    drawn: dict[tuple[Drawn, ...], None] = field(default_factory=dict)
    """Each kind of row, by the formats that it is made in."""
    _unseen: dict[Model, None] = field(default_factory=dict)
    """The models of rows that name a visibility and that have none."""
    _unstyled: dict[Model, None] = field(default_factory=dict)
    """The models that take no style, of rows in formats that name one."""

    def __post_init__(self) -> None:
        self.sizes = SizeChooser(self.campaign)

    def of(self, row: ParsedRow) -> list[InFormat]:
        """`row` in each of its formats that has no fault, once for each prompt that templates make of it there.

        Raises InputInvalid where its size cannot be chosen.
        """
        sound = [each for one in formats_of(row, self.formats, self.faults) for each in self._made(row, one)]
        sized = self.sizes.sized(sound)
        kinds = (drawn(one, is_chosen=is_open(before)) for one, before in zip(sized, sound, strict=True))
        self.drawn.setdefault(tuple(dict.fromkeys(kinds)))
        return sized

    def _made(self, row: ParsedRow, one: ParsedRow) -> Iterable[InFormat]:
        """A row in a format: once for each text that differs, of all its languages and alternatives."""
        crossed = in_format(row, one, self.campaign)
        self._remember(crossed)
        languages = self.speech.of(crossed.wanted.wishes)
        if not languages:
            return self._filled(crossed)
        if not self.speech.has_any:
            return [each.for_all(languages) for each in self._filled(crossed)]
        made: dict[tuple[str, ...], InFormat] = {}
        seen = list[Mapping[str, Filled]]()
        for language in languages:
            said = self.speech.said(row, one, language, languages[0])
            self._add(made, in_format(*said, self.campaign).with_metadata_of(crossed), language, seen)
        products = (each.wanted.wishes.get("product", "") for each in (crossed, *made.values()))
        product = next(filter(None, products), "")
        return [each.of(product, languages) for each in made.values()]

    def _add(
        self, made: dict[tuple[str, ...], InFormat], spoken: InFormat, language: str, seen: list[Mapping[str, Filled]]
    ) -> None:
        """Add what is made in a language, or the language to what is made already, where the texts are equal.

        `seen`: what was filled in for the languages before.
        """
        fresh, factor, known = list[tuple[str, ...]](), 1, 0
        for each in self._filled(spoken, language):
            factor = max(factor, each.alternatives)
            key = seen_words(each.wanted.wishes)
            while key in made and language in made[key].languages:
                key = (*key, "")  # an alternative that looks like another of the same language
            if key in made:
                known += 1
                made[key] = made[key].for_all((*made[key].wanted.wishes["languages"], language))
            else:
                fresh.append(key)
                made[key] = each.for_all((language,))
        if factor > 1 and known:
            kept = len(fresh)
            if self.prompts.alternatives.are_too_many:  # of which only the first was made
                kept = 0 if self.prompts.made in seen else factor
            self.prompts.alternatives.take_back(factor, kept, spoken.wanted.wishes.get("num_images", 1))
            for key in fresh[:1]:
                made[key] = made[key]._replace(alternatives=kept)
        seen.append(self.prompts.made)

    def _filled(self, crossed: InFormat, language: str = "") -> Iterator[InFormat]:
        """What templates make of a row in a format, less what has faults, which are noted."""
        size, row, one = self.campaign.size, crossed.row, crossed.format
        options = {"quality": self.campaign.quality, "size": as_written(size) if size else None}
        offer = OFFERS[crossed.model]
        dressed = self.branding.dressed(crossed.wanted, offer)
        alternatives, filled = self.prompts.filled(row, one, dressed, offer, language)
        for each in filled:
            wanted = self.branding.finished(each, row, one, offer)
            found = list(misfits(wanted.wishes, crossed.model))
            add_misfits(row, one, found, self.faults, options)
            if not found and not lacks_pictures(wanted.wishes):
                yield crossed._replace(wanted=wanted, alternatives=alternatives)
            alternatives = 1

    def multiply(self, one: InFormat, copies: int, usd_per_image: Decimal) -> None:
        """Count what there is more of, because of alternatives or of languages."""
        if one.alternatives > 1:
            self.prompts.alternatives.pay(one.alternatives, copies, usd_per_image)
        if len(one.languages) > 1:
            self.spoken.add(one.wanted.wishes["languages"], one.languages, copies, usd_per_image)

    def _remember(self, one: InFormat) -> None:
        if one.has_lost_style:
            self._unstyled.setdefault(one.model)
        if "visibility" in one.wanted.wishes and "visibility" not in OFFERS[one.model].takes:
            self._unseen.setdefault(one.model)

    def notes(self) -> list[str]:
        """What languages come to, what is not sent, and which sizes stay."""
        in_words = (*self.spoken.notes(), *speech_notes(self.speech, self.prompts))
        of_models = (*visibility_notes(self._unseen), *style_notes(self._unstyled))
        return [*in_words, *self.branding.notes(), *stay_notes(self.sizes.stays), *of_models]


def seen_words(wishes: Mapping[str, Any]) -> tuple[str, ...]:
    """What differs by language of what is sent, as people see it: é is one letter, however it is composed."""
    return as_seen(prompt_of(wishes)), as_seen(wishes.get("negative_prompt", ""))


def drawn(one: InFormat, *, is_chosen: bool) -> Drawn:
    """What it is asked for as."""
    (size,) = shape_of(one.wanted.wishes, OFFERS[one.model]).values()
    return Drawn(name_of(one), one.model, as_written(size), is_chosen)
