"""What each field of a request may hold, one check per kind of value. Pure."""

import re
from collections.abc import Callable, Collection
from typing import Final

from sandbox.markers import MARKERS, markers_in
from tasks.records.vocabulary import (
    PALETTE_MEMBERS_MAX,
    PALETTE_NAMES,
    PALETTE_WEIGHT_MAX,
    PALETTE_WEIGHT_MIN,
    PROMPT_MAX_CHARS,
)

Check = Callable[[object], str | None]
"""Takes the value of one field; returns what is wrong with it, or None."""

_HEX_COLOR: Final = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")


def one_of(accepted: Collection[str]) -> Check:
    """Accepts one of the listed strings."""

    def check(value: object) -> str | None:
        is_accepted = isinstance(value, str) and value in accepted
        return None if is_accepted else f"must be one of {', '.join(accepted)}"

    return check


def integer(lowest: int, highest: int) -> Check:
    """Accepts a whole number within the limits; true and false are none."""

    def check(value: object) -> str | None:
        is_accepted = type(value) is int and lowest <= value <= highest
        return None if is_accepted else f"must be an integer from {lowest} to {highest}"

    return check


def text(value: object) -> str | None:
    """Accepts any string that can be encoded."""
    if not isinstance(value, str):
        return "must be a string"
    has_lone_surrogate = any("\ud800" <= char <= "\udfff" for char in value)
    return "must be valid Unicode" if has_lone_surrogate else None


def prompt(value: object) -> str | None:
    """Accepts a prompt that is not empty, not too long, and has no misspelt marker."""
    if fault := text(value):
        return fault
    given = str(value)
    if not given.strip() or len(given) > PROMPT_MAX_CHARS:
        return f"must have 1 to {PROMPT_MAX_CHARS} characters"
    if unknown := markers_in(given) - set(MARKERS):
        return f"has the unknown marker {min(unknown)!a}; known: {', '.join(MARKERS)}"
    return None


def palette_of(names: Collection[str]) -> Check:
    """Accepts a preset by one of `names`, or one to eight colours with weights."""

    def check(value: object) -> str | None:
        if not isinstance(value, dict) or set(value) not in ({"name"}, {"members"}):
            return "must be an object with either name or members"
        if "name" in value:
            fault = one_of(names)(value["name"])
            return fault and f"name {fault}"
        members = value["members"]
        if not isinstance(members, list) or not 1 <= len(members) <= PALETTE_MEMBERS_MAX:
            return f"members must be a list of 1 to {PALETTE_MEMBERS_MAX} colours"
        return next((fault for member in members if (fault := _member(member))), None)

    return check


palette: Final[Check] = palette_of(PALETTE_NAMES)
"""Accepts a preset in capitals, or colours."""


def _member(value: object) -> str | None:
    if not isinstance(value, dict) or "color_hex" not in value or not set(value) <= {"color_hex", "color_weight"}:
        return "members must be objects with color_hex and, if wanted, color_weight"
    color, weight = value["color_hex"], value.get("color_weight", 1.0)
    if not isinstance(color, str) or not _HEX_COLOR.fullmatch(color):
        return "color_hex must look like #rgb or #rrggbb"
    if type(weight) not in (int, float) or not PALETTE_WEIGHT_MIN <= weight <= PALETTE_WEIGHT_MAX:
        return f"color_weight must be a number from {PALETTE_WEIGHT_MIN} to {PALETTE_WEIGHT_MAX}"
    return None
