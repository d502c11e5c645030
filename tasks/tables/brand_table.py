"""Reads a brand kit as it is kept: a TOML file at a path or an address, or a sheet of a workbook."""

import re
import tomllib
from collections.abc import Iterable
from typing import IO, Any, Final

from tasks.errors import InputInvalid
from tasks.records.fault import Fault, without_secrets
from tasks.records.table_name import split_sheet
from tasks.storage.absence import absent_at
from tasks.tables.content import HEAD_BYTES, unpacked
from tasks.tables.hindrance import ABSENT, hindrance
from tasks.tables.open_table import Fetch, opened
from tasks.tables.parts import Parts
from tasks.tables.sheets import BRAND, Asked, read_keys
from tasks.tables.unseen import squeezed
from tasks.workbooks.workbook import is_workbook

Pairs = dict[str, Any]
"""A kit's keys and what stands behind them."""

_NO_KIT: Final = "is no brand kit; name a TOML file, or a workbook with a sheet brand"
BYTES_MAX: Final = 1_000_000
_TITLES: Final = frozenset({"key", "setting", "brand", "what"})
"""What may stand above the keys of a sheet."""
_WHOLE: Final = frozenset({"name", "look", "label", "credit", "template", "negativetemplate", "palette", "styletype"})
"""Keys, squeezed, that are one text, commas included."""


def read_brand(url: str, fetch: Fetch) -> tuple[str, bytes, Pairs]:
    """The kit at `url`: how it is told, its content for a digest, and its keys. Raises InputInvalid."""
    place, sheet = split_sheet(url)
    source, content = without_secrets(place), b""
    try:
        with opened(place, fetch) as found:
            if is_file := not isinstance(found, Parts):
                plain = unpacked(found)
                if is_workbook(plain.peek(HEAD_BYTES)):
                    return _read_sheet(Asked(source, sheet or BRAND, is_formats=False), plain)
                content = plain.read(BYTES_MAX + 1)
    except InputInvalid:
        raise
    except Exception as error:
        problem = hindrance(error)
        raise InputInvalid.of(source=source, problem=absent_at(source) if problem == ABSENT else problem) from error
    if not is_file or len(content) > BYTES_MAX:
        raise InputInvalid.of(source=source, problem=_NO_KIT)
    try:
        return source, content, tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        problem = f'is no TOML: {error}; write a key a line, such as look = "soft light"'
        raise InputInvalid.of(source=source, problem=problem) from error


def _read_sheet(asked: Asked, file: IO[bytes]) -> tuple[str, bytes, Pairs]:
    """Keys in the first column, and what they say beside them: several texts in several cells, lines or rows.

    Where no key stands, the one above goes on; a key beside which nothing stands is a heading, or says nothing.
    """
    faults: list[Fault] = []
    told, found = read_keys(asked, file, faults.append)
    rows = [texts for _, texts in found if any(map(squeezed, texts[1:]))]
    if faults:
        raise InputInvalid(faults)
    if rows and squeezed(rows[0][0]) in _TITLES:
        rows = rows[1:]
    pairs: dict[str, list[str]] = {}
    key = ""
    for name, *texts in rows:
        key = name.strip() if squeezed(name) else key
        if key:
            pairs.setdefault(key, []).extend(_parted(key, texts))
    content = "\n".join(f"{key}\t{text}" for key, texts in pairs.items() for text in texts).encode()
    return told, content, pairs


def _parted(key: str, texts: Iterable[str]) -> list[str]:
    signs = r"\n" if squeezed(key) in _WHOLE or squeezed(key) == "variants" else r"[\n,;]"
    return [part.strip() for text in texts for part in re.split(signs, text) if part.strip()]
