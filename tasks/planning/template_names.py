"""Which names a template may use, and what stands under them in a row and its format."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final, NamedTuple

from tasks.planning.parsed_row import Family, ParsedRow
from tasks.planning.read_header import Columns
from tasks.records.vocabulary import PROMPT_MAX_CHARS
from tasks.tables.columns import TEMPLATE_OF, column_name, parse_text
from tasks.tables.placeholders import check_filled, may_hold_one, placeholder
from tasks.tables.spreadsheet import FIRST_SIGNS, check_typed
from tasks.tables.template import Template
from tasks.tables.unseen import edged, squeezed

_SENT: Final = frozenset({*TEMPLATE_OF, *TEMPLATE_OF.values()})
_LANGUAGES: Final = "languages"
_NEAR: Final = 0.7


class Place(NamedTuple):
    """Where the values of a name stand."""

    column: str = ""
    """One of ours."""
    titles: tuple[str, ...] = ()
    """Of metadata, as the tables call them: the matrix's first."""
    is_of_formats: bool = False
    """Whether formats may have values under it."""


class Placed(NamedTuple):
    """A template, and where it was written."""

    text: str
    source: str
    row: int | None = None
    column: str | None = None
    format_name: str = ""
    """Of one that stands in the formats."""

    @property
    def title(self) -> str:
        """Such as `the template of the format 'hero'`."""
        if self.column is None:
            return self.source
        if self.row is None:
            return f"the {self.column} of {self.source}"
        return f"the {self.column} of the format {self.format_name!r}" if self.format_name else f"its {self.column}"


class Unfit(ValueError):
    """A value that is not to be sent, and where it stands."""

    def __init__(self, problem: str, level: ParsedRow, column: str, text: str | None, row: int | None) -> None:
        super().__init__(problem)
        self.level, self.column, self.text, self.row = level, column, text, row


@dataclass(frozen=True)
class Names:
    """The columns of a matrix and its formats, by their names, squeezed."""

    columns: Columns
    places: Mapping[str, Place]
    asked: dict[str, Place | None] = field(default_factory=dict)
    """Those that were looked up, as they are written."""
    translations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The columns of a text's languages."""

    @property
    def used(self) -> set[str]:
        """What templates name, squeezed."""
        return {squeezed(_called(place)) for place in self.asked.values() if place is not None}

    @classmethod
    def of(
        cls, columns: Columns, formats: Sequence[ParsedRow], translated: Iterable[tuple[Family, bool]] = ()
    ) -> "Names":
        """What a matrix with these columns and formats has, of which some are `translated`, or the formats' are."""
        own, more = (formats[0].places, formats[0].metadata) if formats else ({}, {})
        named = (name for name in (*columns.known, *own) if name not in _SENT | {_LANGUAGES})
        places = {squeezed(name): Place(name, is_of_formats=name in own) for name in named}
        for title in (*columns.metadata, *more):
            column, titles, is_of_formats = places.get(squeezed(title), Place())
            places[squeezed(title)] = Place(column, (*titles, title), is_of_formats or title in more)
        translations: dict[str, tuple[str, ...]] = {}
        for family, in_formats in translated:
            name = squeezed(family.name)
            column, titles, is_of_formats = places.get(name, Place(family.name if family.is_ours else ""))
            titles = titles if family.is_ours or family.title in titles else (*titles, family.title)
            if family.name not in _SENT:
                places[name] = Place(column, titles, is_of_formats or in_formats)
            translations[name] = (*translations.get(name, ()), *family.tags.values())
        return cls(columns, places, translations=translations)

    def place(self, name: str) -> Place | None:
        """Where the values of a name stand, also where it is another name of a column of ours."""
        if name not in self.asked:
            self.asked[name] = self._place(name)
        return self.asked[name]

    def _place(self, name: str) -> Place | None:
        return self.places.get(squeezed(name)) or self.places.get(squeezed(column_name(name) or ""))

    def check(self, template: Template) -> None:
        """Raise ValueError, with the end of a sentence, where a template names what there is not."""
        unknown = dict.fromkeys(gap.name for gap in template.gaps if self.place(gap.name) is None)
        if unknown:
            raise ValueError("; ".join(map(self._unknown, unknown)))
        for choice in template.choices:
            if self.place(choice.name) is not None or column_name(choice.name) is not None:
                raise ValueError(f"calls a choice {choice.name!r}, as a column is called; give it another name")
        for text in template.plain:
            left = placeholder(text, self.columns.names) if may_hold_one(text) else None
            if left is not None:
                raise ValueError(f"holds {left}; a template names a column in braces, such as {{product}}")

    def _unknown(self, name: str) -> str:
        if column_name(name) in _SENT:
            return f"names {{{name}}}, which is sent itself, or made into what is sent; name another column"
        if column_name(name) == _LANGUAGES:
            return f"names {{{name}}}, which says what is made, and is the same in each language; name another column"
        near = get_close_matches(squeezed(name), self.places, n=1, cutoff=_NEAR)
        if near:
            return f"names {{{name}}}, which is no column: did you mean {{{_called(self.places[near[0]])}}}?"
        known = ", ".join(f"{{{_called(place)}}}" for place in self.places.values())
        return f"names {{{name}}}, which is no column; use one of {known}"

    def titles(self, template: Template) -> Iterator[str]:
        """The columns of metadata that a template names."""
        for gap in template.gaps:
            place = self.place(gap.name) or Place()
            yield from place.titles
            if self.translations:
                yield from self.translations.get(squeezed(_called(place)), ())

    def value(self, name: str, level: ParsedRow) -> str:
        """What stands under a name in a row or in a format; empty where nothing does. Raises Unfit."""
        column, titles, _ = self.place(name) or Place()
        if column and (text := level.typed(column)):
            _check_there(column, level)
            return parse_text(text, PROMPT_MAX_CHARS)
        for title in titles:
            if text := _edged(level.metadata.get(title, "")):
                _check_there(title, level)
                return self._fit(text, level, title)
        if level.missing:
            for each in (column, *titles):
                _check_there(each, level)
        return ""

    def _fit(self, text: str, level: ParsedRow, title: str) -> str:
        """A text of metadata, which is sent once a template names it."""
        try:
            if text[0] in FIRST_SIGNS:
                check_typed(text)
            if may_hold_one(text):
                check_filled(text, self.columns.names)
            return parse_text(text, PROMPT_MAX_CHARS)
        except ValueError as error:
            raise Unfit(str(error), level, level.title(title), text, level.number) from error

    def where_empty(self, name: str, row: ParsedRow, one: ParsedRow) -> tuple[ParsedRow, str]:
        """Where a value is to be filled in: in the row, unless only the formats have its column."""
        place = self.place(name) or Place(column=name)
        if place.column in self.columns.known:
            return row, place.column
        title = next((each for each in place.titles if each in row.metadata), None)
        return (row, title) if title is not None else (one, place.column or place.titles[0])


def _check_there(column: str, level: ParsedRow) -> None:
    """Raise Unfit where a text is missing: its translation, or what its cell is merged with."""
    if level.missing:
        missing = level.missing.get(column) or level.missing.get(squeezed(column))
        if missing is not None:
            raise Unfit(missing.problem, level, missing.title, None, missing.row)


def _called(place: Place) -> str:
    return place.column or place.titles[0]


def _edged(text: str) -> str:
    """`text` without what nobody sees at its ends; most texts have nothing but spaces there."""
    stripped = text.strip()
    return stripped if stripped.isascii() and stripped.isprintable() else edged(stripped)


NO_NAMES: Final = Names(Columns({}, {}), {})
