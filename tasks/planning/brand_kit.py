"""A brand kit: what the campaigns of a brand have in common, each key checked as the column of its kind is."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from tasks.errors import InputInvalid
from tasks.planning.brand_keys import COLUMNS, LISTS, PICTURES, reader
from tasks.records.fault import Fault
from tasks.records.models import OFFERS
from tasks.records.variant import Variant
from tasks.tables.brand_table import Pairs
from tasks.tables.unseen import squeezed

PICTURES_MAX: Final = max(offer.references.get("style_reference", 0) for offer in OFFERS.values())
TEXTS: Final = ("name", "look")
KEYS: Final = (*TEXTS, *COLUMNS, *LISTS, "label", "credit", "variants", "languages")
_NEAR: Final = 0.6


@dataclass(frozen=True)
class BrandKit:
    """What a kit says, once it was checked."""

    source: str = ""
    name: str = ""
    sha256: str = ""
    look: str = ""
    wishes: Mapping[str, Any] = field(default_factory=dict)
    """By columns of ours."""
    negative: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    languages: tuple[str, ...] = ()
    label: str | None = None
    """What variants say visibly where neither row nor format nor option does; empty for nothing."""
    credit: str = ""
    """Whom variants name as their source in their metadata."""

    @property
    def stamp(self) -> str:
        """Its name and digest, such as `Oak & Linen sha256:1f2e...`; empty where there is no kit."""
        return f"{self.name} sha256:{self.sha256}" if self.sha256 else ""

    def notes(self) -> list[str]:
        """What kit it is."""
        if self.source and not self.sha256:
            return [f"{self.source}: was not read as a brand kit, since its first column has no key of one"]
        return [f"{self.source}: the brand kit {self.name!r} ({self.sha256[:8]})"] if self.sha256 else []


NO_KIT: Final = BrandKit()


def brand_kit(source: str, content: bytes, pairs: Pairs) -> BrandKit:
    """The kit of what a file holds. Raises InputInvalid with every fault in it."""
    faults: list[Fault] = []
    told: dict[str, Any] = {}

    def read(key: str, value: object, reader: Callable[[object], Any]) -> None:
        try:
            told[key] = reader(value)
        except ValueError as error:
            shown = value if isinstance(value, str) else None
            faults.append(Fault(source=source, column=key, value=shown, problem=str(error)))

    seen: dict[str, str] = {}
    for key, value in pairs.items():
        known = next((name for name in KEYS if squeezed(name) == squeezed(key)), None)
        if known is None:
            faults.append(Fault(source=source, column=key, problem=_unknown(key)))
        elif seen.setdefault(known, key) != key:
            problem = f"is the same key as {seen[known]!r}; leave one of them out"
            faults.append(Fault(source=source, column=key, problem=problem))
        else:
            read(known, value, reader(known))
    words = told.get("forbidden", ())
    faults += [
        Fault(source=source, column=key, value=told[key], problem=f"holds {word!r}, which the kit itself forbids")
        for key in ("look", "template")
        for word in forbidden_in(told.get(key, ""), words)
    ]
    faults += [Fault(source=source, column=PICTURES, problem=problem) for problem in _picture_problems(told)]
    if faults:
        raise InputInvalid(faults)
    return BrandKit(
        source=source,
        name=told.get("name") or source.rpartition("/")[2].partition(".")[0],
        sha256=hashlib.sha256(content).hexdigest(),
        look=told.get("look", ""),
        wishes={column: told[key] for key, column in COLUMNS.items() if key in told},
        negative=told.get("negative", ()),
        forbidden=words,
        variants=told.get("variants", ()),
        languages=told.get("languages", ()),
        label=told.get("label"),
        credit=told.get("credit", ""),
    )


def _picture_problems(told: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the pictures that a kit names, whatever model they are for."""
    count = len(told.get(PICTURES, ()))
    if count > PICTURES_MAX:
        yield f"names {count} pictures; name {PICTURES_MAX} at most"
    if count and "style_codes" in told:
        yield "and style_codes exclude each other; leave one of them out"


def is_kit(pairs: Pairs) -> bool:
    """Whether any key of a kit is there: a sheet may be called `brand` for other reasons."""
    return not {squeezed(key) for key in pairs}.isdisjoint(map(squeezed, KEYS))


def forbidden_in(prompt: str, words: tuple[str, ...]) -> list[str]:
    """Those of the words that stand in a prompt, whole, whatever their case."""
    folded = " ".join(prompt.casefold().split())
    found = (re.escape(" ".join(word.casefold().split())) for word in words)
    return [word for word, pattern in zip(words, found, strict=True) if re.search(rf"(?<!\w){pattern}(?!\w)", folded)]


def _unknown(key: str) -> str:
    near = get_close_matches(squeezed(key), {squeezed(name): name for name in KEYS}, n=1, cutoff=_NEAR)
    if near:
        meant = next(name for name in KEYS if squeezed(name) == near[0])
        return f"is no key of a brand kit; did you mean {meant!r}?"
    return f"is no key of a brand kit; use {', '.join(KEYS)}"
