"""How people write a palette: by a name, as colours, or in the API's own JSON."""

import json
import re
from typing import Final

from tasks.records import vocabulary as words
from tasks.records.request import Palette, PaletteMember
from tasks.tables.one_of import one_of

_HEX: Final = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")


def parse_color_palette(text: str) -> Palette:
    """A name such as `EMBER`, colours such as `#0a3d62:0.6, #f6b93b`, also as a list in JSON, or the API's own JSON."""
    if text.startswith("["):
        text = _listed_colors(text)
    if text.startswith("{"):
        return _checked(_palette_from_json(text))
    if "#" not in text:
        return Palette(name=one_of(words.PALETTE_NAMES, text, "or colours such as #0a3d62:0.6, #f6b93b"))
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
