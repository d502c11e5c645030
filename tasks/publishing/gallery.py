"""What the contact sheet of a campaign shows, ready to be laid out: every link encoded, every text bounded."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal
from urllib.parse import quote

from tasks.images.geometry import Size, contain_size, likeness
from tasks.records.outcome import Status, StoredOriginal
from tasks.records.record import Record
from tasks.records.variant import Variant

KEPT_AT_LEAST: Final = Fraction(3, 4)
CLEARLY_WIDE: Final = Fraction(5, 4)
ROOMY_GROUP: Final = 3
ROOMY_PAGE: Final = 6

ADVICE: Final[dict[Status, str]] = {
    "blocked": (
        "A safety check refused the prompt or the image. Reword the prompt in the matrix and run the campaign again; "
        "to try the same words once more, run it with `--retry blocked`."
    ),
    "failed": (
        "Mend what the reason names and run the campaign again; to try these cells once more as they are, run it with "
        "`--retry failed`. What is stored of them is read and what their links still give is fetched first, for "
        "nothing; only where neither is an image is another paid. With `--dry-run` it says what that would cost."
    ),
    "unknown": (
        "The request was sent, and no answer says what became of it. It may have been paid, so it is not sent again "
        "by itself. Look at the usage of your Ideogram account, then run the campaign with `--retry unknown`, "
        "which may pay a second time."
    ),
}
"""What to do about cells that ended so; words between backticks are typed."""


class GalleryLink(Record):
    """A file of the campaign. `href` is relative to the campaign's folder and percent-encoded."""

    label: str
    href: str


class GalleryImage(Record):
    """The file that a card shows, and the size it has in pixels."""

    href: str
    width_px: int
    height_px: int


class GalleryCard(Record):
    """One cell on the sheet."""

    cell_id: str
    title: str
    """The format, or what stands for it where the matrix names none."""
    product: str
    format: str
    status: Status
    prompt: str
    final_prompt: str | None
    """The prompt that was drawn, where the API rewrote it."""
    image: GalleryImage | None
    original_href: str | None
    links: tuple[GalleryLink, ...]
    resolution: str
    seed: int | None
    cost_usd: Decimal
    reason: str | None
    is_drawing: bool
    """Whether the sandbox drew the image."""
    details: tuple[tuple[str, str], ...]
    """Labels and values: where the cell comes from, and its metadata."""


class GalleryGroup(Record):
    """The cards of one product, in matrix order. `needs_a_look` counts its cells that ended without success."""

    product: str
    cards: tuple[GalleryCard, ...]
    needs_a_look: int

    @property
    def size(self) -> int:
        """How many cards are shown."""
        return len(self.cards)


class GalleryProblem(Record):
    """The cells that ended in one way other than well, with what to do; `left_out` of them are not shown."""

    status: Status
    advice: str
    cards: tuple[GalleryCard, ...]
    left_out: int


class GalleryPage(Record):
    """The whole sheet. Counts and cost are those of every cell, shown or not."""

    name: str
    is_sandbox: bool
    """Whether the pictures are the sandbox's drawings."""
    updated_at: datetime
    counts: dict[Status, int]
    """In the order of `STATUSES`, none left out."""
    cost_usd: Decimal
    formats: tuple[str, ...]
    problems: tuple[GalleryProblem, ...]
    groups: tuple[GalleryGroup, ...]
    is_grouped: bool
    """Whether the products are worth a heading each: with one card a product they would be a page of headings."""
    left_out: int
    """How many cells that are done or pending are not shown."""

    @property
    def total(self) -> int:
        """How many cells the campaign has."""
        return sum(self.counts.values())

    @property
    def is_roomy(self) -> bool:
        """Whether few pictures stand side by side, so that each can be larger."""
        sizes = [group.size for group in self.groups]
        return max(sizes, default=0) <= ROOMY_GROUP if self.is_grouped else sum(sizes) <= ROOMY_PAGE

    @property
    def shape(self) -> Literal["wide", "tall", "square"]:
        """What the frame of every picture is, so that none wastes its card: square unless all are of one kind.

        Wide where there is none yet, so that frames that wait take little room.
        """
        images = [card.image for group in self.groups for card in group.cards if card.image]
        ratios = [Fraction(image.width_px, image.height_px) for image in images]
        if all(ratio >= CLEARLY_WIDE for ratio in ratios):
            return "wide"
        return "tall" if all(ratio <= 1 / CLEARLY_WIDE for ratio in ratios) else "square"


def relative_href(key: str) -> str:
    """`key` as a link from the campaign's folder; no key can name a host or a scheme."""
    return quote(key.lstrip("/"), safe="/", errors="replace")


def shown_image(
    original: StoredOriginal, keys: Mapping[str, str], variants: Sequence[Variant], side_px: int
) -> GalleryImage:
    """The smallest variant with a side of `side_px` or more that cuts away at most a quarter of the picture.

    Without one, the original; so an upright story is not shown as the square in its middle. `keys` by variant name.
    """
    whole = Size(original.width_px, original.height_px)
    fitting = [
        variant
        for variant in variants
        if variant.name in keys and max(variant.width, variant.height) >= side_px
        if variant.fit == "inside" or likeness(whole, Size(variant.width, variant.height)) >= KEPT_AT_LEAST
    ]
    if not fitting:
        return GalleryImage(href=relative_href(original.key), width_px=original.width_px, height_px=original.height_px)
    best = min(fitting, key=lambda variant: variant.width * variant.height)
    size = Size(best.width, best.height)
    width_px, height_px = contain_size(whole, size) if best.fit == "inside" else size
    return GalleryImage(href=relative_href(keys[best.name]), width_px=width_px, height_px=height_px)
