"""What is known of the variants of a job, and which of them stay as an earlier run has made them."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any, NamedTuple, Self, TypeVar

from tasks.images.cut_image import Cuts
from tasks.records.focus import Crop
from tasks.records.label import DrawnLabel
from tasks.records.outcome import Outcome

T = TypeVar("T")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class KnownCuts(NamedTuple):
    """Each by the names of variants."""

    left: AbstractSet[str] = frozenset()
    """Those that are not cut again."""
    crops: Mapping[str, Crop] = _NOTHING
    """Where the crops of its original lay, and then where they lie."""
    marked: Mapping[str, str] = _NOTHING
    """What each says of how it was made, as a digest."""
    labelled: Mapping[str, DrawnLabel] = _NOTHING
    """What is drawn on each for people to see."""
    signed: Mapping[str, str] = _NOTHING
    """By which certificate each is signed, as a fingerprint."""

    @classmethod
    def before(cls, outcome: Outcome, left: AbstractSet[str] = frozenset()) -> Self:
        """What is known before variants are cut anew, but for those that are `left`."""
        marked, signed = _of(left, outcome.marked), _of(left, outcome.signed)
        return cls(left, outcome.crops, marked, _of(left, outcome.labelled), signed)

    def and_now(self, cuts: Cuts) -> Self:
        """What is known once the others are cut."""
        crops = _of(self.left, self.crops) | dict(cuts.crops)
        marked, signed = {**self.marked, **cuts.marked}, {**self.signed, **cuts.signed}
        labelled = {**self.labelled, **cuts.labelled}
        return self._replace(crops=crops, marked=marked, labelled=labelled, signed=signed)

    def fields(self) -> dict[str, Any]:
        """As an outcome has them."""
        told = {name: value for name, value in self._asdict().items() if name != "left"}
        return {name: dict(value) for name, value in told.items()}


NO_CUTS = KnownCuts()
"""Of an image that was never cut."""


def _of(names: AbstractSet[str], told: Mapping[str, T]) -> dict[str, T]:
    return {name: one for name, one in told.items() if name in names}
