"""A cell: exactly one wanted image, from planning to the manifest."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from pydantic import Field

from tasks.records.record import Record
from tasks.records.request import GenerationRequest
from tasks.records.review import Review

DIGEST_SHOWN_CHARS: Final = (8, 16, 64)
"""How many digits of its digest a cell's id ends in; more where another cell has the shorter id."""

LANGUAGES_TOLD: Final = 4
"""Of an image for more, only their number stands where there is little room."""
_NUMBER: Final = re.compile(r"-copy[1-9]\d*(?=-[0-9a-f]+$)")
_TAG: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")


class Cell(Record):
    """One image of the campaign: a row of the matrix x a format x a copy."""

    cell_id: str
    row: int
    """The row's number in the matrix as a spreadsheet shows it: the header is row 1."""
    product: str
    format: str
    copy_number: int
    """How often this matrix has asked for the same request up to here, from 1."""
    request: GenerationRequest
    request_sha256: str
    price_usd: Decimal
    callback_url: str | None = None
    """Who is told of its end: one URL or several, separated by spaces."""
    focus: str | None = None
    """Where its crops lie, whatever the variants say: a word or a point; of no part in what the cell is."""
    sources: tuple[tuple[str, str], ...] = ()
    """Each format that its row is made in, and the aspect asked for in it; none in the records of earlier versions."""
    replaces: str | None = None
    """Of what a review asks for: the cell in whose place it is made."""
    take: int = 1
    """Which it is of the images that stand for one image of the matrix."""
    review: Review | None = None
    """What somebody has decided on its image: from then on no other is paid for under its id."""
    languages: tuple[str, ...] = ()
    """Which it is for, where its campaign has any: several where they ask for the same."""
    label: str | None = None
    """What its variants say visibly, by its row or its format: empty for nothing, None where neither says it."""
    credit: str = ""
    """Whom its variants name as their source, in the words of the brand kit."""
    brand: str = ""
    """The brand kit that it was planned with: its name and digest; of no part in what the cell is."""
    metadata: dict[str, str] = Field(default_factory=dict)

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Each URL of `callback_url`."""
        return tuple(self.callback_url.split()) if self.callback_url else ()

    @property
    def is_rejected(self) -> bool:
        """Whether somebody does not want its image, or has decided to do without one."""
        return self.review is not None and self.review.decision == "reject"

    @property
    def wish(self) -> tuple[int, str, str, str]:
        """What copies and takes of an image have in common: row, product, format and languages."""
        return self.row, self.product, self.format, self.language

    @property
    def language(self) -> str:
        """The languages that it is for, with spaces between; empty where its campaign has none."""
        return " ".join(self.languages)

    @property
    def language_told(self) -> str:
        """The same for people, such as `en, de` or `12 languages`."""
        is_short = len(self.languages) <= LANGUAGES_TOLD
        return ", ".join(self.languages) if is_short else f"{len(self.languages)} languages"

    @property
    def possible_ids(self) -> tuple[str, ...]:
        """Every id that it may have, the shortest first."""
        name = self.cell_id.rpartition("-")[0]
        digest = cell_digest(self.request_sha256, self.copy_number)
        return tuple(f"{name}-{digest[:shown]}" for shown in DIGEST_SHOWN_CHARS)


def cell_digest(request_sha256: str, copy_number: int) -> str:
    """The SHA-256, in hex, of a request and its copy number: what makes a cell the same in any run on any machine."""
    return hashlib.sha256(f"{request_sha256}/{copy_number}".encode()).hexdigest()


def numbered(name: str, copy_number: int) -> str:
    """What a cell's id begins with: its `name`, and from the second image of a request on, which of them it is."""
    return f"{name}-copy{copy_number}" if copy_number > 1 else name


def without_number(cell_id: str) -> str:
    """An id without the number of a copy, which tells people copies apart, and says nothing of the request."""
    return _NUMBER.sub("", cell_id)


def with_own_ids(cells: Sequence[Cell], held: Mapping[str, str | None]) -> tuple[Cell, ...]:
    """`cells` in their order, each under an id that is its own, whatever the order is.

    `held` tells of ids that are in use for whose request they are, by its SHA-256; None where that is not known, and
    the id alone is believed. A cell keeps the id under which its request is held, whatever number it had then; of the
    others, each has the shortest that is neither held nor given.
    """
    own: dict[str, int] = {}
    alike: dict[str, list[str]] = {}
    for each in sorted(held):
        alike.setdefault(each.rpartition("-")[2], []).append(each)
    # Copies of one request come one after the other, so that the first has what the first had before.
    order = sorted(range(len(cells)), key=lambda n: (cells[n].request_sha256, cells[n].copy_number))
    new: list[int] = []
    for number in order:
        sha256 = cells[number].request_sha256
        ids = (each for each in _held_ids(cells[number], alike) if held[each] in {None, sha256})
        found = next((each for each in ids if each not in own), None)
        if found is None:
            new.append(number)
        else:
            own[found] = number
    for number in new:
        own[next(each for each in cells[number].possible_ids if each not in own and each not in held)] = number
    ids_of = {number: cell_id for cell_id, number in own.items()}
    return tuple(
        cell if cell.cell_id == ids_of[number] else cell.model_copy(update={"cell_id": ids_of[number]})
        for number, cell in enumerate(cells)
    )


def _held_ids(cell: Cell, alike: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The ids under which a cell may be held, the longest first, and each as it is before as it might be named.

    Numbers of copies and languages tell people images apart: they may have been others when the image was made, such as
    none before its campaign had languages. `alike`: all that are held, by their digests.
    """
    for possible in reversed(cell.possible_ids):
        name, _, digest = without_number(possible).rpartition("-")
        bare = name.removesuffix(f"-{cell.language.lower()}")
        found = (each for each in alike.get(digest, ()) if _is_called(without_number(each).rpartition("-")[0], bare))
        yield from sorted(found, key=lambda each: (each != possible, without_number(each) != without_number(possible)))


def _is_called(name: str, bare: str) -> bool:
    """Whether an id begins with the words `bare`, and behind them with nothing but a language."""
    return name == bare or (name.startswith(f"{bare}-") and _TAG.fullmatch(name[len(bare) + 1 :]) is not None)
