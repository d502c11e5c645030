"""A brand kit: what the campaigns of a brand have in common, each key checked as the column of its kind is."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from tasks.errors import InputInvalid
from tasks.records.fault import Fault, quoted
from tasks.records.label import parse_label
from tasks.records.language import parse_languages
from tasks.records.models import OFFERS
from tasks.records.option_types import with_widths
from tasks.records.variant import Variant
from tasks.records.vocabulary import NAME_MAX_CHARS, PROMPT_MAX_CHARS
from tasks.tables.brand_table import Pairs
from tasks.tables.columns import parse_text, parse_value
from tasks.tables.placeholders import check_filled
from tasks.tables.spreadsheet import check_typed
from tasks.tables.unseen import squeezed

COLUMNS: Final = {
    "palette": "color_palette",
    "style_type": "style_type",
    "style_codes": "style_codes",
    "reference_images": "style_reference",
    "template": "template",
    "negative_template": "negative_template",
}
"""Keys that stand for a column where neither row nor format says it."""
PICTURES: Final = "reference_images"
PICTURES_MAX: Final = max(offer.references.get("style_reference", 0) for offer in OFFERS.values())
TEXTS: Final = ("name", "look")
LISTS: Final = ("negative", "forbidden")
KEYS: Final = (*TEXTS, *COLUMNS, *LISTS, "label", "credit", "variants", "languages")
CREDIT_MAX_CHARS: Final = 200
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
            read(known, value, _reader(known))
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


def _reader(key: str) -> Callable[[object], Any]:
    if key in COLUMNS:
        sign = "; " if key == PICTURES else ", "
        return lambda value: parse_value(COLUMNS[key], sign.join(_texts(value)))
    if key in LISTS:
        return lambda value: tuple(dict.fromkeys(map(_sent if key == "negative" else str, _texts(value))))
    if key in _OWN:
        return _OWN[key]
    if key == "name":
        return lambda value: parse_text(_text(value), NAME_MAX_CHARS)
    return lambda value: _sent(parse_text(_text(value), PROMPT_MAX_CHARS))


def _sent(text: str) -> str:
    """A text that is sent as it is. Raises ValueError where nobody has typed it, or something is to be filled in."""
    check_typed(text)
    check_filled(text, ())
    return text


def _text(value: object) -> str:
    texts = _texts(value)
    if len(texts) != 1:
        raise ValueError(f"holds {len(texts)} texts ({', '.join(map(quoted, texts))}); write one")
    return texts[0]


def _texts(value: object) -> list[str]:
    """A text, or a list of texts, without those that are empty."""
    given = value if isinstance(value, list) else [value]
    texts = [text for text in given if isinstance(text, str)]
    if len(texts) < len(given):
        raise ValueError('is not accepted; write a text, or a list of texts such as ["one", "two"]')
    found = [text.strip() for text in texts if text.strip()]
    if not found:
        raise ValueError("is empty; write something, or leave the key out")
    return found


def _variants(value: object) -> tuple[Variant, ...]:
    """A table of cuts by their names, or a list of them as the command has them."""
    written = [f"{name}={size}" for name, size in value.items()] if isinstance(value, Mapping) else _texts(value)
    found = tuple(Variant.parse(text.replace(" ", "")) for text in written)
    if len({variant.name for variant in found}) < len(found):
        raise ValueError("is not accepted; give each variant a name of its own")
    return with_widths(found)


_OWN: Final[Mapping[str, Callable[[object], Any]]] = {
    "variants": _variants,
    "languages": lambda value: parse_languages(", ".join(_texts(value))),
    "label": lambda value: parse_label(_text(value)),
    "credit": lambda value: " ".join(parse_text(_text(value), CREDIT_MAX_CHARS).split()),
}
"""How those are read that are neither a column, nor a list, nor just a text."""


def _unknown(key: str) -> str:
    near = get_close_matches(squeezed(key), {squeezed(name): name for name in KEYS}, n=1, cutoff=_NEAR)
    if near:
        meant = next(name for name in KEYS if squeezed(name) == near[0])
        return f"is no key of a brand kit; did you mean {meant!r}?"
    return f"is no key of a brand kit; use {', '.join(KEYS)}"
