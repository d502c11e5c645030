"""Which files are handed over, of which images, and what each is called: all of it known before anything is written."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from tasks.errors import InputInvalid
from tasks.exporting.name_pattern import name_of, unknown_names, values_of
from tasks.images.geometry import Size, cut_size
from tasks.images.sources import cuts_of
from tasks.planning.faults import Faults
from tasks.records.cell import Cell
from tasks.records.money import counted
from tasks.records.outcome import Outcome, StoredOriginal
from tasks.records.variant import Variant
from tasks.records.variant_text import SUFFIXES
from tasks.tables.fill_template import EmptyGap
from tasks.tables.template import Gap, Template, parse_template
from tasks.tables.unseen import squeezed

ORIGINAL: Final = "original"
"""In the place of a variant's name: the image as the API delivered it."""
CELLS_SHOWN: Final = 4
TELL_APART: Final = ("product", "language", "copy", "take", "format", "variant", "row", "cell_id")
"""What may be added to a pattern whose names are not each one's own, the most readable first."""
NAMES: Final = "--names"


class Image(NamedTuple):
    """An image that is handed over."""

    cell: Cell
    outcome: Outcome
    original: StoredOriginal
    row: Mapping[str, str]
    """Its line of the campaign's manifest, by column."""


@dataclass(frozen=True)
class HandedFile:
    """A file that is handed over."""

    image: Image
    variant: Variant | None
    """None for the original."""
    key: str
    """Where it lies in the campaign's folder."""
    name: str = ""
    """What it is called where it is handed over, with its folders."""

    @property
    def variant_name(self) -> str:
        """As the manifest calls it."""
        return self.variant.name if self.variant is not None else ORIGINAL

    @property
    def ending(self) -> str:
        """Of its name, without the dot."""
        return SUFFIXES[self.variant.format] if self.variant is not None else self.key.rpartition(".")[2]

    @property
    def size(self) -> Size:
        """In pixels."""
        source = Size(self.image.original.width_px, self.image.original.height_px)
        return cut_size(source, self.variant) if self.variant is not None else source

    @property
    def label(self) -> str:
        """What it says for people to see; empty where nothing is drawn on it."""
        drawn = self.image.outcome.labelled.get(self.variant.name) if self.variant is not None else None
        return drawn.words if drawn is not None else ""

    @property
    def is_signed(self) -> bool:
        """Whether it carries Content Credentials."""
        if self.variant is None:
            return self.image.outcome.has_credentials
        return bool(self.image.outcome.signed.get(self.variant.name))

    @property
    def is_marked(self) -> bool:
        """Whether it says in its metadata how it was made."""
        found = self.image.original.marks
        if self.variant is None:
            return found is not None and found.source_type is not None
        return self.variant.name in self.image.outcome.marked


def files_of(
    images: Sequence[Image], variants: Sequence[Variant], only: Collection[str], stored: Collection[str]
) -> tuple[HandedFile, ...]:
    """The files of these images, in their order, and of each in that of the campaign's `variants`.

    `stored`: the keys of what lies in the campaign's folder. Raises InputInvalid where a variant is not one of the
    campaign's, or was not cut of an image yet.
    """
    names = [variant.name for variant in variants]
    unknown = [name for name in only if name not in {*names, ORIGINAL}]
    if unknown:
        problem = f"is no variant of this campaign; use {', '.join([*names, ORIGINAL])}"
        raise InputInvalid.of(source="--only", value=unknown[0], problem=problem)
    files = []
    for image in images:
        cuts = [cut for cut in cuts_of(image.cell, variants) if not only or cut.name in only]
        files += [HandedFile(image, cut, cut.key(image.cell.cell_id)) for cut in cuts]
        if ORIGINAL in only and ORIGINAL not in names:
            files.append(HandedFile(image, None, image.original.key))
    missing = [file for file in files if file.key not in stored]
    if missing:
        problem = "is not stored; the next run of the campaign cuts it, or python flows/recut_variants.py, for nothing"
        source = f"{missing[0].key} ({len(missing):,} such)" if len(missing) > 1 else missing[0].key
        raise InputInvalid.of(source=source, problem=problem)
    if not files:
        problem = f"leaves no file of these images; use {', '.join([*names, ORIGINAL])}"
        raise InputInvalid.of(source="--only", problem=problem)
    return tuple(files)


def with_names(files: Iterable[HandedFile], pattern: str) -> tuple[HandedFile, ...]:
    """The files with what they are called, each by a name of its own. Raises InputInvalid with every fault."""
    files, template, faults = tuple(files), parse_template(pattern), Faults()
    own = dict.fromkeys(name for file in files for name in file.image.cell.metadata)
    for problem in unknown_names(template, files[0].image.row, own):
        faults.add(NAMES, problem, value=pattern)
    faults.raise_if_any()
    names = {gap.name for gap in template.gaps}
    rows = {file.image.cell.cell_id: file.image.row for file in files}
    values = {cell_id: values_of(row, names) for cell_id, row in rows.items()}
    named = list[HandedFile]()
    for file in files:
        cell = file.image.cell
        try:
            row = values[cell.cell_id] | {"variant": file.variant_name, "ext": file.ending}
            named.append(replace(file, name=name_of(template, row)))
        except EmptyGap as gap:
            problem = f"is empty, and names need it; write [-{{{gap.name}}}] for what may be missing"
            faults.add(NAMES, problem, cell.row, gap.name)
        except ValueError as error:
            faults.add(NAMES, str(error), cell.row)
    faults.raise_if_any()
    check_apart(named, template, pattern)
    return tuple(named)


def check_apart(files: Iterable[HandedFile], template: Template, pattern: str) -> None:
    """Raise InputInvalid where two files have one name; some disks do not tell capitals from small letters."""
    alike: dict[str, list[HandedFile]] = {}
    for file in files:
        alike.setdefault(file.name.casefold(), []).append(file)
    groups = [its for its in alike.values() if len(its) > 1]
    if not groups:
        return
    used = {squeezed(gap.name) for gap in template.gaps}
    free = (name for name in TELL_APART if squeezed(name) not in used)
    name = next((name for name in free if all(tells_apart(name, its) for its in groups)), "cell_id")
    first, others = groups[0], len(groups) - 1
    ids = list(dict.fromkeys(file.image.cell.cell_id for file in first))
    more = f" and {len(ids) - CELLS_SHOWN:,} more" if len(ids) > CELLS_SHOWN else ""
    also = f", and {counted(others, 'name')} more of several files" if others else ""
    told = f"would be the name of {len(first):,} files of {', '.join(ids[:CELLS_SHOWN])}{more}{also}"
    remedy = f"add {{{name}}}: --names '{with_gap(pattern, name)}'"
    raise InputInvalid.of(source=NAMES, value=first[0].name, problem=f"{told}; {remedy}")


def tells_apart(name: str, files: Collection[HandedFile]) -> bool:
    """Whether what stands under a name is another for each of the files."""
    found = set()
    for file in files:
        values = values_of(file.image.row, [name]) | {"variant": file.variant_name}
        found.add(values.get(squeezed(name), "").casefold())
    return len(found) == len(files)


def with_gap(pattern: str, name: str) -> str:
    """The pattern with another column in it, before the variant or, where it names none, before the ending."""
    pieces = parse_template(pattern).pieces
    for mark in ("-{variant}", ".{ext}"):
        if mark in pattern and isinstance(pieces[-1], Gap):
            return pattern.replace(mark, f"-{{{name}}}{mark}", 1)
    return f"{{{name}}}-{pattern}"
