"""The columns of a matrix: their names, their other names, and how the text of a field becomes a value."""

import json
import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final, TypeVar

from tasks.records import vocabulary as words
from tasks.records.endpoint import parse_callback_url
from tasks.records.focus import parse_focus
from tasks.records.model_words import parse_model, parse_quality
from tasks.records.request import Palette, PaletteMember
from tasks.tables.size_words import parse_aspect_ratio, parse_resolution
from tasks.tables.unseen import squeezed, without_unseen

Word = TypeVar("Word", bound=str)

ALIASES: Final = {
    "magic_prompt_option": "magic_prompt",
    "seed_number": "seed",
    "style": "style_type",
    "colour_palette": "color_palette",
}
"""Other names for a column: the API's own, and those of Ideogram's batch spreadsheet."""

_RENDERINGS: Final = ("default", "flash", "turbo", "quality")
_TRUTHS: Final = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
_VISIBILITIES: Final = ("public", "private")
_HEX: Final = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")


def _one_of(accepted: tuple[Word, ...], text: str, *others: str) -> Word:
    """The word that `text` means, without case, spaces or dashes; `others` are named in the fault as well."""
    found = {squeezed(word): word for word in accepted}.get(squeezed(text))
    if found is None:
        raise ValueError(f"is not accepted; use one of {', '.join((*accepted, *others))}")
    return found


def _whole(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[+-]?\d{1,12}(?:\.0+)?", text) or not least <= int(float(text)) <= most:
        raise ValueError(f"is not accepted; use a whole number from {least} to {most}")
    return int(float(text))


def parse_color_palette(text: str) -> Palette:
    """A name such as `EMBER`, colours such as `#0a3d62:0.6, #f6b93b`, also as a list in JSON, or the API's own JSON."""
    if text.startswith("["):
        text = _listed_colors(text)
    if text.startswith("{"):
        return _checked(_palette_from_json(text))
    if "#" not in text:
        return Palette(name=_one_of(words.PALETTE_NAMES, text, "or colours such as #0a3d62:0.6, #f6b93b"))
    parts = re.sub(r"\s*:\s*", ":", text.strip(" ,;"))
    return _checked(Palette(members=tuple(_member(part) for part in re.split(r"[\s,;]+", parts))))


def _listed_colors(text: str) -> str:
    """The list that a column of lists holds, as one would have typed it: of colours, or of members as the API has."""
    try:
        colors = json.loads(text)
    except (ValueError, RecursionError):
        return text
    is_plain = all(isinstance(color, str) for color in colors)
    return ", ".join(colors) if is_plain else json.dumps({"members": colors})


def _palette_from_json(text: str) -> Palette:
    try:
        fields = {key: value for key, value in json.loads(text).items() if value is not None}
        return Palette.model_validate(fields)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            'is not a palette; use {"name": "EMBER"} or {"members": [{"color_hex": "#0a3d62"}]}'
        ) from error


def _member(text: str) -> PaletteMember:
    color, _, weight = text.partition(":")
    try:
        return PaletteMember(color_hex=color, color_weight=float(weight) if weight else None)
    except ValueError as error:
        raise ValueError(f"holds {text!r}; write a colour as #rrggbb or #rrggbb:weight") from error


def _checked(palette: Palette) -> Palette:
    if (palette.name is None) == (not palette.members):
        raise ValueError("needs a palette's name or its colours, and not both")
    if len(palette.members) > words.PALETTE_MEMBERS_MAX:
        raise ValueError(f"has {len(palette.members)} colours; the API takes {words.PALETTE_MEMBERS_MAX}")
    for member in palette.members:
        if not _HEX.fullmatch(member.color_hex):
            raise ValueError(f"holds {member.color_hex!r}; write a colour as #rgb or #rrggbb")
        weight = member.color_weight
        if weight is not None and not words.PALETTE_WEIGHT_MIN <= weight <= words.PALETTE_WEIGHT_MAX:
            least, most = words.PALETTE_WEIGHT_MIN, words.PALETTE_WEIGHT_MAX
            raise ValueError(f"holds the weight {weight:g}; use {least} to {most}")
    return palette


def parse_style_codes(text: str) -> tuple[str, ...]:
    """Codes of eight hex digits, with spaces or commas between, or as a list in JSON."""
    codes = tuple(code.upper() for code in re.split(r"[\s,;]+", text.strip(" ,;[]").replace('"', "")) if code)
    wrong = next((code for code in codes if not re.fullmatch(words.STYLE_CODE, code)), None)
    if wrong is not None or not codes:
        raise ValueError(f"holds {wrong or text!r}; a style code has eight hex digits, such as 1A2B3C4D")
    return codes


def parse_truth(text: str) -> bool:
    """Whether a box is ticked."""
    if text.lower() not in _TRUTHS:
        raise ValueError("is not accepted; use true or false")
    return _TRUTHS[text.lower()]


def parse_custom_model(text: str) -> str:
    """The address of a model that was trained for one's own account."""
    if not re.fullmatch(r"model/[^/\s]+/version/[^/\s]+", text):
        raise ValueError("is not accepted; write it as model/NAME/version/VERSION")
    return text


def parse_text(text: str, most: int) -> str:
    """As typed, with line breaks of one kind: which one a file has depends on the machine that wrote it last."""
    if len(text) > most:
        raise ValueError(f"has {len(text):,} characters; use {most:,} at most")
    return text.replace("\r\n", "\n").replace("\r", "\n")


PARSERS: Final[dict[str, Callable[[str], Any]]] = {
    "product": lambda text: parse_text(text, words.NAME_MAX_CHARS),
    "format": lambda text: parse_text(text, words.NAME_MAX_CHARS),
    "prompt": lambda text: parse_text(text, words.PROMPT_MAX_CHARS),
    "model": parse_model,
    "aspect_ratio": parse_aspect_ratio,
    "resolution": parse_resolution,
    "style_type": lambda text: _one_of(words.STYLE_TYPES, text),
    "magic_prompt": lambda text: _one_of(words.MAGIC_PROMPTS, text),
    "magic_prompt_version": lambda text: _one_of(words.MAGIC_PROMPT_VERSIONS, text),
    "negative_prompt": lambda text: parse_text(text, words.PROMPT_MAX_CHARS),
    "seed": lambda text: _whole(text, 0, words.SEED_MAX),
    "num_images": lambda text: _whole(text, 1, words.IMAGES_MAX),
    "color_palette": parse_color_palette,
    "callback_url": parse_callback_url,
    "focus": parse_focus,
    "quality": parse_quality,
    "style_preset": lambda text: _one_of(words.STYLE_PRESETS, text),
    "style_codes": parse_style_codes,
    "enable_copyright_detection": parse_truth,
    "custom_model_uri": parse_custom_model,
    "rendering": lambda text: _one_of(_RENDERINGS, text),
    "visibility": lambda text: _one_of(_VISIBILITIES, text),
}
"""The columns that we know, and how the text of a field becomes a value, or raises ValueError."""

FREE_TEXT: Final = frozenset({"product", "format", "prompt", "negative_prompt"})
NAMES: Final = {squeezed(name): name for name in PARSERS} | {squeezed(a): name for a, name in ALIASES.items()}
"""Every name of a column, squeezed, and the column."""


def column_name(header: str) -> str | None:
    """The column of ours that `header` names, matched without case, spaces or dashes; None for metadata."""
    return NAMES.get(squeezed(header))


def similar_column(header: str) -> str | None:
    """The column of ours that `header` might be a slip of the pen for."""
    similar = get_close_matches(squeezed(header), NAMES, n=1, cutoff=0.85)
    return NAMES[similar[0]] if similar else None


def parse_value(column: str, text: str) -> Any:  # noqa: ANN401  one type a column
    """The value of `text` in `column`. Raises ValueError with the end of a sentence that says what is accepted."""
    return PARSERS[column](text) if column in FREE_TEXT else _parse_again(column, text)


@lru_cache(maxsize=4096)
def _parse_again(column: str, text: str) -> Any:  # noqa: ANN401  the same few values stand in most rows
    return PARSERS[column](without_unseen(text))
