"""How many images there are because of languages, what they cost, and whether that was asked for."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from tasks.planning.alternatives import UNASKED_MAX
from tasks.planning.faults import Faults
from tasks.records.money import counted, usd

LANGUAGES_SHOWN: Final = 12


@dataclass
class LanguageCount:
    """Counts the images of rows that are there in several languages."""

    languages: dict[str, None] = field(default_factory=dict)
    images: int = 0
    without: int = 0
    """What there would be of them in the first language alone."""
    shared: int = 0
    """Those that serve several languages, whose prompts are equal."""
    cost_usd: Decimal = Decimal(0)
    without_usd: Decimal = Decimal(0)

    def add(self, languages: tuple[str, ...], row: tuple[str, ...], images: int, usd_per_image: Decimal) -> None:
        """Count images that serve so many `languages`, of those of their row."""
        self.languages |= dict.fromkeys(row)
        self.images += images
        self.cost_usd += images * usd_per_image
        self.shared += images if len(languages) > 1 else 0
        if row[0] in languages:
            self.without += images
            self.without_usd += images * usd_per_image

    def sentence(self) -> str:
        """Such as `languages en, de, fr: 24 images, $1.92 (8 in one language, $0.64)`."""
        many = f"{self.named()}: {counted(self.images, 'image')}, {usd(self.cost_usd)}"
        return f"{many} ({self.without:,} in one language, {usd(self.without_usd)})"

    def named(self) -> str:
        """The first few."""
        names = list(self.languages)
        more = f" and {len(names) - LANGUAGES_SHOWN:,} more" if len(names) > LANGUAGES_SHOWN else ""
        return f"languages {', '.join(names[:LANGUAGES_SHOWN])}{more}"

    def notes(self) -> list[str]:
        """What they come to, if there are any."""
        if not self.images:
            return []
        if self.images == self.without == self.shared:
            return [f"{self.named()}: no prompt differs by its language; each image is made once, for all of them"]
        shared = ""
        if self.shared:
            are = "1 of them is" if self.shared == 1 else f"{self.shared:,} of them are"
            shared = f"; {are} for several languages, whose prompts are equal"
        return [f"{self.sentence()}{shared}"]

    def check(self, images: int, max_images: int | None, faults: Faults) -> None:
        """Note where languages come to more images than were asked for; `images`: of the whole plan."""
        if max_images is None and self.images > UNASKED_MAX and self.images > self.without:
            problem = (
                f"is needed: {self.sentence()}; more than {UNASKED_MAX} images in several languages are made only when "
                f"somebody asks for them, with --max-images {images}"
            )
            faults.add("--max-images", problem)
