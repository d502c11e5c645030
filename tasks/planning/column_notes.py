"""What becomes of columns that are not sent, in sentences."""

from typing import Final

from tasks.planning.parse_matrix import Columns
from tasks.tables.columns import similar_column

VISIBILITY_NOTE: Final = (
    "visibility is kept as a note only: the endpoint has no such field, so nothing was made public or private by it"
)


def column_notes(columns: Columns) -> list[str]:
    """What becomes of the columns that are not ours or not sent, in sentences."""
    notes = [VISIBILITY_NOTE] if "visibility" in columns.known else []
    if columns.metadata:
        notes.append(f"kept as metadata, not sent: {', '.join(columns.metadata)}")
    slips = ((name, similar_column(name)) for name in columns.metadata)
    asked = ((name, meant) for name, meant in slips if meant and meant not in columns.known)
    return notes + [f"is the column {name!r} meant to be {meant!r}? Then rename it" for name, meant in asked]
