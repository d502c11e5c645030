"""A row as it is in a language: of each text that has translations, the one that is meant."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tasks.planning.faults import Faults
from tasks.planning.find_template import NO_ROW
from tasks.planning.language_columns import families, lacking, misnamed, plain_text, slips, unasked
from tasks.planning.parse_matrix import read_value
from tasks.planning.parsed_row import Family, Missing, ParsedRow
from tasks.planning.read_header import Columns
from tasks.records.language import lookup
from tasks.tables.columns import FREE_TEXT, TEMPLATE_OF
from tasks.tables.unseen import is_blank, squeezed

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
    _met: dict[str, None] = field(default_factory=dict)
    _spoken: set[str] = field(default_factory=set)
    """The names of the families that are in any of the languages that were met so far."""
    _passed: dict[tuple[str, str], tuple[str, Family]] = field(default_factory=dict)
    """Others, the languages that they were asked for in, and their table."""
    _formats: dict[tuple[int, str, str], ParsedRow] = field(default_factory=dict)
    _row: tuple[ParsedRow, dict[str, ParsedRow]] = (NO_ROW, {})

    def begin(self, source: str, columns: Columns, formats: Sequence[ParsedRow]) -> None:
        """Know which texts there are in languages. Unless any is asked for, such columns are metadata."""
        self.plain = self.asked[0] if self.asked else ""
        self.names, one = columns.names, formats[0] if formats else NO_ROW
        tables = (source, columns.known, columns.metadata), (one.source, one.places, one.metadata)
        of_each = [families(known, metadata) for _, known, metadata in tables]
        if not (self.asked or "languages" in columns.known or any("languages" in one.wishes for one in formats)):
            self.unasked = (*of_each[0], *of_each[1])
            for where, known, metadata in tables:
                for title, problem in unasked(known, metadata):
                    self.faults.add(where, f"{problem}; {ASK}", column=title)
            return
        self.of_matrix, self.of_formats = of_each
        self._meet(self.asked)
        for where, known, metadata in tables:
            self.slips = [*self.slips, *slips(known, metadata)]
            for title, problem in misnamed(known, metadata, self.asked):
                self.faults.add(where, problem, column=title)

    def _meet(self, languages: tuple[str, ...]) -> None:
        """Know that these are asked for: a column is in a language only where any of its family is in one of them."""
        self._met |= dict.fromkeys(languages)
        self._spoken = {
            family.name for family, _ in self.families if any(lookup(one, family.tags) for one in self._met)
        }
        self._formats.clear()

    def end(self, used: Container[str]) -> None:
        """Note what is missing in the languages of rows that came before it was known to be in languages at all.

        `used`: what templates name.
        """
        for (name, language), (source, family) in self._passed.items():
            is_sent = name in used or name in FREE_TEXT
            if name in self._spoken and is_sent and lookup(language, (self.plain, *family.tags)) is None:
                problem = lacking(family, language, family.title, is_column=True)
                self.faults.add(source, problem, column=f"{family.title}:{language}")

    @property
    def has_any(self) -> bool:
        """Whether any text is there in languages that are asked for, or may be by a later row."""
        return bool(self._spoken) or (not self.asked and bool(self.of_matrix or self.of_formats))

    @property
    def families(self) -> Iterator[tuple[Family, bool]]:
        """Those of both tables, and whether it is one of the formats."""
        yield from ((family, False) for family in self.of_matrix)
        yield from ((family, True) for family in self.of_formats)

    @property
    def titles(self) -> Iterator[str]:
        """The columns of translations that are sent themselves, or made into what is sent."""
        sent = (family for family, _ in self.families if family.name in FREE_TEXT & self._spoken)
        return (title for family in sent for title in family.tags.values())

    def of(self, wishes: Mapping[str, Any]) -> tuple[str, ...]:
        """The languages of a row in a format."""
        own: tuple[str, ...] = wishes.get("languages", ())
        if own and not self._met.keys() >= set(own):
            self._meet(own)
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
        found = level
        for family in of:
            if family.name in self._spoken:
                found = self._with(found, family, language, first)
            elif not self.falls_back and language != first:
                self._passed.setdefault((family.name, language), (level.source, family))
        return found

    def _with(self, level: ParsedRow, family: Family, language: str, first: str) -> ParsedRow:
        """`level` with a text in a language, or with the note that it is missing."""
        tag = lookup(language, family.tags)
        title = family.tags[tag] if tag else f"{family.title}:{language}"
        text = level.metadata.get(title, "")
        if not is_blank(text):
            return self._put(level, family, title, text)
        if merged := level.missing.get(squeezed(title)):
            return level._replace(missing={**level.missing, family.name: merged})
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
            missing = {name: gap for name, gap in level.missing.items() if name != family.name}
            return level._replace(metadata={**level.metadata, family.title: text}, titles=titles, missing=missing)
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
