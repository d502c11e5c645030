"""What a campaign is asked to do."""

import re
from collections.abc import Mapping
from typing import Any, Final, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from tasks.records.event import EVENT_NAMES, EventName
from tasks.records.fault import without_secrets
from tasks.records.label import LabelAt, LabelText
from tasks.records.model_words import AnyModel, AnyQuality
from tasks.records.option_types import SWITCHES, CallbackUrls, Kind, Languages, Marks, Retry, ToDo, Usd, Variants
from tasks.records.record import Order, Record
from tasks.records.size_words import AnySize
from tasks.records.slug import slug
from tasks.records.table_name import title_of

SLUG_MAX_CHARS: Final = 60
DEFAULT_OUTPUT: Final = "data/out"
PLACES_MAX: Final = 1000
SHARDS_MAX: Final = 100


class Addresses(Record):
    """Where a campaign's tables are and who is called back: what may hold a signature or a token."""

    matrix: str
    formats: str | None
    brand: str | None = None
    callback_url: str | None
    label_icon: str | None = None
    label_font: str | None = None


class Campaign(Order):
    """A campaign as the person who starts it asks for it."""

    matrix: str = Field(title="Matrix")
    """Path or URL of the campaign matrix: a spreadsheet (launch.xlsx#Sheet), .csv or .parquet, or the link to a Google
    sheet; one product or prompt a row."""
    formats: str | None = Field(default=None, title="Formats table")
    """Path or URL of the formats table (format, aspect_ratio, style_type, ...); every row is made in each; without
    one, the sheet `formats` of the matrix's workbook."""
    name: str | None = Field(default=None, title="Campaign name")
    """The campaign's name; without one, the matrix's file name."""
    do: ToDo = Field(default=None, exclude=True, title="What to do", json_schema_extra={"default": "look"})
    """look: check, count and price, for nothing. trial: draw with the built-in stand-in for the API, for nothing and
    without a key. make: pay for the images. Dry run or Sandbox, below, keeps it to a look or a trial."""
    budget_usd: Usd | None = Field(default=None, title="Budget in USD")
    """Never spend more on a campaign, in all its runs together."""
    output: str = Field(default=DEFAULT_OUTPUT, title="Output")
    """Folder or URL that holds campaigns, such as s3://bucket/campaigns."""
    template: str | None = Field(default=None, title="Template")
    """The prompt of rows and formats that have neither prompt nor template, with columns in braces that each row fills
    in, such as "{product} on linen[, in {colour}]". How it is written: data/README.md."""
    negative_template: str | None = Field(default=None, title="Negative template")
    """The same for what shall not be seen."""
    brand: str | None = Field(default=None, title="Brand kit")
    """Path or URL of a brand kit (TOML): palette, style, look, words that are not to be seen or not to be said; without
    one, the sheet `brand` of the matrix's workbook."""
    languages: Languages = Field(default=(), title="Languages", json_schema_extra={"default": ""})
    """Make an image of each of these languages where its words differ, such as en,de: a column headline:de has the
    German of headline, whose own language is the first; without any, the brand kit's."""
    language_fallback: bool = Field(default=False, title="Language fallback")
    """Use the text of the first language where a translation is missing, which is a fault otherwise."""
    max_images: int | None = Field(default=None, ge=1, title="Most images")
    """Plan no more images than this, in all; without it, alternatives in templates and languages come to no
    more than 500."""
    model: AnyModel = Field(default="V_2", title="Model")
    """The model of rows that name none, also as people write it, such as 4.5."""
    quality: AnyQuality | None = Field(default=None, title="Quality")
    """The quality of rows that name none; without one, medium. What each model has and costs: data/README.md."""
    size: AnySize | None = Field(default=None, title="Size")
    """The size of rows and formats that name none: an aspect ratio, a resolution, or auto, which chooses the one from
    which the variants lose least; without one, a square."""
    max_in_flight: int = Field(default=10, ge=1, le=PLACES_MAX, title="Images in flight")
    """How many images the account may have in flight."""
    retry: tuple[Retry, ...] = Field(default=(), title="Try again")
    """Cells that ended so before and are tried again, from what is stored or linked where that helps; `unknown` ones
    may be paid a second time."""
    callback_url: CallbackUrls | None = Field(default=None, title="Callback URL")
    """Who is told of each image of rows that name no URL of their own, and of a campaign's end; several URLs are
    separated by spaces."""
    callback_events: tuple[EventName, ...] = Field(default=EVENT_NAMES, title="Callback events")
    """What they are told of; without any choice, of all."""
    hold: bool = Field(default=False, title="Hold for review")
    """Nothing counts as approved before somebody has decided on it (python flows/review.py): of each decision, and of
    the campaign once all is decided, those who are called back are told."""
    encoding: str | None = Field(default=None, title="Text encoding")
    """The text encoding of tables that are not UTF-8, such as cp1252; each that is UTF-8 is read as such."""
    shards: int = Field(default=1, ge=1, le=SHARDS_MAX, title="Shards")
    """In how many runs the workers of a Prefect server's work pool share the campaign; 1 makes it in one."""
    same_campaign: bool = Field(default=False, title="Same campaign")
    """The folder's campaign is this one, though its name or its matrix was another: go on with it."""
    dry_run: bool = Field(default=False, title="Dry run")
    """Check, count and price only, also what is left of an earlier run; nothing is paid."""
    quote: bool = Field(default=False, title="Quote")
    """Ask the API what the images cost before anything is paid, for nothing, and book that; needs the key. Models that
    are older than v2 keep the price list's price."""
    sandbox: bool = Field(default=False, title="Sandbox")
    """Use the built-in stand-in for the API; no key is needed, nothing is charged."""
    marks: Marks | None = Field(default=None, title="Marks")
    """What variants say of how they were made, in metadata that platforms read: yes says that AI has made them; prompt
    also with which words; none says nothing. Without a choice, what the campaign's variants say already; of a new
    campaign, yes."""
    label: LabelText | None = Field(default=None, title="Label")
    """What is drawn on variants for people to see, such as AI-generated, where no row or format has a label of its own;
    none takes it away. Without a choice, the brand kit's, and what the campaign has from before."""
    label_at: LabelAt | None = Field(default=None, title="Label's corner")
    """Where it lies: br, bl, tr, tl (bottom or top, right or left); auto, the usual, takes the corner in which it is
    seen best."""
    label_icon: str | None = Field(default=None, title="Label's icon")
    """Path or URL of a PNG that stands before the text, or alone; none takes it away."""
    label_font: str | None = Field(default=None, title="Label's font")
    """Path or URL of a font (TTF, OTF) for labels in other scripts than Latin, Greek and Cyrillic; none for ours."""
    variants: Variants = Field(default=(), title="Variants", json_schema_extra={"default": ""})
    """The cuts to make of every image, each such as story=1080x1920 or card=600x400,contain,png; in one text, with
    spaces between. The campaign keeps those that it has from before; without any, a new campaign has og=1200x630,
    thumb=400x400 and social=1080x1080."""

    @model_validator(mode="before")
    @classmethod
    def _settle(cls, given: object) -> object:
        return settled(given) if isinstance(given, Mapping) else given

    @property
    def kind(self) -> Kind:
        """What a run of it is."""
        return "look" if self.dry_run else "trial" if self.sandbox else "paid"

    @property
    def title(self) -> str:
        """The name as given, else the matrix's file name without its ending, and its sheet."""
        if self.name:
            return self.name
        return title_of(_without_query(self.matrix))

    @property
    def callback_urls(self) -> tuple[str, ...]:
        """Who is told of rows that name nobody, and of the campaign's own end."""
        return tuple((self.callback_url or "").split())

    @property
    def slug(self) -> str:
        """The name as a folder's name; empty where the name has no letter or digit."""
        return slug(self.title, SLUG_MAX_CHARS)

    @property
    def addresses(self) -> Addresses:
        """What `told` leaves secrets out of, whole."""
        return Addresses(**{name: getattr(self, name) for name in Addresses.model_fields})

    def told(self) -> Self:
        """The campaign as others may see it: its addresses without passwords, signatures and tokens.

        Of those who are called back only the hosts stay: a token may be anywhere in such an address.
        """
        addresses = {"output": self.output, **dict(self.addresses)}
        del addresses["callback_url"]
        shown = {name: _without_query(url) for name, url in addresses.items() if url is not None}
        hosts = [f"{parts.scheme}://{parts.netloc}/" for parts in map(urlsplit, self.callback_urls)]
        return self.model_copy(update=shown | ({"callback_url": " ".join(hosts)} if hosts else {}))


def settled(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is to be done, said by the switches alone. Whoever asks for less is heard: a switch that is on stays on."""
    do = given.get("do")
    return {**given, "do": None, **SWITCHES[do]} if isinstance(do, str) and do in SWITCHES else given


def _without_query(address: str) -> str:
    """An address without what is secret in it; one that has a query is one address to its end, quotes in it or not."""
    path, mark, query = address.partition("?")
    return without_secrets(path + mark + re.sub("['\"]", "", query)) if "://" in path else address
