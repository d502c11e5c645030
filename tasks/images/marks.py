"""What each variant of an original says of how that was made: all of it, or the short of it in a small file."""

from collections.abc import Iterable
from typing import Final

from tasks.images.geometry import Size, cut_size
from tasks.images.xmp_packet import packet
from tasks.records.marks import Facts
from tasks.records.variant import Variant

SHORT_UP_TO_PX: Final = 512
"""Of the longer side. All of it takes 1.2 kB, an eighth of a thumb of 400 pixels."""


def marks_of(facts: Facts | None, variants: Iterable[Variant], source: Size) -> dict[str, Facts]:
    """What each variant of a picture of the size `source` says, by its name; nothing without `facts`."""
    if facts is None:
        return {}
    return {one.name: facts.short if max(cut_size(source, one)) <= SHORT_UP_TO_PX else facts for one in variants}


def packet_of(facts: Facts | None) -> bytes:
    """The XMP that says it; none where nothing is to be said."""
    return b"" if facts is None else packet(facts)
