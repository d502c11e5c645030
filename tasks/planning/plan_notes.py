"""What a plan says of the columns and the models of a matrix, beside its faults."""

from collections.abc import Iterable

from tasks.planning.parse_matrix import Columns
from tasks.records.vocabulary import Model
from tasks.tables.columns import similar_column


def column_notes(columns: Columns) -> list[str]:
    """What becomes of the columns that are not ours or not sent, in sentences."""
    notes = []
    if columns.metadata:
        notes.append(f"kept as metadata, not sent: {', '.join(columns.metadata)}")
    slips = ((name, similar_column(name)) for name in columns.metadata)
    asked = ((name, meant) for name, meant in slips if meant and meant not in columns.known)
    return notes + [f"is the column {name!r} meant to be {meant!r}? Then rename it" for name, meant in asked]


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
