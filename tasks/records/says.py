"""What a campaign's variants say of how they were made."""

from typing import Final, NamedTuple

from tasks.records.option_types import Marks


class Says(NamedTuple):
    """What they say, as the campaign has settled it; rows may have a word in it too."""

    marks: Marks = "yes"
    """In metadata."""
    signed_over_px: int | None = None
    """How long the longer side of a variant may be that is not signed, in this run; None where none is signed."""

    def signed(self, over_px: int | None) -> "Says":
        """The same, with variants signed whose longer side is over so many pixels; of none without a number."""
        return self._replace(signed_over_px=over_px)


USUAL: Final = Says()
"""Of a campaign in which nobody has chosen."""
