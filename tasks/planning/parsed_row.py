"""One row of a table, as it was read, or as it is in a language."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tasks.tables.unseen import squeezed


class Family(NamedTuple):
    """A column and its translations."""

    name: str
    """Ours, or that of metadata, as templates name it."""
    title: str
    """The column without a language, as the table calls it, be it there or not."""
    tags: Mapping[str, str]
    """The column of each language."""
    is_ours: bool
    is_whole: bool
    """Whether the column without a language is there."""


class Missing(NamedTuple):
    """A translation that is not there."""

    title: str
    """Where it should stand."""
    problem: str
    row: int | None
    """None where the whole column is missing."""


class ParsedRow(NamedTuple):
    """One row: what it wishes by column of ours (empty fields left out), and its metadata, empty fields included."""

    source: str
    number: int
    wishes: dict[str, Any]
    metadata: dict[str, str]
    texts: Sequence[str] = ()
    """All of it as it was typed."""
    places: Mapping[str, int] = {}
    """Which of the texts belongs to which column of ours."""
    titles: Mapping[str, str] = {}
    """As it is in a language: where the text of a column stands that has translations, by its name, squeezed."""
    missing: Mapping[str, Missing] = {}
    """The translations that it lacks, in the same way, and cells that are merged with one above."""

    def title(self, column: str) -> str:
        """The column in which the text stands that is meant."""
        return self.titles.get(column) or self.titles.get(squeezed(column), column)

    def typed(self, column: str) -> str | None:
        """What was typed in a column of ours; None where that is nothing."""
        return self.texts[self.places[column]] or None if column in self.places else None
