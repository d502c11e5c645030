"""A row as it is in one of its formats: all that it wishes, the command line's options included, and its model."""

from typing import Any, Final, NamedTuple

from tasks.planning.cross_formats import cross, fitted
from tasks.planning.parsed_row import ParsedRow
from tasks.planning.request_rules import chosen_model, prompt_of
from tasks.records.campaign import Campaign
from tasks.records.vocabulary import Model

SAME_CHOICE: Final = {
    "quality": frozenset({"quality", "rendering"}),
    "size": frozenset({"size", "aspect_ratio", "resolution"}),
}
"""The options of a campaign that are columns too, and the columns in which a row says the same itself."""


class InFormat(NamedTuple):
    """A row in a format."""

    row: ParsedRow
    """As the matrix has it."""
    format: ParsedRow
    """As the formats table has it."""
    wanted: ParsedRow
    """Both together."""
    model: Model
    has_lost_style: bool
    """Whether the format's style was left out, since the model takes none."""
    alternatives: int = 1
    """Of the first one that templates make of it: how many there are."""
    languages: tuple[str, ...] = ()
    """All in which its row is made in this format; those that it serves itself are among its wishes."""

    def sized(self, size: str) -> "InFormat":
        """The same with the size that was chosen for it."""
        return self._replace(wanted=self.wanted._replace(wishes={**self.wanted.wishes, "size": size}))

    def with_metadata_of(self, plain: "InFormat") -> "InFormat":
        """A row that is in a language, with the metadata that it has in all of them."""
        return self._replace(wanted=self.wanted._replace(metadata=plain.wanted.metadata))

    def for_all(self, languages: tuple[str, ...]) -> "InFormat":
        """The same as it serves these languages."""
        wanted = self.wanted._replace(wishes={**self.wanted.wishes, "languages": languages})
        return self._replace(wanted=wanted, languages=languages)

    def of(self, product: str, languages: tuple[str, ...]) -> "InFormat":
        """What was made in some of its row's languages, under the product that it is called by in all of them."""
        called = {"product": product} if product else {}
        wishes = {**self.wanted.wishes, "prompt": prompt_of(self.wanted.wishes), **called}
        return self._replace(wanted=self.wanted._replace(wishes=wishes), languages=languages)


def in_format(row: ParsedRow, one: ParsedRow, campaign: Campaign) -> InFormat:
    """`row` in the format `one`: what it says goes before the format, and that before the options."""
    crossed = with_options(cross(row, one), {"quality": campaign.quality, "size": campaign.size})
    model = chosen_model(crossed.wishes, campaign.model)
    wanted = fitted(crossed, row, one, model)
    return InFormat(row, one, wanted, model, has_lost_style=wanted is not crossed)


def with_options(row: ParsedRow, options: dict[str, Any]) -> ParsedRow:
    """`row` with what the campaign's options say, where it says nothing of that itself."""
    given = {
        name: value
        for name, value in options.items()
        if value is not None and row.wishes.keys().isdisjoint(SAME_CHOICE[name])
    }
    return row._replace(wishes={**row.wishes, **given}) if given else row
