"""What the contact sheet of a campaign shows, ready to be laid out: every link encoded, every text bounded."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from tasks.publishing.copy_number import CopyNumber
from tasks.publishing.page_names import page_key
from tasks.records.outcome import Status
from tasks.records.record import Record
from tasks.records.review import Review
from tasks.records.verdicts import Verdicts

CLEARLY_WIDE: Final = Fraction(5, 4)
ROOMY_GROUP: Final = 3
ROOMY_PAGE: Final = 6
DENSE_PAGE: Final = 60
"""A page of more has three pictures side by side on a phone."""


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
    place: CopyNumber
    product: str
    format: str
    language: str
    """Which it is for; several with spaces between."""
    status: Status
    alt: str
    """What is seen, for those who do not see it."""
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
    image_sha256: str = ""
    """Of the picture; empty where there is none."""
    take: int
    """Which it is of the images that stand for one image of the matrix."""
    review: Review | None
    """What was decided on it."""
    details: tuple[tuple[str, str], ...]
    """Labels and values: where the cell comes from, and its metadata."""


class GallerySet(Record):
    """The images of one row in one format: the copies among which somebody chooses."""

    title: str
    cards: tuple[GalleryCard, ...]

    @property
    def noun(self) -> str:
        """What its cards are, as people count them."""
        return "takes" if any(card.take > 1 for card in self.cards) else "copies"


class GalleryGroup(Record):
    """The images of one product, in matrix order. `needs_a_look` counts its cells that ended without success."""

    product: str
    sets: tuple[GallerySet, ...]
    needs_a_look: int

    @property
    def cards(self) -> tuple[GalleryCard, ...]:
        """The cards of all its sets."""
        return tuple(card for one in self.sets for card in one.cards)

    @property
    def size(self) -> int:
        """How many cards are shown."""
        return sum(len(one.cards) for one in self.sets)


class GalleryProblem(Record):
    """The cells that ended in one way other than well, with what to do; `left_out` of them are not shown."""

    status: Status
    advice: str
    cards: tuple[GalleryCard, ...]
    left_out: int


class GalleryPage(Record):
    """The sheet, or one page of it. Counts and cost are those of every cell, shown here or not."""

    name: str
    is_sandbox: bool
    """Whether the pictures are the sandbox's drawings."""
    approval: Verdicts | None = None
    """Where the review of a campaign stands that is held."""
    updated_at: datetime
    counts: dict[Status, int]
    """In the order of `STATUSES`, none left out."""
    cost_usd: Decimal
    signed: int = 0
    """Of how many images variants are signed, and carry what their originals did."""
    lost: int = 0
    """How many of the other originals carried a C2PA manifest when they came."""
    formats: tuple[str, ...]
    languages: tuple[str, ...] = ()
    problems: tuple[GalleryProblem, ...]
    """On the first page."""
    former: tuple[GalleryLink, ...] = ()
    """On the first page: originals of rows that the matrix no longer has, and that lie among the files."""
    groups: tuple[GalleryGroup, ...]
    is_grouped: bool
    """Whether the products are worth a heading each: with one card a product they would be a page of headings."""
    number: int = 1
    pages: int = 1
    first: int = 0
    """How many cards are on the pages before."""
    in_all: int = 0
    """How many cards all pages have."""

    @property
    def key(self) -> str:
        """Where this page is stored, relative to the campaign's folder."""
        return page_key(self.number)

    @property
    def links(self) -> tuple[GalleryLink, ...]:
        """All pages, this one included."""
        return tuple(GalleryLink(label=f"{n:,}", href=page_key(n)) for n in range(1, self.pages + 1))

    @property
    def size(self) -> int:
        """How many cards are shown here."""
        return sum(group.size for group in self.groups)

    @property
    def is_dense(self) -> bool:
        """Whether there are many pictures to be looked through."""
        return self.size > DENSE_PAGE

    @property
    def total(self) -> int:
        """How many cells the campaign has."""
        return sum(self.counts.values())

    @property
    def is_roomy(self) -> bool:
        """Whether few pictures stand side by side, so that each can be larger."""
        sizes = [group.size for group in self.groups]
        return max(sizes, default=0) <= ROOMY_GROUP if self.is_grouped else self.size <= ROOMY_PAGE

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
