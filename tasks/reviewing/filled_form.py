"""What a person fills into a form about images that he sees by number, as decisions on their cells."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from tasks.planning.faults import Faults
from tasks.records.cell import Cell
from tasks.records.record import Record
from tasks.records.review import Decision
from tasks.records.structured_prompt import with_words
from tasks.reviewing.read_decisions import Said, parse_prompt, parse_short

Verdict = Literal["another round", "done"]
TITLES: Final = {
    "keep": "Keep",
    "again": "Make again",
    "words": "What should be different",
    "reject": "Reject",
    "decisions": "Decisions file",
    "by": "Your name",
    "verdict": "Then",
}
"""What each field is called in the form, and in what is told of it."""
BY_NUMBER: Final[tuple[Decision, ...]] = ("keep", "again", "reject")
"""The fields that hold numbers, called as what they decide."""
ALL: Final = frozenset({"all", "rest", "others"})
"""Every number that no other field names."""
_SPLIT: Final = re.compile(r"(?:[\s,;.&+]|\band\b)+")
_RANGE: Final = re.compile(r"#?(\d{1,4})(?:[-–]#?(\d{1,4}))?")  # noqa: RUF001  an en dash is how people write a range
_OF_ONE: Final = re.compile(r"\s*#?(\d{1,4})\s*[:=.)]\s+(.*)|\s*#?(\d{1,4}):(.*)")


class FilledForm(Record):
    """A form as somebody has sent it."""

    keep: str = ""
    again: str = ""
    words: str = ""
    reject: str = ""
    decisions: str = ""
    by: str = ""
    verdict: Verdict = "another round"

    @property
    def is_empty(self) -> bool:
        """Whether it decides nothing."""
        return not any(text.strip() for text in (self.keep, self.again, self.words, self.reject, self.decisions))


@dataclass(frozen=True)
class NumberedSheet:
    """The images that were shown, by number from 1."""

    ids: Sequence[str]
    cells: Mapping[str, Cell]
    """Those of them that the campaign still has, by their ids."""
    pictured: Collection[str]
    """The ids of those that have a picture."""

    def has_picture(self, number: int) -> bool:
        """Whether there is something to be seen of it."""
        return self.ids[number - 1] in self.pictured


def said_in(answer: FilledForm, sheet: NumberedSheet, at: datetime, faults: Faults) -> list[Said]:
    """The decisions of a form, in the order of the numbers; what is wrong in it is collected, by the field's title."""
    words = words_of(answer.words)
    named = {field: numbers_in(answer, field, sheet, faults) for field in BY_NUMBER}
    decided = named["keep"] | named["reject"]
    named["again"] |= {number for number in words if number and number not in decided and number <= len(sheet.ids)}
    for number in sorted(number for number in words if number > len(sheet.ids)):
        no_number(faults, "words", str(number), sheet)
    rest = set(range(1, len(sheet.ids) + 1)) - named["keep"] - named["again"] - named["reject"]
    takers = [field for field in BY_NUMBER if wants_rest(answer, field)]
    for field in takers[1:]:
        faults.add(TITLES[field], f"takes all others, and so does {TITLES[takers[0]]}; say it in one of them")
    if takers:
        named[takers[0]] |= {n for n in rest if takers[0] != "keep" or sheet.has_picture(n)}
    tell_twice(named, faults)
    if words.get(0) and not named["again"]:
        problem = "is said of no image; name its number in Make again, or write it as 3: brighter"
        faults.add(TITLES["words"], problem, value=words[0])
    by = texts_of(parse_short, answer.by, "by", faults)
    said = [
        said_of(number, decision, words, sheet, faults)._replace(by=by, at=at)
        for decision, numbers in named.items()
        for number in sorted(numbers)
    ]
    return sorted(said, key=lambda one: sheet.ids.index(one.cell_id))


def numbers_in(answer: FilledForm, field: str, sheet: NumberedSheet, faults: Faults) -> set[int]:
    """The numbers in a field; those that are none are collected."""
    numbers: set[int] = set()
    for word in filter(None, _SPLIT.split(re.sub(r"\s*[-–]\s*", "-", getattr(answer, field)))):  # noqa: RUF001  as above
        match = _RANGE.fullmatch(word)
        if match is None and word.casefold() in ALL:
            continue
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if 1 <= first <= last <= len(sheet.ids):
            numbers.update(range(first, last + 1))
        else:
            no_number(faults, field, word, sheet)
    return numbers


def no_number(faults: Faults, field: str, word: str, sheet: NumberedSheet) -> None:
    """Note that a word names no image."""
    faults.add(TITLES[field], f"is no number on the picture; use 1 to {len(sheet.ids)}", value=word)


def wants_rest(answer: FilledForm, field: str) -> bool:
    """Whether a field takes all that no other names."""
    return any(word.casefold() in ALL for word in _SPLIT.split(getattr(answer, field)))


def tell_twice(named: Mapping[Decision, set[int]], faults: Faults) -> None:
    """Note what is decided in two ways."""
    for place, field in enumerate(BY_NUMBER):
        for other in BY_NUMBER[place + 1 :]:
            for number in sorted(named[field] & named[other]):
                faults.add(TITLES[other], f"is in {TITLES[field]} as well; leave it in one of them", value=str(number))


def words_of(text: str) -> dict[int, str]:
    """What is to be different, by number; under 0 what holds for all. `3: brighter; 5: no people`, or a line each."""
    found: dict[int, list[str]] = {}
    for part in filter(None, map(str.strip, re.split(r"[;\n]", text))):
        match = _OF_ONE.fullmatch(part)
        number, said = (int(match[1] or match[3]), match[2] or match[4] or "") if match else (0, part)
        if said.strip():
            found.setdefault(number, []).append(said.strip())
    return {number: "; ".join(parts) for number, parts in found.items()}


def said_of(number: int, decision: Decision, words: Mapping[int, str], sheet: NumberedSheet, faults: Faults) -> Said:
    """One decision. What is to be different is added to the prompt of a picture; without one, it takes its place."""
    cell_id = sheet.ids[number - 1]
    own = words.get(number) or (words.get(0, "") if decision == "again" and sheet.has_picture(number) else "")
    reason = texts_of(parse_short, own, "words", faults)
    prompt, cell = None, sheet.cells.get(cell_id)
    if decision == "again" and own:
        whole = with_words(cell.request.prompt, own) if cell is not None and sheet.has_picture(number) else own
        prompt = texts_of(parse_prompt, whole, "words", faults)
    return Said(f"Number {number}", None, cell_id, decision, reason=reason, prompt=prompt)


def texts_of(parse: Callable[[str], str], text: str, field: str, faults: Faults) -> str:
    """`text` as it is taken in; what is wrong with it is collected."""
    try:
        return parse(text)
    except ValueError as error:
        faults.add(TITLES[field], str(error), value=text)
        return ""
