"""What a campaign's variants say of how they were made."""

from typing import Final, NamedTuple

from tasks.records.option_types import Marks


class Says(NamedTuple):
    """What they say, as the campaign has settled it; rows may have a word in it too."""

    marks: Marks = "yes"
    """In metadata."""


USUAL: Final = Says()
"""Of a campaign in which nobody has chosen."""
