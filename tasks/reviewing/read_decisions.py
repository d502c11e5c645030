"""Reads tables of decisions, as the page exports them or as people write them by hand, in a workbook or a CSV.

The columns `cell_id` and `decision` are needed; `reason`, `prompt`, `seed`, `focus`, `by`, `at` and `image_sha256` may
be there, in any order, and others are passed over: a manifest to which somebody has added a column `decision` is such a
table.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from tasks.planning.faults import Faults
from tasks.publishing.formulas import without_quote
from tasks.records.review import DECISIONS, Decision
from tasks.tables.columns import parse_value
from tasks.tables.placeholders import check_filled
from tasks.tables.spreadsheet import check_typed
from tasks.tables.tables import Table, open_table
from tasks.tables.unseen import edged, squeezed

_COLUMNS: Final = ("cell_id", "decision", "reason", "prompt", "seed", "focus", "by", "at", "image_sha256")
WORDS: Final = {squeezed(word): word for word in _COLUMNS}
NEEDED: Final = ("cell_id", "decision")
TEXT_MAX_CHARS: Final = 1000
"""Of a reason, and of a name."""
CLOCKS_DIFFER: Final = timedelta(days=1)
"""By so much at most, time zones that somebody has left out among it."""
A_TIME: Final = "write it as 2026-11-28 17:05, or leave it empty, which means now"
_NEAR: Final = 0.85
"""How like a name of ours a header is that may be meant to be it: `promt`, and not `season`."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_GERMAN: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)")


class Said(NamedTuple):
    """What one row says of one cell."""

    source: str
    row: int | None
    cell_id: str
    decision: Decision
    reason: str = ""
    prompt: str | None = None
    seed: int | None = None
    focus: str | None = None
    by: str = ""
    at: datetime | None = None
    """None where the row says nothing of when."""
    image_sha256: str | None = None
    """Of the picture that lay before whoever decided; None where the row does not say."""

    def told(self) -> str:
        """Such as `reject by Kim (kim.csv, row 3)`."""
        who = f" by {self.by}" if self.by else ""
        return f"{self.decision}{who} ({self.source}{f', row {self.row}' if self.row else ''})"


def read_decisions(url: str, encoding: str | None, faults: Faults) -> list[Said]:
    """Every row of the table at `url` that decides anything; what is wrong with others is collected."""
    with faults.collected(), open_table(url, encoding, faults.note) as table:
        places = places_in(table, faults)
        return [] if places is None else [said for row in table.rows if (said := said_in(table, places, row, faults))]
    return []


def places_in(table: Table, faults: Faults) -> dict[str, int] | None:
    """Where each column of ours stands; None where one is missing, or two have one name."""
    places: dict[str, int] = {}
    count = faults.count
    for place, header in enumerate(table.header):
        name = WORDS.get(squeezed(header))
        if letter := table.letters.get(header.strip()):
            faults.letters.setdefault(table.source, {})[header.strip()] = letter
        if name in places:
            faults.add(table.source, "is named twice; leave one of them out", table.header_row, header.strip())
        if name is not None:
            places.setdefault(name, place)
    slips = add_slips(table, places, faults)
    if missing := [name for name in NEEDED if name not in places and name not in slips]:
        has = ", ".join(map(edged, table.header))
        needs = f"it needs cell_id and decision ({', '.join(DECISIONS[:3])}), and has {has}"
        faults.add(table.source, f"has no column {' and none '.join(map(repr, missing))}; {needs}")
    return places if faults.count == count else None


def add_slips(table: Table, places: Mapping[str, int], faults: Faults) -> set[str]:
    """Note the columns that may be meant to be ours, whose words would be passed over; returns what they would be."""
    absent = {key: name for key, name in WORDS.items() if name not in places}
    found = set[str]()
    for header in table.header:
        near = get_close_matches(squeezed(header), absent, n=1, cutoff=_NEAR)
        if near and squeezed(header) not in WORDS:
            name = absent[near[0]]
            problem = f"is it the column {name!r}? Then name it so; if it is not, give it another name"
            faults.add(table.source, problem, table.header_row, edged(header))
            found.add(name)
    return found


def said_in(table: Table, places: Mapping[str, int], row: tuple[int, Sequence[str]], faults: Faults) -> Said | None:
    """What a row says; None where that is nothing, or something is wrong with it."""
    number, texts = row
    fields = {name: edged(texts[place]) for name, place in places.items()}
    decision, focus = fields["decision"], fields.get("focus", "")
    if not decision and not (focus and fields["cell_id"]):
        return None
    count = faults.count
    values: dict[str, Any] = {}
    for name, text in fields.items():
        try:
            values[name] = PARSERS[name](text) if text else None
        except ValueError as error:
            faults.add(table.source, str(error), number, table.header[places[name]].strip(), text)
    if not fields["cell_id"]:
        faults.add(table.source, "is empty; name the cell as the manifest does", number, "cell_id")
    if faults.count != count:
        return None
    given = {name: value for name, value in values.items() if value is not None}
    return Said(table.source, number, **{"decision": "focus", **given})


def parse_decision(text: str) -> Decision:
    """The decision that a word is."""
    found = next((one for one in DECISIONS if one == squeezed(text)), None)
    if found is None:
        raise ValueError(f"is no decision; use {', '.join(DECISIONS[:2])} or {DECISIONS[2]}, or leave it empty")
    return found


def parse_prompt(text: str) -> str:
    """Other words for an image, as a matrix may have them."""
    text = without_quote(text)
    check_typed(text)
    prompt: str = parse_value("prompt", text)
    check_filled(prompt, frozenset())
    return prompt


def parse_short(text: str) -> str:
    """A text on one line."""
    if len(text) > TEXT_MAX_CHARS:
        raise ValueError(f"has {len(text):,} characters; use {TEXT_MAX_CHARS:,} at most")
    return " ".join(without_quote(text).split())


def parse_at(text: str) -> datetime:
    """A time as the page writes it or as spreadsheets do; without a zone, that of this machine is meant."""
    if match := _GERMAN.fullmatch(text):
        day, month, year, rest = match.groups()
        text = f"{year}-{int(month):02}-{int(day):02}{rest}"
    text = re.sub(r"\s+", " ", text)
    for written in (text, re.sub(r"^(\S+) (\d):", r"\1 0\2:", text)):
        with suppress(ValueError, OverflowError):
            at = datetime.fromisoformat(written).astimezone()
            break
    else:
        raise ValueError(f"is no time; {A_TIME}")
    if at - datetime.now(at.tzinfo) > CLOCKS_DIFFER:
        raise ValueError(f"lies ahead, and nothing that is decided until then would count; {A_TIME}")
    return at


def parse_digest(text: str) -> str:
    """The SHA-256 of a picture."""
    if not _SHA256.fullmatch(text.lower()):
        raise ValueError("is no SHA-256 of a picture; copy it from the manifest, or leave it empty")
    return text.lower()


PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "cell_id": str,
    "decision": parse_decision,
    "reason": parse_short,
    "prompt": parse_prompt,
    "seed": lambda text: parse_value("seed", text),
    "focus": lambda text: parse_value("focus", text),
    "by": parse_short,
    "at": parse_at,
    "image_sha256": parse_digest,
}


def typed_again(cell_ids: Sequence[str], now: datetime) -> Iterator[Said]:
    """What `--again CELL...` says."""
    return (Said("--again", None, cell_id, "again", at=now) for cell_id in cell_ids)
