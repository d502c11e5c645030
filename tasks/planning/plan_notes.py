"""What a plan says of the columns and the models of a matrix, beside its faults."""

from collections.abc import Container, Iterable
from typing import Final

from tasks.planning.fill_prompts import Prompts
from tasks.planning.in_language import ASK, Speech
from tasks.planning.read_header import Columns
from tasks.records.fault import shortened
from tasks.records.money import counted
from tasks.records.vocabulary import Model
from tasks.tables.columns import column_name

LONGEST_SHOWN_CHARS: Final = 400
FALLEN_SHOWN: Final = 8


def column_notes(columns: Columns, named: Container[str] = ()) -> list[str]:
    """What becomes of the columns that are not ours or not sent, in sentences; `named`: those that templates name."""
    filled_in = [name for name in columns.metadata if name in named]
    unsent = [name for name in columns.metadata if name not in named]
    notes = [f"kept as metadata, sent where a template names them: {', '.join(filled_in)}"] if filled_in else []
    if unsent:
        notes.append(f"kept as metadata, not sent: {', '.join(unsent)}")
    return notes + columns.slips()


def prompt_notes(prompts: Prompts) -> list[str]:
    """How many prompts were filled in, how many of them differ, and the longest, which is the one to read."""
    notes = []
    if prompts.images:
        text, row, format_name = prompts.longest
        place = f"row {row}, {format_name}" if format_name else f"row {row}"
        are = "1 prompt was" if prompts.images == 1 else f"{prompts.images:,} prompts were"
        differ = f", {prompts.different:,} of them different" if prompts.images > 1 else ""
        longest = f"the longest has {counted(len(text), 'character')} ({place}): {shortened(text, LONGEST_SHOWN_CHARS)}"
        notes.append(f"{are} filled in from templates{differ}; {longest}")
    notes += prompts.alternatives.notes()
    if prompts.templates.left_out:
        named = ", ".join(prompts.templates.left_out)
        notes.append(f"negative_template of the whole campaign is left out for {named}, which takes none")
    return notes


def speech_notes(speech: Speech, prompts: Prompts) -> list[str]:
    """Where the plain text stands for translations that are missing, and languages of which none is asked for.

    Of texts that any prompt is made of.
    """
    names = prompts.templates.names
    unasked = [family for family in speech.unasked if family.is_ours or family.name in names.used]
    tags = ", ".join(dict.fromkeys(tag for family in unasked for tag in family.tags))
    titles = ", ".join(family.title for family in unasked)
    are = "is" if len(unasked) == 1 else "are"
    asked = [f"{titles} {are} there in other languages ({tags}), of which none is made; {ASK}"] if unasked else []
    slips = [f"is the column {title!r} meant to be {meant!r}? Then rename it" for title, meant in speech.slips]
    fallen = [
        f"{title} in {counted(count, 'row')} (first row {first})"
        for (name, title), (count, first) in speech.fallen.items()
        if column_name(name) is not None or name in names.used
    ]
    more = f" and {len(fallen) - FALLEN_SHOWN:,} columns more" if len(fallen) > FALLEN_SHOWN else ""
    said = f"where a translation is missing, the text of the first language is used: {', '.join(fallen[:FALLEN_SHOWN])}"
    return [*asked, *slips, *([f"{said}{more}"] if fallen else [])]


def visibility_notes(models: Iterable[Model]) -> list[str]:
    """That these models, of rows which say who may see their images, have no field for it."""
    named = ", ".join(models)
    return [f"visibility is kept as a note only with {named}: the route has no field for it"] if named else []


def style_notes(models: Iterable[Model]) -> list[str]:
    """That the style of a format is not sent to these models, which take none."""
    named = ", ".join(models)
    said = f"the formats' style_type is left out for {named}, which takes none: say the style in the prompt"
    return [said.replace("takes", "take") if "," in named else said] if named else []


def repeat_notes(repeats: int, first_row: int) -> list[str]:
    """That images ask for what others do."""
    if not repeats:
        return []
    ask = "1 image asks" if repeats == 1 else f"{repeats:,} images ask"
    return [f"{ask} for exactly what another one does, first in row {first_row}; all are made and paid for"]
