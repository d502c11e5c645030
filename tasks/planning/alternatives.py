"""How many images there are because templates have alternatives, what they cost, and whether that was asked for."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from tasks.planning.faults import Faults
from tasks.records.money import counted, usd

UNASKED_MAX: Final = 500
"""How many images alternatives may come to without anybody having said so."""
_NAMES_SHOWN: Final = 8


@dataclass
class Alternatives:
    """Counts by arithmetic: what nobody has asked for is never made, not even to be counted."""

    max_images: int | None
    """As many images as the campaign may have."""
    images: int = 0
    without: int = 0
    """What there would be of the same rows with one alternative of each."""
    cost_usd: Decimal = Decimal(0)
    without_usd: Decimal = Decimal(0)
    names: dict[str, None] = field(default_factory=dict)
    """What the choices are called."""
    _templates: set[tuple[str, ...]] = field(default_factory=set)
    _factors: set[int] = field(default_factory=set)
    _uncounted: int = 0

    @property
    def are_too_many(self) -> bool:
        """Whether they are more than were asked for already."""
        return self.images > (UNASKED_MAX if self.max_images is None else self.max_images)

    def add(self, templates: tuple[str, ...], factor: int, num_images: int) -> None:
        """Count those of a row in a format, each made so many times."""
        self.images += factor * num_images
        self.without += num_images
        self._templates.add(templates)
        self._factors.add(factor)

    def take_back(self, factor: int, kept: int, num_images: int) -> None:
        """Count fewer of those that were added last, since another language has the others: `kept` of `factor`."""
        is_one = kept <= 1
        self.images -= (factor if is_one else factor - kept) * num_images
        self.without -= num_images if is_one else 0

    def pay(self, factor: int, num_images: int, usd_per_image: Decimal) -> None:
        """Count what they cost, and those that are not made, since they are too many."""
        self._uncounted += (factor - 1) * num_images if self.are_too_many else 0
        self.cost_usd += factor * num_images * usd_per_image
        self.without_usd += num_images * usd_per_image

    def sentence(self) -> str:
        """Such as `1 template x 6 = 48 images, $3.84 (8 without alternatives, $0.64)`."""
        least, most = min(self._factors), max(self._factors)
        times = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        many = f"{counted(len(self._templates), 'template')} x {times} = {counted(self.images, 'image')}"
        return f"{many}, {usd(self.cost_usd)} ({self.without:,} without alternatives, {usd(self.without_usd)})"

    def notes(self) -> list[str]:
        """What they come to, if there are any."""
        if not self.images:
            return []
        names = list(self.names)
        more = f" and {len(names) - _NAMES_SHOWN:,} more" if len(names) > _NAMES_SHOWN else ""
        columns = f"{', '.join(names[:_NAMES_SHOWN])}{more}"
        return [f"alternatives: {self.sentence()}; which is which, the manifest's {columns} says"]

    def check(self, counted_images: int, cost_usd: Decimal, faults: Faults) -> None:
        """Note where a plan has more images than were asked for, of which so many were made to be counted."""
        images = counted_images + self._uncounted
        if self.max_images is None and self.are_too_many:
            problem = (
                f"is needed: {self.sentence()}; more than {UNASKED_MAX} images of alternatives are made only when "
                f"somebody asks for them, with --max-images {images}"
            )
            faults.add("--max-images", problem)
        elif self.max_images is not None and images > self.max_images:
            come = self.sentence() if self.images else f"{counted(images, 'image')}, {usd(cost_usd)}"
            problem = f"is less than the {images:,} images of this plan ({come}); raise it, or leave rows out"
            faults.add("--max-images", problem, value=self.max_images)
