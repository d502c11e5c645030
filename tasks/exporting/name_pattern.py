"""What files are called that are handed over: a pattern, in the language of templates, filled from a manifest's row.

Every name is good on Windows, on S3 and in a web address without being written otherwise: Latin letters, digits and
`-_.`, with `/` between folders.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from slugify import slugify

from tasks.publishing.formulas import without_quote
from tasks.records.slug import is_device, slug
from tasks.records.variant_text import SUFFIXES
from tasks.tables.fill_template import fill
from tasks.tables.template import Gap, Template, parse_template
from tasks.tables.unseen import squeezed

DEFAULT_NAMES: Final = "{product}-{format}[-{language}]-{variant}.{ext}"
VALUE_MAX_CHARS: Final = 80
PART_MAX_CHARS: Final = 200
"""Of a file's or a folder's name; disks take 255 bytes."""
ALSO: Final = {"copy": "copy_number"}
"""Other words for columns of the manifest."""
OF_FILES: Final = ("variant", "ext")
AT_TIMES: Final = ("language",)
"""Columns that only some manifests have; empty in the others."""
USUAL: Final = ("product", "format", "variant", "copy", "take", "row", "cell_id")
_LOWERED: Final = {"product", "format"}
"""As they are in a cell's id; a column of the matrix, such as a SKU, keeps its capitals."""
_LITERAL: Final = re.compile(r"[A-Za-z0-9._/-]*")
_ENDING: Final = re.compile(r"\.([A-Za-z]{3,5})$")
_NEAR: Final = 0.6


def checked_pattern(text: str) -> str:
    """A pattern that can be filled, with its ending. Raises ValueError, with the end of a sentence."""
    pattern = text.strip()
    if "\\" in pattern:
        raise ValueError("holds a \\; write / between folders")
    template = parse_template(pattern)
    if template.choices:
        raise ValueError("holds alternatives; a file has one name, so name a column in braces, such as {variant}")
    bad = sorted({char for piece in template.plain for char in piece if not _LITERAL.fullmatch(char)})
    if bad:
        signs = " ".join(map(repr, bad))
        problem = (
            "write letters, digits, - _ and . and a / between folders, so that every disk and web address takes them"
        )
        raise ValueError(f"holds {signs}; {problem}")
    if not pattern or pattern.startswith("/") or pattern.endswith("/") or "//" in pattern:
        raise ValueError(f"is no name of a file; write such as {DEFAULT_NAMES}")
    if any(part.strip(".") == "" for part in pattern.split("/")):
        raise ValueError("leads out of the folder; name the folder itself where it is to be handed over")
    ending = _ENDING.search(pattern)
    if ending is not None and ending[1].lower() in {*SUFFIXES.values(), "jpeg", "gif", "tif", "tiff"}:
        raise ValueError(f"ends in {ending[0]}, whatever a file is; write .{{ext}} in its place")
    last = template.pieces[-1]
    return pattern if isinstance(last, Gap) and squeezed(last.name) == "ext" else f"{pattern}.{{ext}}"


def unknown_names(template: Template, known: Iterable[str], own: Iterable[str] = ()) -> list[str]:
    """For each name in a pattern that there is not, the end of a sentence that names the nearest one.

    `known`: the columns of the manifest, as they are written; `own`: those of them that are the matrix's.
    """
    shown = {squeezed(name): name for name in (*OF_FILES, *AT_TIMES, *ALSO, *known)}
    problems = []
    for name in dict.fromkeys(gap.name for gap in template.gaps if squeezed(gap.name) not in shown):
        near = get_close_matches(squeezed(name), shown, n=1, cutoff=_NEAR)
        hint = f"did you mean {{{shown[near[0]]}}}?" if near else f"use one of {_braced([*USUAL, *own])}"
        problems.append(f"names {{{name}}}, which is no column of the manifest; {hint}")
    return problems


def _braced(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def values_of(row: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """What a row of the manifest has under these names, by them squeezed, as parts of a name; empty where nothing is.

    A product without a name is called as its cell's id begins, and a format without one by its shape, such as `16x9`.
    """
    columns = {squeezed(name): name for name in row}
    columns |= {also: column for also, column in ALSO.items() if column in row}
    wanted = {"format", *map(squeezed, names)} & columns.keys()
    values = {name: part_of(without_quote(row[columns[name]]), name) for name in wanted}
    if values.get("product") == "":
        values["product"] = row["cell_id"].rpartition("-")[0].removesuffix(f"-{values['format']}")
    values["format"] = values["format"] or part_of((row["aspect_ratio"] or row["resolution"]).replace(":", "x"))
    return values


def part_of(text: str, column: str = "") -> str:
    """A value as a part of a name."""
    if squeezed(column) in _LOWERED:
        return slug(text, VALUE_MAX_CHARS)
    pattern = r"[^-_.A-Za-z0-9]+"
    plain = slugify(text, max_length=VALUE_MAX_CHARS, lowercase=False, regex_pattern=pattern, save_order=True)
    return plain.strip("-_.")


def name_of(template: Template, values: Mapping[str, str]) -> str:
    """The name of a file, with its folders. Raises EmptyGap, or ValueError with the end of a sentence."""
    gaps = {gap.name: values.get(squeezed(gap.name), "") for gap in template.gaps}
    text, _ = fill(template, gaps).first()
    return "/".join(_fit(part) for part in text.split("/"))


def _fit(part: str) -> str:
    """A part of a name that every disk takes."""
    part = re.sub(r"-{2,}", "-", part).strip("-")
    stem, dot, ending = part.rpartition(".")
    stem = stem.strip("-_.")
    part = f"{stem}{dot}{ending}" if dot else part.strip("-_.")
    if not (stem if dot else part):
        raise ValueError("leaves nothing of a name; name a column that has a value for every image, such as {cell_id}")
    if len(part) > PART_MAX_CHARS:
        raise ValueError(f"makes a name of {len(part):,} characters; name fewer columns, {PART_MAX_CHARS} fit")
    return f"_{part}" if is_device(part) else part
