"""New variants of a campaign that is stored: which there are then, and what came of cutting them."""

from collections.abc import Sequence

from pydantic import Field

from tasks.records.campaign import Variants
from tasks.records.exit_code import ExitCode
from tasks.records.money import counted
from tasks.records.outcome import Outcome
from tasks.records.record import Order, Record
from tasks.records.variant import Variant


class Recut(Order):
    """What a person asks to be cut."""

    campaign_folder: str = Field(title="Campaign folder")
    """Folder or URL of the campaign, such as data/out/q1-launch or s3://bucket/campaigns/q1-launch."""
    variants: Variants = Field(min_length=1, title="Variants")
    """The cuts to make of every image; one takes the place of a variant that has its name."""
    prune: bool = Field(default=False, title="Remove other variants")
    """Remove the variants that are not named; otherwise they are kept."""


class RecutResult(Record):
    """What a recut came to."""

    name: str
    folder: str
    images: int
    """Originals that were cut."""
    variants: tuple[str, ...]
    """The names of all variants that the manifest lists now."""
    troubles: tuple[str, ...] = ()
    """Cells that have an original and could not be cut, a sentence each."""

    @property
    def exit_code(self) -> ExitCode:
        """Whether every original was cut."""
        return ExitCode.SOME_NOT_DONE if self.troubles else ExitCode.DONE

    def sentence(self) -> str:
        """Such as `60 images cut, 1 not; the campaign has og, thumb, story`."""
        failed = f", {len(self.troubles):,} not" if self.troubles else ""
        has = ", ".join(self.variants) or "no variants"
        return f"{counted(self.images, 'image')} cut{failed}; the campaign has {has}"


def merged(known: Sequence[Variant], asked: Sequence[Variant]) -> tuple[Variant, ...]:
    """`known` with those of `asked` in the place of their namesakes, or at the end."""
    by_name = {variant.name: variant for variant in (*known, *asked)}
    return tuple(by_name.values())


def with_cuts(outcome: Outcome, kept: Sequence[Variant], stored: frozenset[str]) -> Outcome:
    """The outcome with those of the variants `kept` whose files are among the keys `stored`."""
    keys = {variant.name: variant.key(outcome.cell_id) for variant in kept}
    there = {name: key for name, key in keys.items() if key in stored}
    return outcome if outcome.original is None else outcome.model_copy(update={"variants": there})
