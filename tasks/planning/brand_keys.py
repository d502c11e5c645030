"""How each key of a brand kit is read: as the column of its kind is, or in a way of its own."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tasks.records.fault import quoted
from tasks.records.label import parse_label
from tasks.records.language import parse_languages
from tasks.records.option_types import with_widths
from tasks.records.variant import Variant
from tasks.records.vocabulary import NAME_MAX_CHARS, PROMPT_MAX_CHARS
from tasks.tables.columns import parse_text, parse_value
from tasks.tables.placeholders import check_filled
from tasks.tables.spreadsheet import check_typed

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
LISTS: Final = ("negative", "forbidden")
CREDIT_MAX_CHARS: Final = 200


def reader(key: str) -> Callable[[object], Any]:
    """Reads what stands under a key of ours. What it gives raises ValueError with the end of a sentence."""
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
