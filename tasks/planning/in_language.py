"""A row as it is in a language: of each text that has translations, the one that is meant."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tasks.planning.faults import Faults
from tasks.planning.find_template import NO_ROW
from tasks.planning.language_columns import families, misnamed, slips
from tasks.planning.parse_matrix import read_value
from tasks.planning.parsed_row import Family, Missing, ParsedRow
from tasks.planning.read_header import Columns
from tasks.records.language import lookup, of_header
from tasks.tables.columns import FREE_TEXT, TEMPLATE_OF, TRANSLATED, column_name
from tasks.tables.unseen import is_blank

FALLBACK: Final = "--language-fallback"
ASK: Final = "say which languages are to be made, with --languages or in a column languages"


@dataclass
class Speech:
    """What a campaign says in which language."""

    faults: Faults
    asked: tuple[str, ...] = ()
    """The languages of rows that name none."""
    falls_back: bool = False
    of_matrix: tuple[Family, ...] = ()
    of_formats: tuple[Family, ...] = ()
    unasked: tuple[Family, ...] = ()
    """The matrix's texts in languages of which nobody has asked for any."""
    slips: Sequence[tuple[str, str]] = ()
    """Columns that may be meant to be in a language, and what they would be called."""
    names: Container[str] = ()
    """What a placeholder may name, squeezed."""
    plain: str = ""
    """The language of columns without one, once it is known: the first that is asked for."""
    fallen: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """In how many rows the plain text stands for a translation, by name and column, and the first of them."""
    _formats: dict[tuple[int, str, str], ParsedRow] = field(default_factory=dict)
    _row: tuple[ParsedRow, dict[str, ParsedRow]] = (NO_ROW, {})

    def begin(self, source: str, columns: Columns, formats: Sequence[ParsedRow]) -> None:
        """Know which texts there are in languages. Unless any is asked for, such columns are metadata."""
        self.plain = self.asked[0] if self.asked else ""
        self.names = columns.names
        if not (self.asked or "languages" in columns.known or any("languages" in one.wishes for one in formats)):
            self.unasked = families(columns.known, columns.metadata)
            for title in columns.metadata:
                column = column_name(of_header(title)[0])
                if column in TRANSLATED and column not in columns.known:
                    self.faults.add(source, f"is {column} in a language; {ASK}", column=title)
            return
        of_each = formats[0] if formats else NO_ROW
        self.of_matrix = families(columns.known, columns.metadata)
        self.of_formats = families(of_each.places, of_each.metadata)
        self.slips = [*slips(columns.known, columns.metadata), *slips(of_each.places, of_each.metadata)]
        for where, titles in ((source, columns.metadata), (of_each.source, of_each.metadata)):
            for title, problem in misnamed(titles):
                self.faults.add(where, problem, column=title)

    @property
    def has_any(self) -> bool:
        """Whether any text is there in languages."""
        return bool(self.of_matrix or self.of_formats)

    @property
    def families(self) -> Iterator[tuple[Family, bool]]:
        """Those of both tables, and whether it is one of the formats."""
        yield from ((family, False) for family in self.of_matrix)
        yield from ((family, True) for family in self.of_formats)

    @property
    def titles(self) -> Iterator[str]:
        """The columns of translations that are sent themselves, or made into what is sent."""
        return (title for family, _ in self.families if family.name in FREE_TEXT for title in family.tags.values())

    def of(self, wishes: Mapping[str, Any]) -> tuple[str, ...]:
        """The languages of a row in a format."""
        own: tuple[str, ...] = wishes.get("languages", ())
        return own or self.asked

    def said(self, row: ParsedRow, one: ParsedRow, language: str, first: str) -> tuple[ParsedRow, ParsedRow]:
        """A row and its format as they are in a language; `first` is that of the row's that comes first."""
        if self._row[0] is not row:
            self._row = row, {}
        rows, key = self._row[1], (one.number, language, first)
        if language not in rows:
            rows[language] = self._in(language, row, self.of_matrix, first)
        if key not in self._formats:
            self._formats[key] = self._in(language, one, self.of_formats, first)
        return rows[language], self._formats[key]

    def _in(self, language: str, level: ParsedRow, of: Sequence[Family], first: str) -> ParsedRow:
        for family in of:
            level = self._with(level, family, language, first)  # one after the other
        return level

    def _with(self, level: ParsedRow, family: Family, language: str, first: str) -> ParsedRow:
        """`level` with a text in a language, or with the note that it is missing."""
        tag = lookup(language, family.tags)
        title = family.tags[tag] if tag else f"{family.title}:{language}"
        text = level.metadata.get(title, "")
        if not is_blank(text):
            return self._put(level, family, title, text)
        at, plain = plain_text(level, family, first)
        if is_blank(plain) or self._is_plain(language, first):
            return level if family.is_whole else self._put(level, family, title, plain)
        if self.falls_back or (family.is_ours and family.name not in FREE_TEXT):  # a label in any language is one
            count, number = self.fallen.get((family.name, title), (0, level.number))
            self.fallen[family.name, title] = count + 1, number
            return level if family.is_whole else self._put(level, family, at, plain)
        missing = Missing(title, lacking(family, language, at, is_column=not tag), level.number if tag else None)
        return level._replace(missing={**level.missing, family.name: missing})

    def _is_plain(self, language: str, first: str) -> bool:
        """Whether columns without a language are in this one."""
        if not self.plain and language == first:
            self.plain = first
        return bool(self.plain) and lookup(language, (self.plain,)) is not None

    def _put(self, level: ParsedRow, family: Family, title: str, text: str) -> ParsedRow:
        titles = {**level.titles, family.name: title}
        if not family.is_ours:
            return level._replace(metadata={**level.metadata, family.title: text}, titles=titles)
        text = text.strip()
        if not text:
            return level
        value: Any = text
        try:
            value = read_value(family.name, text, self.names)
        except ValueError as error:
            self.faults.add(level.source, str(error), level.number, title, text)
        wishes, texts = {**level.wishes, family.name: value}, (*level.texts, text)
        places = {**level.places, family.name: len(level.texts)}
        return level._replace(wishes=wishes, texts=texts, places=places, titles=titles)


def plain_text(level: ParsedRow, family: Family, first: str) -> tuple[str, str]:
    """The text that translations are held against, and its column: the plain one, else that of the first language."""
    if family.is_whole:
        text = level.typed(family.name) if family.is_ours else level.metadata.get(family.title)
        return family.title, text or ""
    tag = lookup(first, family.tags)
    return (family.tags[tag], level.metadata.get(family.tags[tag], "")) if tag else (family.title, "")


def lacking(family: Family, language: str, at: str, *, is_column: bool) -> str:
    """What is wrong where a translation is missing, and what to do."""
    otherwise = f"or have {at!r} used in its place, with {FALLBACK}"
    if not is_column:
        return f"is empty, and {at!r} is not; translate it, {otherwise}"
    has = ", ".join(family.tags)
    own = f"name {language} as the first of the languages if {at!r} is in it, " if family.is_whole else ""
    return f"is no column, and the language {language} is asked for; {at!r} has {has}: add the column, {own}{otherwise}"


def untranslated(row: ParsedRow, one: ParsedRow, is_made: Container[str]) -> Iterator[tuple[ParsedRow, Missing]]:
    """What is missing of texts that are sent as they are, or are templates; `is_made`: what templates make."""
    sent = [
        next(((level, name) for level in (row, one) for name in names if name in level.wishes), None)
        for names in TEMPLATE_OF.items()
    ]
    if "prompt" not in is_made and sent[0] is None:
        sent.append(next(((level, "product") for level in (row, one) if "product" in level.wishes), None))
    for found in sent:
        if found is not None and found[1] in found[0].missing:
            yield found[0], found[0].missing[found[1]]
