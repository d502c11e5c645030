"""What to know of the variants before they are cut."""

from collections.abc import Sequence

from tasks.records.variant import Variant


def ground_notes(variants: Sequence[Variant]) -> list[str]:
    """A sentence where a transparent ground is asked for in a format that has no transparency."""
    white = [one.name for one in variants if one.fit == "contain" and one.format == "jpeg" and one.ground is None]
    if not white:
        return []
    lie = f"{', '.join(white)} {'lies' if len(white) == 1 else 'lie'} on white, since JPEG has no transparency"
    return [f"{lie}; ground=#rrggbb or ground=auto chooses another colour, and png, webp and avif leave it clear"]
