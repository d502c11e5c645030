"""What the table of models says about each."""

from collections.abc import Mapping
from typing import Literal

from tasks.records import sizes
from tasks.records.record import Record
from tasks.records.reference import ReferenceColumn
from tasks.records.sizes import AspectRatio
from tasks.records.vocabulary import Model, Quality, StyleType

Route = Literal["legacy", "v1", "v2"]
"""`POST /generate`, `POST /v1/ideogram-v3/generate`, `POST /v2/image/generate/{model}`."""


class Offer(Record):
    """What one model offers."""

    model: Model
    route: Route
    words: tuple[str, ...]
    """How people call it, beside its own name; case, spaces, dashes and a `v` or `Ideogram` before it aside."""
    takes: frozenset[str]
    """The columns that it takes beside those that every model does: what is not among them is never sent to it."""
    ratios: tuple[AspectRatio, ...]
    has_ratio_field: bool = True
    """Whether a ratio is sent as one; else it means the largest listed size of that shape."""
    resolutions: tuple[str, ...] = ()
    takes_any_size: bool = False
    """Whether it takes sizes that are not listed, within the limits of `sizes.py`."""
    styles: tuple[StyleType, ...] = ()
    default_style: StyleType | None = None
    """What is sent where no style is asked for; None leaves it to the API."""
    qualities: Mapping[Quality, str]
    """Its words for those of our scale that have a known price; those of the legacy route are models."""
    default_quality: Quality = "medium"
    with_source_only: frozenset[Quality] = frozenset()
    """Those of its qualities that it has beside a source image only."""
    references: Mapping[ReferenceColumn, int] = {}
    """How many pictures it takes in each of these columns."""

    def resolution_for(self, ratio: str) -> str | None:
        """The largest listed size that has exactly this shape; None where there is none."""
        wanted = sizes.ratio_of(ratio)
        return max((size for size in self.resolutions if sizes.ratio_of(size) == wanted), key=sizes.area, default=None)

    def has_size(self, resolution: str) -> bool:
        """Whether an image may have this size."""
        return resolution in self.resolutions or (self.takes_any_size and sizes.is_own(resolution))
